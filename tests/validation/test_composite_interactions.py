"""Chapter 06, section 8: what a calorimeter sees in narrow and wide beams; rates on electrons and argon; angles of hadrons."""

import numpy as np
import pytest

import darkfactory as df
from darkfactory.amplitudes.neutrino_electron import couplings, density
from darkfactory.amplitudes.neutrino_nucleus import coherent_density
from darkfactory.constants import GEV, M_E
from darkfactory.kinematics.deep_inelastic import recoil_energies
from darkfactory.numerics.quadrature import unit_legendre

MODEL = {"model.dimension": 4.5, "model.gap_gev": 1.0}
ALL_ABOVE_20 = {"detector.e_h_low_gev": 20, "detector.e_h_high_gev": 1e4, "beam.mode": "neutrino"}
NARROW = {"beam.flux": "monochromatic", "beam.energy_gev": 120, "search.energy_error": 0.05}
WIDE = {"beam.flux": "analytic", "beam.energy_range_gev": "10,500", "search.reference_energy_gev": 120}
TABLE = {"search.reference_energy_gev": 120}


@pytest.mark.parametrize(
    ("beam", "process", "share"),
    [
        (NARROW, "nu N -> nu", 0.0200),
        (NARROW, "nu N -> X", 0.580),
        (WIDE, "nu N -> nu", 0.0837),
        (WIDE, "nu N -> X", 0.352),
        (TABLE, "nu N -> nu", 0.0960),
        (TABLE, "nu N -> X", 0.350),
    ],
)
def test_missing_masses_above_5_gev(beam, process, share):
    settings = ALL_ABOVE_20 | beam | (MODEL if process.endswith("X") else {})
    found = df.spectrum(
        process, observable="m_miss2", experiment="nutev", settings=settings, bins=2, low=-975e6, high=1025e6
    )
    assert found.edges[1] == 25e6
    assert found.values[1] / found.values.sum() == pytest.approx(share, rel=0.03, abs=0)


@pytest.fixture(scope="module")
def hadrons():
    """Events at 120 GeV, without states of the jets."""
    return df.events("nu N -> X", n=200_000, seed=3, settings=MODEL | {"jet.states": False})


def test_angle_and_transverse_momentum_of_hadrons(hadrons):
    found = hadrons.observables("E_h", "theta_h", "p_T_h")
    some = found["E_h"] > 20 * GEV
    assert found["theta_h"][some].mean() == pytest.approx(0.0633, rel=0.01, abs=0)
    assert found["p_T_h"][some].mean() / GEV == pytest.approx(2.513, rel=0.01, abs=0)


# at dimension 6 partons without an angle of the hadrons, of which there are no events, move the mean of y by 2.6%
@pytest.mark.parametrize(("dimension", "y", "x"), [(2.0, 0.428, 0.247), (4.5, 0.259, 0.425), (None, 0.465, 0.216)])
def test_mean_x_and_y(dimension, y, x):
    more = {"jet.states": False, "model.dimension": dimension, "model.gap_gev": 1.0} if dimension else {}
    process = "nu N -> X" if dimension else "nu N -> nu"
    found = df.events(process, n=100_000, seed=4, settings=more).observables("x", "y")
    assert found["y"].mean() == pytest.approx(y, rel=0.01, abs=0)
    assert found["x"].mean() == pytest.approx(x, rel=0.01, abs=0)


def test_masses_of_jets(hadrons):
    masses = hadrons.observables("M_X")["M_X"] / GEV
    assert np.quantile(masses, [0.5, 0.95]) == pytest.approx([5.962, 9.523], rel=0.015, abs=0)


def test_electrons():
    E, M2 = 100 * GEV, (0.2 * GEV) ** 2
    low, high = recoil_energies(E, M_E, M2)
    assert [low / GEV, high / GEV] == pytest.approx([6.4309e-5, 60.8606], rel=1e-4, abs=0)
    node, weight = unit_legendre(4)
    one, other = couplings("mu")
    values = density(low + (high - low) * node, E, M2) @ np.array([one**2, other**2, one * other])
    assert weight @ values * (high - low) == pytest.approx(5.97187e-41, rel=1e-5, abs=0)


def hat(process, dimension, gap, energy):
    """Cross section [cm^2] over m_hat^2."""
    settings = {"model.dimension": dimension, "model.gap_gev": gap, "beam.energy_gev": energy}
    made = df.rate(process, settings=settings)
    model = df.models.build_model("composite-neutrino", {"dimension": dimension, "gap_gev": gap})
    return made.value / model.insertion()


def test_electrons_of_a_continuum():
    assert hat("nu e -> X e", 3.0, 0.05, 100.0) == pytest.approx(3.4431e-42, rel=5e-3, abs=0)


@pytest.mark.parametrize(("dimension", "ratio"), [(3.0, 3.496e-5), (3.5, 1.710e-6), (4.5, 2.754e-9)])
def test_electrons_over_nucleons(dimension, ratio):
    both = [hat(process, dimension, 0.01, 120.0) for process in ("nu e -> X e", "nu N -> X")]
    assert both[0] / both[1] == pytest.approx(ratio, rel=0.01, abs=0)


@pytest.mark.parametrize(("mass", "value"), [(0.0, 3.12219e-35), (0.2, 3.11816e-35)])
def test_argon(mass, value):
    found = coherent_density(0.1, 3 * GEV, (GEV * mass) ** 2, 18, 22, 40 * 931.5) * GEV
    assert found == pytest.approx(value, rel=1e-3, abs=0)
