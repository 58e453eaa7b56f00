"""Laws of the limits of the searches with three tracks: scaling, monotony, closing, other forms of the same analysis."""

import math

import numpy as np
import pytest

from darkfactory.constants import M_E, M_MU
from darkfactory.models import DarkPhoton
from darkfactory.processes.muon_decay import slices
from darkfactory.processes.muon_decay.on_slices import resonance_total
from support.mu3e import CHIRALITIES, bump, small_slices, tracks


@pytest.fixture(scope="module", autouse=True)
def _small():
    with small_slices():
        yield


@pytest.mark.parametrize(("setting", "factor"), [("beam__exposure_muons", 9e16), ("detector__efficiency", 0.9)])
def test_scaling_with_exposure_and_efficiency(setting, factor):
    """epsilon^2 and g^2 as 1/sqrt(N e), F as (N e)^(1/4); Poisson does not enter."""
    ratio = factor / {"beam__exposure_muons": 2.5e15, "detector__efficiency": 0.45}[setting]
    one, other = (
        bump(20, search__angles="2d", search__lifetime="prompt", **given).couplings["epsilon2"][0]
        for given in ({}, {setting: factor})
    )
    assert one / other == pytest.approx(math.sqrt(ratio), rel=1e-6)
    alps = [
        bump(20, model="pseudoscalar", search__lifetime="prompt", **given).couplings["g_ee"][0]
        for given in ({}, {setting: factor})
    ]
    assert (alps[0] / alps[1]) ** 2 == pytest.approx(math.sqrt(ratio), rel=1e-6)
    first, second = (tracks(20, **given).F_gev[0] for given in ({}, {setting: factor}))
    assert second / first == pytest.approx(ratio**0.25, rel=1e-9)


def test_confidence_levels_and_methods():
    limits = {
        (cl, method): tracks(20, cl=cl, method=method).branching_ratio[0]
        for cl in (0.90, 0.95)
        for method in ("cls", "profile", "fisher")
    }
    assert limits[0.95, "cls"] / limits[0.90, "cls"] == pytest.approx(1.959964 / 1.644854, rel=1e-6)
    assert limits[0.95, "profile"] == limits[0.95, "fisher"] == pytest.approx(limits[0.90, "cls"], rel=1e-9)


def test_monotony():
    """Weaker with worse resolution, a floating background, a harder threshold, a systematic; bands are in order."""
    best = bump(20)
    for worse in (
        {"detector__momentum_resolution": 0.3},
        {"detector__angle_resolution": 0.4},
        {"search__floating": "level"},
        {"search__floating": "quadratic"},
        {"search__systematics__shape": 1e-3},
        {"search__accidentals__rate": 1e10},
        {"cl": 0.99},
    ):
        assert bump(20, **worse).couplings["epsilon2"][0] > best.couplings["epsilon2"][0] * 1.0005, worse
    assert np.all(np.diff(best.result.band[0]) > 0)
    assert best.result.band[0, 2] == pytest.approx(best.branching_ratio[0], rel=1e-9, abs=0)
    scales = tracks([0, 10, 20, 40, 60]).F_gev
    assert np.all(np.diff(scales) < 0)


def test_rates_close_smoothly():
    """Local exponent in T = m_mu - m_e - m_X between 90 and 100 MeV: 7.6, by chapter 04 towards 8.

    8 is the exponent of a massless electron. Where T << m_e it is slow: neutrinos give T^4 and, in |M|^2, T^2, the electron
    T^(3/2), conservation of energy 1/T, together 13/2. The independent quadrature has 6.54 at 105 MeV too.
    """

    def exponent(low, high):
        rates = [resonance_total(DarkPhoton(mass=m, epsilon=1.0)) for m in (low, high)]
        gaps = [M_MU - M_E - m for m in (low, high)]
        return math.log(rates[0] / rates[1]) / math.log(gaps[0] / gaps[1])

    assert exponent(90.0, 100.0) == pytest.approx(7.6, abs=0.05)
    assert exponent(105.0, 105.1) == pytest.approx(6.54, abs=0.02)
    assert exponent(105.145, 105.147) == pytest.approx(6.5, abs=0.01)
    assert resonance_total(DarkPhoton(mass=M_MU - M_E, epsilon=1.0)) == 0
    assert resonance_total(DarkPhoton(mass=M_MU - M_E - 1e-3, epsilon=1.0)) < 1e-37


CASES = {
    "fixed": ({}, 5e-3),
    "level": ({"search__floating": "level"}, 5e-3),
    "quadratic": ({"search__floating": "quadratic"}, 5e-3),
    "narrow": ({"search__floating": "quadratic", "search__half_width": 5}, 1e-2),
    "shape": ({"search__systematics__shape": 1e-3}, 5e-3),
}


@pytest.mark.parametrize(
    ("angles", "case"), [("none", "fixed"), ("cut", "level"), ("1d", "quadratic"), ("none", "narrow"), ("1d", "shape")]
)
def test_a_binned_fit_agrees_with_the_closed_form(angles, case):
    given, tolerance = CASES[case]
    given = given | {"search__angles": angles, "search__lifetime": "prompt"}
    closed, fitted = (
        bump(20, search__analysis=analysis, **given).branching_ratio[0] for analysis in ("analytic", "binned")
    )
    assert fitted == pytest.approx(closed, rel=tolerance, abs=0)


@pytest.mark.parametrize(
    ("mass", "given"),
    [
        (0, {}),
        (10, {"search__edge": "template"}),
        (0, {"search__edge": "template"}),
        (10, {"search__edge": "template", "search__systematics__edge_shift": 10}),
        (20, {"beam__polarization": 0.9, "search__floating": "level"}),
    ],
)
def test_a_binned_fit_of_the_missing_mass_agrees_with_the_closed_form(mass, given):
    closed, fitted = (tracks(mass, search__analysis=analysis, **given).F_gev[0] for analysis in ("analytic", "binned"))
    assert fitted == pytest.approx(closed, rel=5e-3)


def test_a_scan_is_its_points():
    together = bump([10, 20, 40])
    for h, mass in enumerate((10, 20, 40)):
        assert bump(mass).couplings["epsilon2"][0] == together.couplings["epsilon2"][h]


def test_a_scan_of_couplings_makes_no_new_events(monkeypatch):
    bump(20)
    tracks(20)
    monkeypatch.setattr(slices, "_select", lambda *_: pytest.fail("new events"))
    monkeypatch.setattr(slices, "_train", lambda *_: pytest.fail("new events"))
    for options in (
        {"model": "pseudoscalar"},
        {"model": "scalar", "model__g_mu": 1e-3, "search__lifetime": "prompt"},
        {"model": "pseudoscalar", "model__g_e": 1e-4, "coupling": "g_mumu"},
        {"model": "derivative-alp", "model__C_e": 1, "model__C_mu": 1},
        {"model": "vector", "model__g_V_e": 1, "model__g_A_mu": 0.1},
        {"search__angles": "lr", "cl": 0.9, "beam__exposure_muons": 1e16, "detector__efficiency": 0.2},
        {"detector__momentum_resolution": 0.2},
    ):
        assert bump(20, **options).result.status[0] == "ok"
    for chirality in CHIRALITIES:
        assert tracks(20, chirality=chirality, beam__polarization=0.9).result.status[0] == "ok"
