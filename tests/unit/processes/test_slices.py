"""Slices of phase space without a detector against quadrature, what they hold, when they stop, and what is refused."""

import math

import numpy as np
import pytest

from darkfactory.constants import M_E, M_MU, MUON_WIDTH
from darkfactory.errors import InvalidInput
from darkfactory.models import DarkPhoton, DerivativeAlp, Pseudoscalar, Scalar, VectorBoson
from darkfactory.processes.muon_decay import slices
from darkfactory.processes.muon_decay.on_slices import (
    FLUX,
    missing_mass_importance,
    resonance_importance,
    resonance_total,
)
from darkfactory.processes.muon_decay.slices import PARTS, missing_mass_slice, resonance_slice, total
from support.mu3e import setup, small_slices


@pytest.fixture(scope="module", autouse=True)
def _small():
    with small_slices():
        yield


@pytest.mark.parametrize("mass", [2.0, 20.0, 90.0])
def test_totals_of_every_model(mass):
    """Sums over a slice are the quadrature of all of phase space: flux, measure, widths, monomials."""
    made = resonance_slice(mass, None, precision=0.02)
    models = [
        DarkPhoton(mass=mass, epsilon=1.0),
        VectorBoson(mass=mass, g_V_e=1.0, g_V_mu=1.0),
        VectorBoson(mass=mass, g_A_e=1.0),
        Pseudoscalar(mass=mass, g_e=1.0),
        Pseudoscalar(mass=mass, g_mu=1.0),
        Scalar(mass=mass, g_mu=1.0),
        DerivativeAlp(mass=mass, f_a_gev=1.0, C_e=1.0),
    ]
    for model in models:
        names = {"epsilon": "epsilon^2", "g_V_e": "g^2", "g_A_e": "g^2", "g_e": "g_e^2", "g_mu": "g_mu^2"}
        rates = made.resonance(model)
        used = next(key for key, value in model.couplings.items() if value)
        name = names.get(used) or next(key for key in rates if "e" in key and "mu" not in key)
        value, error = total(made, rates[name][:, 0])
        assert error < 0.05 * value
        assert abs(value - resonance_total(model)) < 4 * error, model


def test_flux():
    assert pytest.approx(1 / (2 * M_MU * MUON_WIDTH), rel=1e-12) == FLUX


def test_spin_terms_vanish_on_average():
    """Without a detector every direction is alike."""
    made = missing_mass_slice(20.0, None, precision=0.02)
    for density in (made.alp(1, 1), made.background):
        value, error = total(made, density[:, 1])
        assert abs(value) < 4 * error


def test_importance_is_the_density_up_to_a_constant():
    made = resonance_slice(20.0, None, precision=0.02)
    momenta = tuple(p[:1000] for p in made.momenta)
    signal, background = resonance_importance(momenta, 20.0)
    for shape, density in (
        (signal, slices.resonance_rates(momenta, DarkPhoton(mass=20.0))["epsilon^2"][:, 0]),
        (background, slices.conversion_per_mass(momenta)[:, 0]),
    ):
        ratio = density / shape
        assert ratio == pytest.approx(ratio[0], rel=1e-6, abs=0)
    other = missing_mass_slice(20.0, None, precision=0.02)
    momenta = tuple(p[:1000] for p in other.momenta)
    _, background = missing_mass_importance(momenta, 20.0)
    ratio = slices.conversion_per_missing_mass2(momenta)[:, 0] / background
    assert ratio == pytest.approx(ratio[0], rel=1e-5, abs=0)


def test_precision_is_reached_and_no_more_than_that():
    """The error of sqrt(background)/signal; more is asked, more events are tried, in whole rounds."""
    trials = []
    for precision in (0.1, 0.01):
        made = resonance_slice(20.0, setup().detector, precision=precision)
        signal = total(made, made.resonance(DarkPhoton(mass=20.0))["epsilon^2"][:, 0])
        background = total(made, made.background[:, 0])
        assert math.hypot(signal[1] / signal[0], background[1] / background[0] / 2) < 1.2 * precision
        trials.append(made.trials)
        assert made.trials % (slices._sampling(precision)[0] * PARTS) == 0
    assert trials[0] == slices._sampling(0.1)[0] * PARTS < trials[1]
    assert np.bincount(made.part, minlength=PARTS) / len(made) == pytest.approx(1 / PARTS, rel=0.1)


def test_coarse_slices_have_no_bias():
    """Those of 5% and more are of fewer events: 32 of them together are as right as one of many, in parts of equal size."""
    model, found = DarkPhoton(mass=20.0, epsilon=1.0), []
    for seed in range(32):
        made = resonance_slice(20.0, None, precision=0.05, seed=seed)
        assert made.trials == slices._sampling(0.05)[0] * PARTS == len(made) < slices._sampling(0.004)[0] * PARTS
        assert np.bincount(made.part).tolist() == [len(made) // PARTS] * PARTS
        found.append(total(made, made.resonance(model)["epsilon^2"][:, 0]))
    value, error = np.mean(found, axis=0) / resonance_total(model)
    assert value == pytest.approx(1.0, abs=3 * error / math.sqrt(32))
    assert 0.002 > error / math.sqrt(32) > 0


def test_an_empty_slice():
    made = missing_mass_slice(90.0, setup().detector, precision=0.1)
    assert len(made) == 0
    assert total(made, made.alp(1, 1)[:, 0]) == (0.0, 0.0)
    assert made.background.shape == (0, 2)


def test_slices_of_a_helix_use_the_vertex():
    """Other than for a point target: a helix that starts off the axis."""
    made = resonance_slice(40.0, setup("helix").detector, precision=0.1)
    tracks = [p[:, 1:] for p in made.momenta]
    at_centre = setup("helix").detector.accepts(tracks, (1, 1, -1))
    assert 0.5 < at_centre.mean() < 0.999


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: resonance_slice(2 * M_E, None), "mass = 1.02199"),
        (lambda: resonance_slice(M_MU - M_E, None), "mass = 105.147"),
        (lambda: resonance_slice(math.nan, None), "mass = nan"),
        (lambda: missing_mass_slice(-1.0, None), "mass = -1: allowed [0,"),
        (lambda: missing_mass_slice(M_MU - 3 * M_E, None), "mass = 104.12"),
        (lambda: missing_mass_slice(20.0, None, precision=0.0), "search.precision = 0: allowed [0.0001, 1]"),
        (lambda: missing_mass_slice(20.0, None, seed=-1), "seed = -1: allowed [0,"),
    ],
)
def test_what_is_refused(call, told):
    with pytest.raises(InvalidInput) as caught:
        call()
    assert told in str(caught.value)


def test_a_closed_total_is_zero():
    assert resonance_total(DarkPhoton(mass=M_MU - M_E, epsilon=1.0)) == 0
    assert resonance_total(DarkPhoton(mass=0.0, epsilon=1.0)) == 0
    assert resonance_total(DarkPhoton(mass=200.0, epsilon=1.0)) == 0
