"""Scans of couplings of every model: monomials against rates, lifetimes, names of what is reported, what is refused."""

import math

import numpy as np
import pytest

from darkfactory.constants import HBAR_C_MEV_MM, M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.models import COUPLINGS, DarkPhoton, DerivativeAlp, Pseudoscalar, Scalar, VectorBoson
from darkfactory.processes.muon_decay.on_slices import resonance_rates, resonance_total
from darkfactory.recorded.track_setup import energies
from oracles.mu3e_phase_space import resonance_events

MASS = 20.0
CASES = {
    "dark photon": (DarkPhoton(mass=MASS, epsilon=0.3), None),
    "dark photon by its square": (DarkPhoton(mass=MASS), "epsilon2"),
    "vector": (VectorBoson(mass=MASS, g_V_e=0.2, g_A_e=-0.1, g_V_mu=0.4, g_A_mu=0.3), None),
    "vector to electrons": (VectorBoson(mass=MASS, g_V_e=2.0), None),
    "scalar": (Scalar(mass=MASS, g_mu=1e-3), "g_ee"),
    "scalar alone": (Scalar(mass=MASS), None),
    "scalar to muons": (Scalar(mass=MASS, g_e=1e-4), "g_mumu"),
    "pseudoscalar": (Pseudoscalar(mass=MASS, g_e=1.0, g_mu=-2e-3), None),
    "pseudoscalar to muons": (Pseudoscalar(mass=MASS, g_e=-1e-4, g_mu=5.0), "g_mumu"),
    "derivative": (DerivativeAlp(mass=MASS, C_e=1.0, C_mu=-2.0), None),
    "derivative universal": (DerivativeAlp(mass=MASS, f_a_gev=7.0, C_e=1.0, C_mu=1.0), None),
}


@pytest.fixture(scope="module")
def momenta():
    events = resonance_events(MASS, 7, 1)
    return tuple(np.ascontiguousarray(p.T) for p in events.tracks)


def rate(scan, x, momenta):
    """Rate at x as the search adds it: monomials at x times rates of the model at the start."""
    rates = resonance_rates(momenta, scan.kind)
    assert set(scan.monomials(x)) == set(rates)
    return sum(value * rates[name] for name, value in scan.monomials(x).items())


@pytest.mark.parametrize("case", CASES)
def test_rates_along_the_scan_are_those_of_the_model(case, momenta):
    model, coupling = CASES[case]
    scan = model.scan(coupling, "model")
    for x in (scan.typical, 0.37, 2.1):
        there = scan.at(x)
        assert type(there) is type(model)
        assert there.mass == model.mass
        alone = resonance_rates(momenta, there.scan(coupling, "model").kind)
        expected = sum(value * alone[name] for name, value in there.scan(coupling, "model").monomials(x).items())
        assert rate(scan, x, momenta) == pytest.approx(expected, rel=1e-9, abs=0)


@pytest.mark.parametrize("case", [case for case in CASES if "square" not in case])
def test_sums_over_events_are_the_total_rate(case):
    """The oracle's weights and our densities against the quadrature without a detector."""
    model, coupling = CASES[case]
    scan = model.scan(coupling, "model")
    events = resonance_events(MASS, 13, 4, log_s13=False)
    found = events.weight @ rate(scan, 1.0, tuple(np.ascontiguousarray(p.T) for p in events.tracks))[:, 0]
    assert found == pytest.approx(resonance_total(scan.at(1.0)), rel=0.04, abs=0)


@pytest.mark.parametrize("case", CASES)
def test_lifetimes_along_the_scan(case):
    model, coupling = CASES[case]
    scan = model.scan(coupling, "model")
    ctau, branching = scan.decay(0.37)
    assert ctau == pytest.approx(HBAR_C_MEV_MM / scan.at(0.37).width_ee, rel=1e-12, abs=0)
    assert branching == 1
    if coupling != "g_mumu":
        assert scan.decay(0.74)[0] == pytest.approx(ctau / 4, rel=1e-12, abs=0)


def test_a_total_width():
    """What is given counts until e e alone exceeds it."""
    scan = DarkPhoton(mass=MASS, epsilon=1e-4, total_width=1e-8).scan(None, "model")
    width = DarkPhoton(mass=MASS, epsilon=1e-4).width_ee
    assert scan.decay(1e-4) == pytest.approx((HBAR_C_MEV_MM / 1e-8, width / 1e-8), rel=1e-12, abs=0)
    large = DarkPhoton(mass=MASS, epsilon=1e-2).width_ee
    assert scan.decay(1e-2) == pytest.approx((HBAR_C_MEV_MM / large, 1.0), rel=1e-12, abs=0)


def test_without_a_decay():
    scan = Pseudoscalar(mass=MASS, g_mu=1.0).scan(None, "prompt")
    assert scan.decay(1.0) == (math.inf, 0.0)
    closed = DarkPhoton(mass=2 * M_E).scan(None, "model")
    assert closed.decay(1.0) == (math.inf, 0.0)


def test_a_derivative_alp_is_a_pseudoscalar_if_universal(momenta):
    alp = DerivativeAlp(mass=MASS, C_e=3.0, C_mu=3.0).scan(None, "model")
    f_a = 50.0
    yukawa = Pseudoscalar(mass=MASS, g_e=3 * M_E / (f_a * 1e3), g_mu=3 * M_MU / (f_a * 1e3))
    scan = yukawa.scan("g_ee", "model")
    assert rate(alp, 1 / f_a, momenta)[:, 0] == pytest.approx(rate(scan, yukawa.g_e, momenta)[:, 0], rel=1e-5, abs=0)
    assert alp.decay(1 / f_a)[0] == pytest.approx(scan.decay(yukawa.g_e)[0], rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("model", "coupling", "x", "expected"),
    [
        (DarkPhoton(mass=MASS), None, 3e-4, {"epsilon": 3e-4, "epsilon2": 9e-8}),
        (DarkPhoton(mass=MASS), "epsilon", 3e-4, {"epsilon": 3e-4, "epsilon2": 9e-8}),
        (Scalar(mass=MASS), None, 2e-4, {"g_ee": 2e-4}),
        (Scalar(mass=MASS, g_e=1e-4), "g_mumu", 2e-4, {"g_mumu": 2e-4}),
        (Pseudoscalar(mass=MASS, g_e=1e-4, g_mu=1.0), None, 2e-4, {"g_ee": 2e-4}),
        (VectorBoson(mass=MASS, g_V_e=0.5, g_A_mu=-2.0), None, 4e-4, {"g_V_e": 1e-4, "g_A_mu": 4e-4}),
        (
            DerivativeAlp(mass=MASS, C_e=1.0, C_mu=-2.0),
            None,
            0.01,
            {"f_a_gev": 100.0, "g_ee": M_E / 1e5, "g_mumu": 2 * M_MU / 1e5},
        ),
        (DerivativeAlp(mass=MASS, C_e=1.0), None, 0.01, {"f_a_gev": 100.0, "g_ee": M_E / 1e5}),
    ],
)
def test_names_and_values_of_what_is_reported(model, coupling, x, expected):
    found = model.scan(coupling, "model").reported(np.array([x, math.inf]))
    assert {name: values[0] for name, values in found.items()} == pytest.approx(expected, rel=1e-12, abs=0)
    for name, values in found.items():
        assert values[1] == (0 if name.endswith("gev") else math.inf)


def test_g_mumu_alone_is_scanned_by_default():
    scan = Pseudoscalar(mass=MASS, g_mu=1.0).scan(None, "prompt")
    assert set(scan.reported(np.array([1.0]))) == {"g_mumu"}
    assert (scan.at(0.2).g_e, scan.at(0.2).g_mu) == (0.0, 0.2)


NO_DECAY = "X does not decay into e e at tree level"


@pytest.mark.parametrize(
    ("model", "coupling", "told"),
    [
        (Scalar(mass=MASS, g_mu=1.0), None, ["model.g_e = 0", NO_DECAY, "displaced or invisible"]),
        (Pseudoscalar(mass=MASS), "g_mumu", ["model.g_e = 0", NO_DECAY, "search.lifetime=prompt"]),
        (DerivativeAlp(mass=MASS, C_mu=1.0), None, ["model.C_e = 0", NO_DECAY]),
        (VectorBoson(mass=MASS, g_V_mu=1.0), None, ["model.g_V_e, model.g_A_e = 0", NO_DECAY]),
        (VectorBoson(mass=MASS), None, ["give their ratios", "model.g_V_e=1"]),
        (DerivativeAlp(mass=MASS), None, ["model.C_e, model.C_mu = 0"]),
        (DarkPhoton(mass=MASS), "g_ee", ["coupling = g_ee: dark-photon allows epsilon2, epsilon"]),
        (Scalar(mass=MASS), "epsilon", ["coupling = epsilon: scalar allows g_ee, g_mumu"]),
        (VectorBoson(mass=MASS, g_V_e=1.0), "g_ee", ["vector allows none: the common scale"]),
        (DerivativeAlp(mass=MASS, C_e=1.0), "g_ee", ["derivative-alp allows none"]),
    ],
)
def test_what_is_refused(model, coupling, told):
    with pytest.raises(InvalidInput) as caught:
        model.scan(coupling, "model")
    assert all(words in str(caught.value) for words in told), caught.value


def test_what_can_be_named():
    assert COUPLINGS == ("epsilon2", "epsilon", "g_ee", "g_mumu", "U2")


def test_energies():
    assert energies([np.array([[3.0, 0.0, 4.0]])])[0] == pytest.approx(math.hypot(5.0, M_E))
