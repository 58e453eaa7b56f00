"""Laws of rates and events of muon decays (chapter 01, sections 9 and 10): thresholds, scaling, additivity, closure."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

import darkfactory as df
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import ClosedChannel, DarkfactoryError, InvalidInput
from darkfactory.models import DarkPhoton, DerivativeAlp, LfvAlp, Pseudoscalar, Scalar, VectorBoson
from oracles import radiative_decay_quadrature

MEDIATORS = {
    "dark-photon": lambda mass: DarkPhoton(mass=mass, epsilon=1e-3),
    "vector": lambda mass: VectorBoson(mass=mass, g_V_e=1e-3, g_V_mu=1e-3),
    "scalar": lambda mass: Scalar(mass=mass, g_e=1e-3, g_mu=1e-3),
    "pseudoscalar": lambda mass: Pseudoscalar(mass=mass, g_e=1e-3, g_mu=1e-3),
    "derivative-alp": lambda mass: DerivativeAlp(mass=mass, C_e=1.0, C_mu=1.0),
}


def alp(mass, **options):
    return LfvAlp(mass=mass, **options)


def value(process, **options):
    return df.rate(process, **options).value


# thresholds and monotony


@pytest.mark.parametrize(
    ("process", "cut", "limit"),
    [
        ("mu -> e a", None, M_MU - M_E),
        ("mu -> e e e a", None, M_MU - 3 * M_E),
        ("mu -> e a gamma", "E_gamma > 0.01", M_MU - M_E),
    ],
)
def test_rates_with_an_alp_vanish_continuously_at_threshold(process, cut, limit):
    options = {"cut": cut} | ({"precision": 2e-2} if process == "mu -> e e e a" else {})
    values = [value(process, model=alp(limit - distance), **options) for distance in (20.0, 5.0, 1.0, 0.2, 0.05)]
    assert all(near < 0.6 * far for far, near in itertools.pairwise(values))
    assert values[-1] < 0.06 * values[0]
    for mass in (limit, limit + 1e-9, limit + 50.0):
        closed = df.rate(process, model=alp(mass), **options)
        assert (closed.value, closed.error) == (0.0, 0.0)
        with pytest.raises(ClosedChannel, match="closed"):
            df.events(process, n=10, model=alp(mass), cut=cut)


@pytest.mark.parametrize("name", MEDIATORS)
def test_rates_with_a_mediator_fall_with_its_mass_and_vanish_at_threshold(name):
    model = MEDIATORS[name]
    masses = (1.0, 5.0, 20.0, 50.0, 80.0, 100.0, 104.0)
    values = [value("mu -> e nu nu X", model=model(mass)) for mass in masses]
    assert all(heavy < light for light, heavy in itertools.pairwise(values))
    assert values[-1] < 1e-9 * values[0]
    closed = df.rate("mu -> e nu nu X", model=model(M_MU - M_E))
    assert (closed.value, closed.error) == (0.0, 0.0)


def test_rates_fall_with_the_mass_of_the_alp_and_with_every_cut():
    for process, cut in (("mu -> e a", None), ("mu -> e a gamma", "E_gamma > 5")):
        values = [value(process, model=alp(mass), cut=cut) for mass in (0.0, 10.0, 30.0, 60.0, 90.0)]
        assert values == sorted(values, reverse=True)
    for variable in ("E_gamma", "E_e"):
        values = [value("mu -> e nu nu gamma", cut=f"E_gamma > 2 and {variable} > {low}") for low in (2, 5, 10, 20, 40)]
        assert values == sorted(values, reverse=True)


def test_a_resonance_below_two_electrons_does_not_decay():
    closed = df.rate("mu -> e nu nu X, X -> e e", model=DarkPhoton(mass=2 * M_E))
    assert (closed.value, closed.error) == (0.0, 0.0)
    assert value("X -> e e", model=DarkPhoton(mass=1.0)) == 0.0


# scaling, additivity, independence


def test_scaling_with_couplings():
    for process, cut in (("mu -> e a", None), ("mu -> e a gamma", "E_gamma > 10")):
        one, two = (value(process, model=alp(20.0, f_a_gev=f_a), cut=cut) for f_a in (1e9, 2e9))
        assert one == pytest.approx(4 * two, rel=1e-12)
    one, two = (value("mu -> e nu nu X", model=DarkPhoton(mass=20.0, epsilon=e)) for e in (1e-3, 3e-3))
    assert two == pytest.approx(9 * one, rel=1e-12)


def test_complementary_cuts_add_up():
    whole = value("mu -> e nu nu gamma", cut="E_gamma > 10")
    below = value("mu -> e nu nu gamma", cut="E_gamma > 10 and E_e < 30")
    above = value("mu -> e nu nu gamma", cut="E_gamma > 10 and E_e > 30")
    assert below + above == pytest.approx(whole, rel=1e-6)
    assert value("mu -> e nu nu gamma", cut="10 < E_gamma < 20") == pytest.approx(
        whole - value("mu -> e nu nu gamma", cut="E_gamma > 20"), rel=1e-6
    )


@pytest.mark.parametrize(
    ("process", "options"),
    [
        ("mu -> e nu nu", {"settings": {"search.background_order": "born"}}),
        ("mu -> e nu nu gamma", {"cut": "E_gamma > 10 and E_e > 20"}),
        ("mu -> e a gamma", {"cut": "E_gamma > 10", "model": LfvAlp(mass=20.0)}),
        ("mu -> e nu nu X", {"model": DarkPhoton(mass=20.0)}),
        ("mu -> e nu nu X", {"model": DerivativeAlp(mass=10.0, C_e=1.0, C_mu=0.2)}),
        ("mu -> e nu nu X, X -> e e", {"model": Pseudoscalar(mass=20.0, g_e=1e-3, g_mu=2e-3)}),
    ],
)
def test_monte_carlo_agrees_with_quadrature(process, options):
    exact = df.rate(process, **options)
    assert exact.method != "monte-carlo"
    drawn = df.rate(process, method="monte-carlo", precision=2e-3, seed=1, **options)
    assert drawn.value == pytest.approx(exact.value, abs=5 * drawn.error)
    assert 0 < drawn.error < 2.1e-3 * drawn.value


def test_total_rates_know_neither_charge_nor_polarization():
    options = {"cut": "E_gamma > 10"}
    plain = df.rate("mu -> e nu nu gamma", **options)
    for charge in (-1, 1):
        other = df.rate("mu -> e nu nu gamma", polarization=(0.0, 0.6, -0.8), charge=charge, **options)
        assert other.value == pytest.approx(plain.value, rel=1e-9)


def test_hemispheres_of_michel_decay():
    """Half of the decays and +-A/4 of them: A = -0.3333945 for mu-, the other sign for mu+."""
    for charge, sign in ((-1, 1), (1, -1)):
        options = {"polarization": (0, 0, 1.0), "charge": charge, "settings": {"search.background_order": "born"}}
        forward = df.rate("mu -> e nu nu", norm="lo", cut="cos_theta > 0", **options)
        assert forward.value == pytest.approx(0.5 - sign * 0.3333945 / 4, abs=5 * forward.error)


def test_soft_photons_have_the_slope_of_the_radiative_exponent():
    for mass, beta in ((0.0, 0.020124), (50.0, 0.018947), (90.0, 0.014127)):
        low, high = (
            value("mu -> e a gamma", model=alp(mass), relative_to="mu -> e a", cut=f"E_gamma > {e}")
            for e in (1e-3, 2e-3)
        )
        assert (low - high) / math.log(2) == pytest.approx(beta, rel=4e-4)


def test_a_dark_photon_of_little_mass_is_a_photon():
    vector = value("mu -> e nu nu X", model=DarkPhoton(mass=0.05, epsilon=1.0), cut="E_X > 10", norm="lo")
    assert vector == pytest.approx(radiative_decay_quadrature.radiative_branching_ratio(10.0), rel=2e-3)


# events


@pytest.mark.parametrize("weighted", [True, False])
def test_sum_of_weights_is_the_rate_for_any_number_of_events(weighted):
    expected = value("mu -> e nu nu gamma", cut="E_gamma > 10")
    for n in (1000, 30000):
        record = df.events("mu -> e nu nu gamma", n=n, cut="E_gamma > 10", weighted=weighted, seed=n)
        error = record.model["rate_error"]
        assert record.rate == pytest.approx(expected, abs=5 * error)
        assert error < 0.1 * expected


def test_unweighted_events_have_the_histograms_of_weighted_ones():
    """Chi2 of 25 pairs of samples in two observables: p-values uniform, and the unweighted ones of unit weight."""
    options = {"cut": "E_gamma > 10", "polarization": (0, 0, -0.9)}
    weighted = df.events("mu -> e nu nu gamma", n=50000, seed=11, weighted=True, **options)
    plain = df.events("mu -> e nu nu gamma", n=50000, seed=12, **options)
    p_values = []
    for name, axis in (("gamma", 0), ("e+", 3)):
        bins = np.quantile(plain.momentum(name)[:, axis], np.linspace(0, 1, 13))
        bins[[0, -1]] = -np.inf, np.inf
        for part in range(25):
            piece = slice(2000 * part, 2000 * (part + 1))
            shapes = []
            for record in (weighted, plain):
                x, w = record.momentum(name)[piece, axis], record.weights[piece]
                shapes.append([np.histogram(x, bins, weights=v)[0] / w.sum() ** k for k, v in ((1, w), (2, w * w))])
            (a, va), (b, vb) = shapes
            p_values.append(stats.chi2.sf(np.sum((a - b) ** 2 / (va + vb)), len(a) - 1))
    assert stats.kstest(p_values, "uniform").pvalue > 1e-3


def test_events_depend_on_the_seed_alone():
    options = {"cut": "E_gamma > 10", "seed": 3}
    few, many = (df.events("mu -> e nu nu gamma", n=n, **options) for n in (100, 1000))
    np.testing.assert_array_equal(few.momenta, many.momenta[:100])
    other = df.events("mu -> e nu nu gamma", n=100, cut="E_gamma > 10", seed=4)
    assert not np.array_equal(few.momenta, other.momenta)


def test_every_event_passes_its_cut():
    record = df.events("mu -> e a gamma", n=2000, model=alp(20.0), cut="E_gamma > 10 and E_e > 20 and cos_theta > 0.2")
    assert record.momentum("gamma")[:, 0].min() > 10
    electron = record.momentum("e+")
    assert electron[:, 0].min() > 20
    assert np.min(electron[:, 3] / np.linalg.norm(electron[:, 1:], axis=1)) > 0.2


@pytest.mark.parametrize("charge", [-1, 1])
def test_charge_and_mass_shell_of_every_particle(charge):
    record = df.events("mu -> e e e a", n=500, model=alp(30.0), charge=charge, seed=1)
    assert record.imbalance() < 1e-10
    codes = sorted(p.pdg_id for p in record.particles if abs(p.pdg_id) == 11)
    assert codes == sorted([-11 * charge, -11 * charge, 11 * charge])
    for particle in record.particles:
        p = record.momentum(particle.name)
        squared = p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=1)
        np.testing.assert_allclose(squared, particle.mass**2, atol=1e-9)


# bad input of section 10


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: df.rate("mu -> e nu nu gamma"), "infrared"),
        (lambda: df.rate("mu -> e nu nu gamma", cut="E_gamma > 0"), "infrared"),
        (lambda: df.rate("mu -> e a gamma", model=LfvAlp(), cut="E_gamma > -1"), "infrared"),
        (lambda: df.rate("mu -> e nu nu", polarization=(0, 0, 1.1)), "polarization"),
        (lambda: df.rate("mu -> e nu nu", polarization=math.nan), "polarization"),
        (lambda: df.rate("mu -> e nu nu", charge=0), "charge"),
        (lambda: df.rate("mu -> e nu nu", charge=2), "charge"),
        (lambda: DarkPhoton(mass=-1.0), "mass"),
        (lambda: DarkPhoton(mass=math.nan), "mass"),
        (lambda: VectorBoson(mass=0.0, g_A_e=1.0), "mass"),
        (lambda: VectorBoson(mass=0.0, g_V_e=1.0, g_V_mu=2.0), "mass"),
        (lambda: DarkPhoton(total_width=-1.0), "width"),
        (lambda: LfvAlp(f_a_gev=math.inf), "f_a_gev"),
        (lambda: df.events("mu -> e nu nu", n=0), "n = 0"),
        (lambda: df.rate("mu -> e nu nu gamma", cut="__import__('os')"), "cut"),
        (lambda: df.rate("mu -> e nu nu gamma", cut="E_photon > 10"), "E_gamma"),
        (lambda: df.rate("mu -> e nu nu", model=DarkPhoton()), "model"),
        (lambda: df.rate("mu -> e e e nu nu", model=DarkPhoton(mass=20.0, epsilon=0.0)), "narrow"),
        (lambda: df.rate("mu -> e nu nu", precision=0.0), "precision"),
    ],
)
def test_bad_input_is_answered(call, words):
    with pytest.raises(DarkfactoryError, match=words) as error:
        call()
    assert isinstance(error.value, ValueError)


def test_a_wide_resonance_in_narrow_width_is_noted():
    assert df.rate("mu -> e nu nu X, X -> e e", model=DarkPhoton(mass=20.0, total_width=3.0)).notes
    assert not df.rate("mu -> e nu nu X, X -> e e", model=DarkPhoton(mass=20.0)).notes


def test_longitudinal_growth_is_noted():
    assert df.rate("mu -> e nu nu X", model=VectorBoson(mass=10.0, g_A_e=1e-3)).notes
    assert not df.rate("mu -> e nu nu X", model=DarkPhoton(mass=10.0)).notes


def test_nothing_is_ever_not_a_number():
    for mass in (0.0, 1e-6, 1e-3, 104.0, 105.0, M_MU - M_E - 1e-9):
        for process, cut in (("mu -> e a", None), ("mu -> e a gamma", "E_gamma > 1e-3")):
            found = df.rate(process, model=alp(mass), cut=cut)
            assert found.value >= 0
            assert math.isfinite(found.value)
            assert math.isfinite(found.error)
    with pytest.raises(InvalidInput):
        alp(-1.0)
