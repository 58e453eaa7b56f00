"""The model of a sterile neutrino and a dark photon: lifetimes, what it refuses, and the laws of its production."""

import json

import numpy as np
import pytest

import darkfactory as df
from darkfactory.amplitudes import sterile
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.kinematics.heavy_neutrino import leptonic_share
from darkfactory.models import DarkPhoton, build_model
from darkfactory.models.sterile import SterileDarkPhoton, neutrino_width
from oracles import displaced


def test_lifetimes():
    model = SterileDarkPhoton(mass_N=60.0, mass_A=30.0, U2=1e-6, epsilon=1e-5, alpha_D=0.1)
    assert model.ctau_N_mm == pytest.approx(7.796e-5, rel=1e-3, abs=0)
    assert model.ctau_A_mm == pytest.approx(27.04, rel=1e-3, abs=0)
    assert model.width_A == DarkPhoton(mass=30.0, epsilon=1e-5).width_ee
    assert SterileDarkPhoton(c_N=2.0).width_N == 2 * SterileDarkPhoton().width_N
    # the longitudinal A' of a light dark photon is a Goldstone boson: m_N^3 / m_A^2
    assert neutrino_width(60.0, 1e-3, 0.1, 1e-6) == pytest.approx(1e-7 / 8 * 60.0**3 / 1e-6, rel=1e-6, abs=0)
    assert neutrino_width(60.0, 60.0, 0.1, 1e-6) == 0.0


def test_what_does_not_decay():
    model = SterileDarkPhoton(U2=0.0, epsilon=0.0)
    assert model.ctau_N_mm == model.ctau_A_mm == np.inf
    assert json.loads(json.dumps(df.model("sterile-dark-photon", {"model.U2": 0}).rows[0], allow_nan=False))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"mass_A": 60.0}, r"model.mass_A = 60 MeV, model.mass_N = 60 MeV: must be"),
        ({"mass_N": 106.0}, r"model.mass_N = 106 MeV, m_mu = 105.658 MeV: must be"),
        ({"mass_A": 1.0}, r"2 m_e = 1.022 MeV, model.mass_A = 1 MeV: must be"),
        ({"U2": 1.5}, "model.U2 = 1.5"),
        ({"U2": -1e-6}, "model.U2 = -1e-06"),
        ({"epsilon": -1e-5}, "model.epsilon"),
        ({"epsilon": float("inf")}, "model.epsilon = inf"),
        ({"flavor": "tau"}, "model.flavor = 'tau'"),
        ({"alpha_D": 0.0}, "model.alpha_D = 0"),
        ({"c_N": 0.0}, "model.c_N = 0"),
    ],
)
def test_bad_models(given, says):
    with pytest.raises(InvalidInput, match=says):
        SterileDarkPhoton(**given)


def test_settings():
    model = build_model("sterile-dark-photon", {"mass_N": "80", "mass_A": "40", "flavor": "e"})
    assert model == SterileDarkPhoton(mass_N=80.0, mass_A=40.0, flavor="e")


@pytest.mark.parametrize("flavor", sterile.FLAVORS)
def test_spectrum_and_width(flavor):
    """Zero outside, closed above m_mu - m_e, falling with the mass; without N's mass it is the Michel decay."""
    end = sterile.highest_energy(60.0)
    assert sterile.energy_spectrum([59.0, 60.0, end + 1e-6, 200.0], 60.0, flavor).tolist() == [0, 0, 0, 0]
    widths = [sterile.width(m, flavor) for m in (0.0, 20.0, 60.0, 100.0, 105.0, M_MU - M_E, 120.0)]
    assert np.all(np.diff(widths[:-1]) < 0)
    assert widths[-2:] == [0.0, 0.0]
    x = (M_E / M_MU) ** 2
    ratio = widths[0] / sterile.width(0.0, flavor, m_j=1e-9)
    assert ratio == pytest.approx(displaced.phase_space(x), rel=1e-7, abs=0)
    assert ratio == pytest.approx(float(leptonic_share(x)), rel=1e-7, abs=0)
    assert 0 < sterile.width(105.1, flavor) < 1e-10 * widths[0]


def test_no_amplitude_for_other_numbers():
    with pytest.raises(InvalidInput, match="flavor"):
        sterile.width(60.0, "tau")
    with pytest.raises(InvalidInput, match=r"x = 1\.2"):
        leptonic_share(1.2)
