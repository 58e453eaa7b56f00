"""Events of the package against the oracles: chapter 01, rows 10 and 21 to 23, spectra, spin, both charges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import darkfactory as df
from darkfactory.amplitudes import bosons, lepton_line
from darkfactory.models import DarkPhoton, LfvAlp, Pseudoscalar, VectorBoson
from oracles import helicity_spinors as hs
from oracles import internal_conversion, radiative_decay_quadrature
from oracles.five_body import chunked, helicity_cosine
from oracles.neutrino_tensor import boost

WEAK, E, M_E, M_MU = hs.Weak(), hs.E_CHARGE, hs.M_E, hs.M_MU
ALP = LfvAlp(mass=30.0, f_a_gev=1e9, C_V=1.0, C_A=0.5 - 0.5j)
OTHER = hs.LfvAlp(1.0, 0.5 - 0.5j, 1e12)
SPIN = np.array([0.3, -0.4, 0.7])


def leptons(record):
    """Charged leptons: those of the sign of the parent first, the other last."""
    sign = np.sign(record.particles[0].pdg_id)
    same = [p.name for p in record.particles[1:] if p.pdg_id == 11 * sign]
    opposite = [p.name for p in record.particles[1:] if p.pdg_id == -11 * sign]
    return [record.momentum(name) for name in same + opposite]


def along(record, momenta):
    """<S.n>/<S_0> with n the direction of momenta; the stored Stokes vectors are those of the events."""
    unit = momenta[:, 1:] / np.linalg.norm(momenta[:, 1:], axis=1)[:, None]
    ratio = np.sum(record.stokes[:, 1:] * unit, axis=1) / record.stokes[:, 0]
    return np.average(ratio, weights=record.weights)


# rows of section 8


@pytest.mark.parametrize(
    ("mass", "expected"), [(0, 4.7991242e-5), (50, 3.6836772e-5), (90, 1.01658014e-5)], ids=lambda x: f"{x:g}"
)
def test_row_10_direct_parts(mass, expected):
    """Internal conversion of the package's amplitude; the chapter's 4.80008e-5 at m_a = 0 is 2.0e-4 too high."""

    def squared(p, k, q, emission):
        mirror = p * np.array([1.0, -1.0, -1.0, -1.0])
        boson = bosons.Vector(emission.mass, 0.0, E, 0.0, E, 0.0)
        return lepton_line.emission(boost(k, mirror), boost(q, mirror), boson, alp=bosons.LfvAlp(1.0, 0.0, 1.0))[:, 0]

    direct = internal_conversion.direct_conversion_rate(
        hs.LfvAlp(1, 0, 1.0), m_H=mass, mass_nodes=24, nodes=24, squared=squared
    )
    two_body = df.rate("mu -> e a", model=LfvAlp(mass=float(mass), f_a_gev=1e-3, C_V=1.0, C_A=0.0)).width
    assert direct / two_body == pytest.approx(expected, rel=3e-6)


@pytest.mark.parametrize(("mass", "visible", "opposite"), [(0, 0.988, 0.702), (50, 0.986, 0.707)])
def test_row_21_polarised_three_electrons_with_an_alp(mass, visible, opposite):
    model = LfvAlp(mass=float(mass), C_V=1.0, C_A=1.0)
    record = df.events("mu -> e e e a", n=20000, model=model, charge=-1, seed=1)
    k = leptons(record)
    assert along(record, sum(k)) == pytest.approx(visible, rel=2e-2)
    assert along(record, k[2]) == pytest.approx(opposite, rel=2e-2)


def test_row_22_polarised_three_electrons_with_neutrinos():
    record = df.events("mu -> e e e nu nu", n=40000, charge=-1, seed=1)
    k = leptons(record)
    assert along(record, sum(k)) == pytest.approx(-0.419, rel=2e-2)
    assert along(record, k[2]) == pytest.approx(-0.294, rel=2e-2)
    assert np.average(sum(k)[:, 0], weights=record.weights) == pytest.approx(42.2, rel=2e-2)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (DarkPhoton(mass=20.0, epsilon=1e-3), 0.3484),
        (Pseudoscalar(mass=20.0, g_e=1e-3, g_mu=1e-3), 1 / 3),
        (VectorBoson(mass=20.0, g_A_e=1e-3, g_A_mu=1e-3), 0.2940),
    ],
    ids=["vector", "pseudoscalar", "axial"],
)
def test_row_23_spin_correlation_of_a_narrow_resonance(model, expected):
    """The oracle's quasi-Monte Carlo has 0.3484, 1/3, 0.2940; the chapter's 0.348(2), 1/3, 0.295(2) agree."""
    record = df.events("mu -> e nu nu X, X -> e e", n=131072, model=model, seed=1, weighted=True)
    pair = [record.momentum(p.name) for p in record.particles if p.mother == 1]
    assert len(pair) == 2
    mean = np.average(helicity_cosine(*pair) ** 2, weights=record.weights)
    assert mean == pytest.approx(expected, rel=1e-2)


# spin and momenta of every process


CASES = {
    "mu -> e nu nu": (None, None, lambda k, charge: hs.stokes_tree(WEAK, *k, charge=charge)),
    "mu -> e a": (ALP, None, lambda k, charge: hs.stokes_tree(OTHER, *k, charge=charge)),
    "mu -> e nu nu gamma": (
        None,
        "E_gamma > 5",
        lambda k, charge: hs.stokes_emission(WEAK, *k, hs.PHOTON, charge=charge),
    ),
    "mu -> e a gamma": (ALP, "E_gamma > 5", lambda k, charge: hs.stokes_emission(OTHER, *k, hs.PHOTON, charge=charge)),
    "mu -> e e e nu nu": (None, None, lambda k, charge: hs.stokes_three(WEAK, *k, charge=charge)),
    "mu -> e e e a": (ALP, None, lambda k, charge: hs.stokes_three(OTHER, *k, charge=charge)),
    "mu -> e nu nu X": (
        VectorBoson(mass=20.0, g_V_e=0.3, g_A_e=0.2, g_V_mu=-0.1, g_A_mu=0.5),
        None,
        lambda k, charge: hs.stokes_emission(WEAK, *k, hs.Vector(20.0, 0.3, 0.2, -0.1, 0.5), charge=charge),
    ),
    "mu -> e nu nu X, X -> e e": (
        Pseudoscalar(mass=20.0, g_e=0.3, g_mu=-0.2),
        None,
        lambda k, charge: hs.stokes_emission(
            WEAK, k[0], k[1] + k[2], hs.Scalar(20.0, 0.0, 0.3, 0.0, -0.2), charge=charge
        ),
    ),
}


def visible(record):
    found = leptons(record)
    extra = [p.name for p in record.particles if p.name in ("gamma", "X") and p.status == 1]
    return found + [record.momentum(name) for name in extra]


@pytest.mark.parametrize("charge", [-1, 1])
@pytest.mark.parametrize("process", CASES)
def test_stokes_vectors_and_directions_of_events(process, charge):
    """Stored Stokes vectors are the oracle's at the momenta of the event; directions follow 1 + P.S/S_0."""
    model, cut, oracle = CASES[process]
    record = df.events(process, n=8000, model=model, cut=cut, polarization=SPIN, charge=charge, seed=3)
    k = visible(record)
    expected = chunked(lambda *p: oracle(p, charge), k)
    scale = np.median(record.stokes[:, 0] / expected[:, 0])
    size = expected[:, :1]
    assert np.max(np.abs(record.stokes / scale - expected) / size) < 1e-5
    if "X -> e e" not in process:
        assert scale == pytest.approx(1.0, rel=1e-6)
    for momentum in k:
        unit = momentum[:, 1:] / np.linalg.norm(momentum[:, 1:], axis=1)[:, None]
        direct = np.average(unit, axis=0, weights=record.weights)
        slope = np.average(np.sum(unit * expected[:, 1:], axis=1) / expected[:, 0], weights=record.weights)
        effective = record.weights.sum() ** 2 / np.sum(record.weights**2)
        assert direct == pytest.approx(SPIN * slope / 3, abs=5 / np.sqrt(3 * effective))


def test_photon_spectrum_of_radiative_decay():
    """Kolmogorov-Smirnov against the Kuno-Okada quadrature."""
    record = df.events("mu -> e nu nu gamma", n=20000, cut="E_gamma > 10", seed=5)
    energies = np.linspace(10.0, 52.8, 40)
    above = np.array([radiative_decay_quadrature.radiative_branching_ratio(e, nodes=20) for e in energies])
    cumulative = np.interp(np.sort(record.momentum("gamma")[:, 0]), energies, 1 - above / above[0])
    assert np.ptp(record.weights) < 1e-12 * record.weights[0] or record.model["overweight"] < 0.01
    statistic = np.max(np.abs(cumulative - (np.arange(20000) + 0.5) / 20000))
    assert statistic < 1.95 / np.sqrt(20000) + 2e-3  # p = 1e-3, and linear interpolation


def test_reweighting_of_couplings_is_generation_with_them():
    """Pieces of the record: other couplings without new events."""
    other = LfvAlp(mass=30.0, f_a_gev=1e9, C_V=0.2, C_A=-1.0)
    options = {"n": 20000, "polarization": (0, 0, -0.85), "cut": "E_gamma > 10"}
    record = df.events("mu -> e a gamma", model=ALP, seed=1, **options)
    direct = df.events("mu -> e a gamma", model=other, seed=2, **options)
    values = {"|C_V|^2": 0.04, "|C_A|^2": 1.0, "2 Re(C_V C_A*)": -0.4}
    assert set(record.piece_names) == set(values)
    now = {"|C_V|^2": 1.0, "|C_A|^2": 0.5, "2 Re(C_V C_A*)": 1.0}
    np.testing.assert_allclose(record.pieces @ [now[name] for name in record.piece_names], record.weights, rtol=1e-9)
    weights = record.pieces @ [values[name] for name in record.piece_names]
    for name, component in (("e+", 0), ("e+", 3), ("gamma", 0), ("gamma", 3)):
        one, two = record.momentum(name)[:, component], direct.momentum(name)[:, component]
        mean = np.average(one, weights=weights)
        spread = np.average((one - mean) ** 2, weights=weights) * np.sum(weights**2) / weights.sum() ** 2
        assert mean == pytest.approx(
            np.average(two, weights=direct.weights), abs=5 * np.hypot(spread**0.5, np.std(two) / 141)
        )
    assert weights.sum() == pytest.approx(direct.rate, rel=5 * np.std(weights) / np.mean(weights) / 141)


def test_same_spectrum_for_identical_leptons():
    record = df.events("mu -> e e e nu nu", n=20000, seed=7)
    k1, k2, _ = leptons(record)
    assert stats.ks_2samp(k1[:, 0], k2[:, 0]).pvalue > 1e-3
