"""Counts per bin: quadrature, tables in the nuisances, derivatives, samples."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from darkfactory.models import LfvAlp
from darkfactory.recorded import leptons as michel_templates
from darkfactory.recorded.leptons import AngularSample
from darkfactory.searches.forward_positron.likelihood import SYSTEMATICS
from support.forward_positron import base_setup, setup_of

ALL = {"norm": math.inf, "P": 0.01, "eps": 1e-4, "r": 0.05, "rc": 1.0}
SHIFTS = {
    "normalization": (-0.3, 0.07),
    "polarization": (-0.04, 0.009),
    "energy_scale": (-5.9e-4, 3e-5),
    "resolution": (-0.29, 0.13),
    "radiative": (-1.5, 0.4),
}


def exact(setup, edges, shift):
    """Background at shifted nuisances, without a table."""
    at = {
        "scale": shift["energy_scale"],
        "broadening": shift["resolution"],
        "polarization_shift": shift["polarization"],
    }
    counts = setup.counts.background(edges, **at)
    difference = [replace(setup.counts, order=order).background(edges, **at) for order in ("exp", "oalpha")]
    return (1 + shift["normalization"]) * (counts + shift["radiative"] * (difference[0] - difference[1]))


@pytest.mark.parametrize(
    "setup",
    [
        base_setup(focus=100, order="exp", priors=ALL),
        base_setup(focus=100, order="exp", flip=0.2, priors=ALL),
        base_setup(order="exp", dx=0.005, priors={**ALL, "eps": math.inf}),
    ],
    ids=["cone", "two spins", "free scale"],
)
def test_table_equals_the_exact_background(setup):
    model = setup.binned_model(LfvAlp(), np.zeros(1))
    edges = setup.edges(np.zeros(1))
    assert model.names == tuple(n for n in model.names if n in SYSTEMATICS)
    assert set(model.names) == set(SYSTEMATICS)
    for picks in itertools.product(*SHIFTS.values()):
        shift = dict(zip(SHIFTS, picks, strict=True))
        expected = exact(setup, edges, shift)
        found = model.expectation(0.0, [shift[name] for name in model.names])
        np.testing.assert_allclose(np.ravel(found), expected, rtol=1e-8, atol=3e-8 * expected.max())


def test_a_single_table_in_scale_and_resolution():
    setup = base_setup(focus=100, order="exp", priors={"eps": 1e-3, "r": 0.05})
    edges = setup.edges(np.zeros(1))
    model = setup.binned_model(LfvAlp(), np.zeros(1))
    half = 0.5 * 0.01  # the cap on six priors
    for scale in np.linspace(-1, 1, 9) * half:
        for width in np.linspace(-0.3, 0.3, 7):
            at = {"energy_scale": scale, "resolution": width}
            expected = setup.counts.background(edges, scale=scale, broadening=width)
            found = np.ravel(model.expectation(0.0, [at[name] for name in model.names]))
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8 * expected.max())


def test_linear_model_has_the_derivatives_of_the_table():
    setup = base_setup(focus=100, order="exp", flip=0.1, priors=ALL)
    linear, table = (setup.binned_model(LfvAlp(), np.zeros(1), linear=flag) for flag in (True, False))
    assert set(linear.names) == set(table.names)
    np.testing.assert_allclose(linear.background, table.background, rtol=1e-9)
    steps = {"normalization": 1e-3, "polarization": 1e-3, "energy_scale": 2e-5, "resolution": 1e-3, "radiative": 1e-2}
    for name, h in steps.items():
        slopes = []
        for model in (linear, table):
            ends = [model.expectation(0.0, [s * h * (n == name) for n in model.names]) for s in (1, -1)]
            slopes.append(np.ravel(ends[0] - ends[1]) / (2 * h))
        # central differences of the table: error of second order in the step
        np.testing.assert_allclose(slopes[0], slopes[1], rtol=1e-3, atol=1e-4 * np.abs(slopes[0]).max())


@pytest.mark.parametrize("order", ["born", "oalpha", "exp"])
@pytest.mark.parametrize("settings", [{}, {"detector.x_resolution": 1.1e-3}, {"detector.resolution_power": 1.5}])
def test_quadrature_is_stable_under_more_nodes(order, settings, monkeypatch):
    counts = replace(setup_of("megii-fwd", settings).counts, order=order)
    edges = np.linspace(0.02, 1.05, 60)
    before = counts.background(edges)
    legendre, panels = michel_templates.unit_legendre, michel_templates.panels
    monkeypatch.setattr(michel_templates, "unit_legendre", lambda n: legendre(2 * n))
    monkeypatch.setattr(michel_templates, "panels", lambda n: panels(2 * n))
    np.testing.assert_allclose(counts.background(edges), before, rtol=1e-8, atol=1e-10 * before.max())


def test_background_does_not_depend_on_what_the_other_bins_are():
    counts = base_setup(order="exp").counts
    wide, part = np.linspace(0.1, 1.05, 39), np.linspace(0.85, 1.05, 9)
    np.testing.assert_allclose(counts.background(wide)[-8:], counts.background(part), rtol=1e-9, atol=1e-3)


def test_a_bin_is_the_sum_of_its_parts():
    counts = base_setup(order="exp", focus=100).counts
    fine = counts.background(np.linspace(0.9, 1.05, 31))
    coarse = counts.background(np.linspace(0.9, 1.05, 16))
    np.testing.assert_allclose(fine.reshape(-1, 2).sum(axis=1), coarse, rtol=1e-10)
    signal = counts.signal(np.array([-1.0, 2.0]), 1.0, 0.3)
    cone = counts.samples[0]
    share = (cone.solid + 0.3 * 0.99 * cone.first_moment) / 2
    assert signal[0] == pytest.approx(counts.decays * share * 0.5 ** (0.0202), rel=1e-3, abs=0)


def test_whole_sphere_holds_every_decay():
    counts = setup_of("mu3e-phase1").counts
    everything = np.array([-1.0, 2.0])
    assert counts.background(everything)[0] == pytest.approx(2.5e15 * 0.45, rel=1e-9, abs=0)
    assert counts.signal(everything, 0.7, 0.5)[0] == pytest.approx(2.5e15 * 0.45, rel=1e-12, abs=0)


def test_angular_samples():
    cone, interval = AngularSample.cone(0.1), AngularSample.interval(0.9, 1.0)
    assert cone.solid == pytest.approx(interval.solid)
    assert cone.first_moment == pytest.approx(interval.first_moment) == pytest.approx((1 - 0.81) / 2)
    assert AngularSample.interval(-0.5, 0.5).first_moment == 0


def test_reversed_spin_is_reversed_polarization():
    setup = base_setup(focus=100, flip=0.5)
    edges = np.linspace(0.9, 1.05, 16)
    one, other = setup.counts.background(edges).reshape(2, -1)
    reversed_beam = replace(setup.counts, polarization=-setup.counts.polarization)
    mirrored = reversed_beam.background(edges).reshape(2, -1)
    np.testing.assert_allclose(one, mirrored[1], rtol=1e-12)
    np.testing.assert_allclose(other, mirrored[0], rtol=1e-12)
    assert other.sum() > 8 * one.sum()


def test_cone_and_luminosity_focusing():
    bare, cone, lumi = (base_setup(**how) for how in ({}, {"focus": 100}, {"focus": 100, "mode": "lumi"}))
    assert cone.counts.samples[0].solid == pytest.approx(100 * bare.counts.samples[0].solid)
    assert (lumi.counts.samples, lumi.counts.multiplier) == (bare.counts.samples, 100)
    edges = np.linspace(0.9, 1.05, 16)
    np.testing.assert_allclose(lumi.counts.background(edges), 100 * bare.counts.background(edges), rtol=1e-12)
    # the purity of the wider cone is worse
    assert cone.counts.background(edges)[-8] > lumi.counts.background(edges)[-8]


def test_solenoid_field_is_focusing():
    field = setup_of("megii-fwd", {"detector.field": 2.0}).counts
    assert field.samples[0].solid / 5.550930e-4 == pytest.approx(74.03, rel=1e-3, abs=0)


def test_tau_counts_are_two_per_tagged_pair():
    counts = setup_of("belle2").counts
    pairs = 62.8 * 0.919e6
    assert counts.decays == pytest.approx(2 * pairs * 0.1)
    assert counts.background(np.array([-5.0, 5.0]))[0] == pytest.approx(2 * pairs * 0.1 * 0.17847, rel=1e-6, abs=0)
    muons = setup_of("belle2", {"search.channel": "tau-mu"}).counts
    assert muons.background(np.array([-5.0, 5.0]))[0] == pytest.approx(2 * pairs * 0.1 * 0.17366, rel=1e-6, abs=0)
