"""The composite neutrino: mixing, lightest state and decays of bosons, mesons and leptons, against traces and quadrature."""

import math

import numpy as np
import pytest

from darkfactory.amplitudes.continuum_decays import DECAYS
from darkfactory.kinematics import heavy_neutrino
from darkfactory.models import build_model
from darkfactory.models.mixing_density import MixingDensity
from oracles import composite_decays as oracle
from oracles import composite_density as density

RNG_POINTS = [
    # dimension, gap, cutoff, y
    (1.72, 0.35, 4.1e6, 1.0),
    (2.4, 2.6, 930.0, 0.3),
    (2.5, 0.81, 77.0, 1.4),
    (3.4, 1.3, 51.0, 1.0),
    (5.1, 0.22, 12.0, 2.2),
    (6.7, 4.4, 31.0, 1.0),
]


def model(dimension, gap, cutoff, y=1.0, **more):
    return build_model(
        "composite-neutrino", {"dimension": dimension, "gap_gev": gap, "cutoff_gev": cutoff, "y": y, **more}
    )


def test_kernels_by_traces():
    for part in (0.0, 0.07, 0.43, 0.88):
        assert heavy_neutrino.boson_share(part**2) == pytest.approx(oracle.vector_decay(1.0, part), rel=1e-12, abs=0)
        expected = oracle.scalar_width(1.0, part) / oracle.scalar_width(1.0, 0.0)
        assert heavy_neutrino.higgs_share(part**2) == pytest.approx(expected, rel=1e-12, abs=0)
        assert heavy_neutrino.leptonic_share(part**2) == pytest.approx(oracle.three_body(part**2), rel=1e-8, abs=1e-12)
        for lepton in (0.003, 0.1):
            expected = oracle.meson_kernel(1.0, lepton, part)
            assert heavy_neutrino.meson_share(lepton**2, part**2) == pytest.approx(expected, rel=1e-10, abs=0)
    assert oracle.scalar_width(125.0, 0.0) == pytest.approx(2 * 125.0 / (16 * math.pi), rel=1e-12, abs=0)
    closed = heavy_neutrino.boson_share(1.3), heavy_neutrino.higgs_share(2.0), heavy_neutrino.meson_share(0.04, 0.9)
    assert [float(share) for share in closed] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("dimension", "gap", "cutoff", "y"), RNG_POINTS)
def test_insertion_and_scale(dimension, gap, cutoff, y):
    found = model(dimension, gap, cutoff, y)
    insertion = density.insertion(cutoff, dimension, y)
    assert found.insertion() == pytest.approx(insertion, rel=1e-9, abs=0)
    assert found.cutoff_from(insertion) == pytest.approx(cutoff, rel=1e-9, abs=0)
    other = model(dimension, gap, cutoff, y, norm="cft")
    ratio = other.mixing.amplitude / found.mixing.amplitude
    assert ratio == pytest.approx(density.kappa(dimension, "cft"), rel=1e-12, abs=0)


@pytest.mark.parametrize(("dimension", "gap", "cutoff", "y"), RNG_POINTS)
def test_lightest_state(dimension, gap, cutoff, y):
    found = model(dimension, gap, cutoff, y)
    assert found.residue == pytest.approx(oracle.residue(dimension, gap), rel=1e-9, abs=0)
    # masses of pions and mixings of quarks have more digits in the package
    tolerance = 2e-3 if gap < 1 else 5e-4
    assert found.ctau_mm == pytest.approx(1e3 * oracle.ctau_m(gap, dimension, cutoff, y), rel=tolerance, abs=0)
    wider = model(dimension, gap, cutoff, y, duality=7.3)
    assert wider.residue == pytest.approx(oracle.residue(dimension, gap, 7.3), rel=1e-9, abs=0)


@pytest.mark.parametrize(("dimension", "gap", "cutoff", "y"), RNG_POINTS)
def test_width_of_the_z(dimension, gap, cutoff, y):
    found = model(dimension, gap, cutoff, y)
    expected = density.insertion(cutoff, dimension, y) * oracle.z_excess(dimension, gap)
    assert found.delta_n_nu == pytest.approx(expected, rel=1e-7, abs=0)
    cut = model(dimension, gap, cutoff, y, mcut_gev=0.7 * min(cutoff, 91.0), unitarity="complete")
    expected = density.insertion(cutoff, dimension, y) * oracle.z_complete(dimension, gap, 0.7 * min(cutoff, 91.0))
    assert cut.delta_n_nu == pytest.approx(expected, rel=1e-6, abs=0)
    assert cut.delta_n_nu < 0
    if dimension < 2.5:
        total = density.insertion(cutoff, dimension, y) * density.total_mixing(dimension, gap)
        assert found.total_mixing() == pytest.approx(total, rel=1e-8, abs=0)
        assert model(dimension, gap, cutoff, y, unitarity="complete").lost_mixing() == pytest.approx(
            total, rel=1e-8, abs=0
        )


@pytest.mark.parametrize(("dimension", "gap"), [(1.9, 0.05), (3.3, 0.02), (5.6, 0.11)])
def test_other_decays(dimension, gap):
    mixing = MixingDensity(dimension, gap)
    w2, h2 = oracle.M_W**2, oracle.M_H**2
    found = mixing.integral(lambda m2: heavy_neutrino.boson_share(m2 / w2), w2)
    assert found == pytest.approx(oracle.w_excess(dimension, gap), rel=1e-7, abs=0)
    found = mixing.integral(lambda m2: m2 * heavy_neutrino.higgs_share(m2 / h2), h2)
    found *= 2 * oracle.M_H / (16 * math.pi * oracle.VEV**2)
    assert found == pytest.approx(oracle.h_width(dimension, gap), rel=1e-7, abs=0)
    for parent, lepton in ((oracle.M_K, oracle.M_MU), (oracle.M_B, oracle.M_TAU), (oracle.M_DS, oracle.M_E)):
        square = parent**2
        found = mixing.integral(
            lambda m2, s=square, m=lepton: heavy_neutrino.meson_share(m**2 / s, m2 / s), (parent - lepton) ** 2
        )
        assert found == pytest.approx(oracle.meson(parent, lepton, dimension, gap), rel=1e-5, abs=0)
    tau2 = oracle.M_TAU**2
    found = mixing.integral(lambda m2: heavy_neutrino.leptonic_share(np.minimum(m2 / tau2, 1.0)), tau2)
    expected = oracle.per_insertion(lambda m: oracle.three_body(m * m / tau2), dimension, gap, oracle.M_TAU)
    assert found == pytest.approx(expected, rel=1e-6, abs=0)


LEPTONS = {"e": oracle.M_E, "mu": oracle.M_MU, "tau": oracle.M_TAU}


@pytest.mark.parametrize("flavor", ["e", "mu", "tau"])
def test_mesons_into_any_lepton(flavor):
    """Over the decay that is measured, with its lepton."""
    for parent, mass, measured, share in (
        ("K", oracle.M_K, "mu", 0.6356),
        ("D_s", oracle.M_DS, "tau", 0.0536),
        ("B", oracle.M_B, "tau", 1.09e-4),
    ):
        found, lepton = DECAYS[f"{parent} -> l X"](flavor), LEPTONS[flavor]
        one = model(2.9, 0.05, 600.0, flavor=flavor)
        per_width = share / oracle.meson_width(mass, LEPTONS[measured], 0.0)
        expected = density.insertion(600.0, 2.9) * per_width
        expected *= oracle.per_insertion(
            lambda m, p=mass, k=lepton: oracle.meson_width(p, k, m), 2.9, 0.05, mass - lepton
        )
        value = found.branching_ratio(float(found.ratio(one)))
        assert value == pytest.approx(expected, rel=1e-4, abs=0)


@pytest.mark.parametrize(("dimension", "gap"), [(2.4, 0.3), (3.9, 1.7)])
def test_bosons_and_leptons(dimension, gap):
    scales = np.array([35.0, 900.0])
    one = model(dimension, gap, 900.0, mcut_gev="cutoff")
    tau = oracle.M_TAU
    for name, rate in (
        ("Z -> nu X", oracle.z_excess),
        ("W -> l X", oracle.w_excess),
        ("h -> nu X", lambda d, g, m_cut: oracle.h_width(d, g, m_cut) / 4.07e-3),
    ):
        expected = [density.insertion(scale, dimension) * rate(dimension, gap, m_cut=scale) for scale in scales]
        assert DECAYS[name]("mu").ratio(one, scales) == pytest.approx(expected, rel=1e-6, abs=0)
    expected = oracle.per_insertion(lambda m: oracle.three_body((m / tau) ** 2), dimension, gap, tau)
    found = DECAYS["tau -> e nu X"]("tau").ratio(one, 900.0) / density.insertion(900.0, dimension)
    assert float(found) == pytest.approx(expected, rel=1e-5, abs=0)
    assert DECAYS["tau -> e nu X"]("mu").ratio(one, 900.0) == 0


def test_one_state_is_a_sterile_neutrino():
    y, gap = 1e-4, 2.3
    found = build_model("composite-neutrino", {"dimension": 1.5, "gap_gev": gap, "y": y})
    u2 = y**2 * density.VEV**2 / (2 * gap**2)
    assert found.total_mixing() == pytest.approx(u2, rel=1e-9, abs=0)
    assert found.delta_n_nu == pytest.approx(2 * u2 * oracle.vector_decay(oracle.M_Z, gap), rel=1e-9, abs=0)
    near = model(1.50001, gap, 1e3, y)
    assert near.total_mixing() == pytest.approx(u2, rel=1e-3, abs=0)
