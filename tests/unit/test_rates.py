"""Rates and spectra: sums over bins, edges, experiments, JSON."""

import json

import numpy as np
import pytest

from darkfactory import rate, spectrum
from darkfactory.amplitudes import michel
from darkfactory.constants import M_E, M_MU, MUON_WIDTH
from darkfactory.models import LfvAlp
from darkfactory.processes import PROCESSES
from darkfactory.references import lookup
from support.forward_positron import base_setup, recorded_settings, setup_of

W = michel.endpoint_energy()
EXACT = tuple(name for name, process in PROCESSES.items() if getattr(process, "alone", None))
OBSERVABLES = {"x": "1", "E_e": "MeV", "m_miss2": "MeV^2", "cos_theta": "1"}
BORN = {"search.background_order": "born"}


@pytest.mark.parametrize("name", EXACT)
def test_rate_over_both_widths(name):
    over_lifetime, over_tree = rate(name), rate(name, norm="lo")
    process = PROCESSES[name]
    assert over_lifetime.width == over_tree.width
    assert over_lifetime.value == pytest.approx(over_lifetime.width / process.total_width)
    assert over_lifetime.value / over_tree.value == pytest.approx(process.tree_width / process.total_width)
    written = json.loads(json.dumps(over_lifetime.to_dict(), allow_nan=False))
    assert {"process", "model", "value", "error", "unit", "norm", "method", "seed", "version", "references"} <= set(
        written
    )
    assert (written["error"], written["unit"], written["norm"], written["seed"]) == (0, "1", "exp", None)
    assert all(lookup(key) for key in written["references"])


def test_muons_decay_into_michel_positrons():
    orders = {
        order: rate("mu -> e nu nu", settings={"search.background_order": order}).value for order in michel.ORDERS
    }
    assert orders["born"] == pytest.approx(1.0042165, abs=1e-7)
    assert orders["oalpha"] == pytest.approx(1.0, abs=2e-4)
    assert rate("mu -> e nu nu").value == orders["exp"]
    assert rate("mu -> e nu nu", norm="lo", settings=BORN).value == pytest.approx(1.0)


def test_a_closed_rate_is_zero():
    for mass in (M_MU - M_E, 106, 1e6):
        assert rate("mu -> e a", settings={"model.mass": mass}).value == 0.0
    assert rate("tau -> mu a", settings={"model.mass": 106}).value > 0


def test_a_model_object_is_as_good_as_settings():
    alp = LfvAlp.from_scale(F_gev=1e9, chirality="A", mass=30)
    settings = {"model.F_gev": 1e9, "model.chirality": "A", "model.mass": "30"}
    assert rate("mu -> e a", model=alp).value == rate("mu -> e a", settings=settings).value


@pytest.mark.parametrize("observable", OBSERVABLES)
@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("bins", [1, 7, 100])
def test_bins_add_up_to_the_rate(name, observable, bins):
    order = BORN if name.endswith("nu nu") else {}
    tail = {} if order else {"search.signal_tail": "none"}
    found = spectrum(name, observable=observable, bins=bins, settings={**order, **tail, "beam.polarization": 0.7})
    assert found.values.sum() == pytest.approx(rate(name, settings=order).value, rel=1e-9, abs=0)
    assert np.all(found.values >= 0)
    assert found.edges.shape == (bins + 1,)
    assert np.all(np.diff(found.edges) > 0)
    assert found.unit == OBSERVABLES[observable]


def test_the_tail_misses_what_falls_below_half_the_energy():
    found = spectrum("mu -> e a", settings={"model.mass": 20})
    assert found.values.sum() / rate("mu -> e a", settings={"model.mass": 20}).value == pytest.approx(0.9862, abs=2e-4)


def test_the_same_line_in_three_observables():
    settings = {"model.mass": 60.0, "search.signal_tail": "none"}
    where = {}
    for observable in ("x", "E_e", "m_miss2"):
        found = spectrum("mu -> e a", observable=observable, bins=1000, settings=settings)
        hit = int(np.argmax(found.values))
        where[observable] = (found.edges[hit], found.edges[hit + 1])
        assert np.count_nonzero(found.values) == 1
    x_a = 1 - 60**2 / (M_MU**2 + M_E**2)
    for observable, value in (("x", x_a), ("E_e", x_a * W), ("m_miss2", 3600.0)):
        low, high = where[observable]
        assert low <= value <= high


@pytest.mark.parametrize("order", michel.ORDERS)
def test_bins_are_integrals_of_the_density(order):
    found = spectrum("mu -> e nu nu", bins=20, low=0.3, high=0.9, settings={"search.background_order": order})
    node, weight = np.polynomial.legendre.leggauss(20)
    half = (found.edges[1] - found.edges[0]) / 2
    middle = (found.edges[1:] + found.edges[:-1])[:, None] / 2
    expected = 2 * half * michel.density(middle + half * node, 0.0, order=order) @ weight
    total = michel.total_width(order) / MUON_WIDTH
    np.testing.assert_allclose(found.values, total * expected, rtol=1e-9)


def test_positrons_go_along_the_spin():
    found = spectrum("mu -> e nu nu", observable="cos_theta", bins=2, settings={"beam.polarization": 1})
    assert found.values[0] > found.values[1]
    turned = spectrum("mu -> e nu nu", observable="cos_theta", bins=2, settings={"beam.polarization": -1})
    assert turned.values[::-1] == pytest.approx(found.values)
    right = spectrum("mu -> e a", observable="cos_theta", bins=2, settings={"beam.polarization": 1})
    assert right.values[1] / right.values.sum() == pytest.approx(0.75)


def test_a_spectrum_at_an_experiment_is_its_background():
    settings = recorded_settings(focus=100)
    found = spectrum("mu -> e nu nu", experiment="megii-fwd", low=0.9, high=1.05, bins=30, settings=settings)
    expected = base_setup(focus=100).counts.background(np.linspace(0.9, 1.05, 31))
    np.testing.assert_allclose(found.values, expected, rtol=1e-12)
    written = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert written["quantity"] == "counts per bin"
    assert written["experiment"] == "megii-fwd"
    assert len(written["bins"]) == 30


def test_samples_are_summed():
    edges = np.linspace(0.9, 1.05, 16)
    found = spectrum("mu -> e nu nu", experiment="twist", low=0.9, high=1.05, bins=15)
    expected = setup_of("twist").counts.background(edges).reshape(8, 15).sum(axis=0)
    np.testing.assert_allclose(found.values, expected, rtol=1e-12)


def test_missing_mass_at_an_experiment_falls_with_energy():
    scale = M_MU**2 + M_E**2
    energy = spectrum("mu -> e nu nu", experiment="megii-fwd", low=0.9, high=1.05, bins=30)
    missing = spectrum(
        "mu -> e nu nu", experiment="megii-fwd", observable="m_miss2", low=-0.05 * scale, high=0.1 * scale, bins=30
    )
    np.testing.assert_allclose(missing.values, energy.values[::-1], rtol=1e-9)


def test_signal_at_an_experiment_scales_with_its_rate():
    settings = {"model.F_gev": 1e9, "model.mass": 20}
    found = spectrum("mu -> e a", experiment="megii-fwd", settings=settings, low=0.0, high=1.1, bins=1)
    counts = setup_of("megii-fwd").counts
    share = (counts.samples[0].solid + 0.99 * counts.samples[0].first_moment) / 2
    value = rate("mu -> e a", settings=settings).value
    assert found.values[0] == pytest.approx(1.2096e14 * share * value * 0.9862, rel=1e-3, abs=0)
    closed = spectrum("mu -> e a", experiment="twist", settings={"model.mass": 106}, bins=5)
    assert closed.values.tolist() == [0] * 5


def test_tau_spectrum_at_a_tau_experiment():
    found = spectrum("tau -> mu a", experiment="belle2", settings={"model.F_gev": 1e6}, low=-3, high=4, bins=10)
    pairs = 62.8 * 0.919e6
    assert found.values.sum() == pytest.approx(
        2 * pairs * 0.1 * rate("tau -> mu a", settings={"model.F_gev": 1e6}).value, rel=1e-6, abs=0
    )
