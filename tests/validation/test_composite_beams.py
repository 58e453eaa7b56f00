"""Neutrino beams of the cards, their averages and dark jets, against sums over the same tables by other integrals."""

import pytest

from darkfactory.experiments import load_card
from darkfactory.models.mixing_density import MixingDensity
from darkfactory.recorded.dark_jets import dark_jets
from darkfactory.recorded.neutrino_currents import currents
from oracles import composite_decays, composite_flux, composite_partons

pytestmark = pytest.mark.skipif(
    composite_partons.grid_path() is None, reason="no parton densities: pip install pythia8mc"
)

POINTS = [(1.83, 0.7), (3.3, 0.4), (5.2, 1.6)]


def ratios(current, points=POINTS):
    return [current.ratio(MixingDensity(dimension, gap)) for dimension, gap in points]


def expected(name, anti=False, cut=composite_flux.NO_CUT, points=POINTS):
    return [composite_flux.ratio_x(name, dimension, gap, anti, cut) for dimension, gap in points]


@pytest.fixture(scope="module")
def nutev():
    return currents(load_card("nutev"), "mu")


def test_nutev(nutev):
    table, shape = nutev
    assert ratios(table) == pytest.approx(expected("nutev_fhc/numu", cut=composite_flux.NUTEV_CUT), rel=1e-3, abs=0)
    assert ratios(shape) == pytest.approx(expected("nutevbar", True, composite_flux.NUTEV_CUT), rel=1e-3, abs=0)
    for current, name, anti in ((table, "nutev_fhc/numu", False), (shape, "nutevbar", True)):
        mean, kept = composite_flux.mean_cc(name, anti, composite_flux.NUTEV_CUT)
        assert current.kept == pytest.approx(kept, rel=1e-3, abs=0)
        assert current.mean_energy_gev == pytest.approx(mean, rel=2e-3, abs=0)


def test_dune():
    (table,) = currents(load_card("dune"), "mu")
    some = POINTS[1:]
    assert ratios(table, some) == pytest.approx(expected("dune_nd_fhc/numu", points=some), rel=2e-3, abs=0)
    (shape,) = currents(load_card("dune"), "mu", flux="analytic")
    assert ratios(shape) == pytest.approx(expected("dune"), rel=2e-3, abs=0)


@pytest.mark.parametrize("flavor", ["e", "mu"])
def test_ship(flavor):
    for current, anti in zip(currents(load_card("ship"), flavor), (False, True), strict=True):
        name = f"ship:nu{flavor}{'bar' if anti else ''}"
        assert ratios(current) == pytest.approx(expected(name, anti), rel=1e-3, abs=0)


# --- forward detectors and decays on the way ---------------------------------------------------------------------------


@pytest.mark.parametrize(("card", "table"), [("fasernu2", "fasernu2_fpf"), ("sndlhc", "sndlhc_run3")])
def test_forward_detectors(card, table):
    found = currents(load_card(card), "mu")
    beam = load_card(card).beam
    counts = [beam.flux(current.flux.species).weights.sum() for current in found]
    for dimension, gap in POINTS:
        value = sum(n * c.ratio(MixingDensity(dimension, gap)) for n, c in zip(counts, found, strict=True))
        assert value == pytest.approx(composite_flux.forward(table, dimension, gap), rel=1e-3, abs=0)


@pytest.fixture(scope="module")
def forward_jets():
    """Sources of the package and points of the oracle, of the neutrinos in FASERnu2."""
    card = load_card("fasernu2")
    sources = [(c, float(card.beam.flux(c.flux.species).weights.sum())) for c in currents(card, "mu")]
    rows = composite_flux.read("fasernu2_fpf")
    points = [
        (energy, anti, number)
        for anti, column in ((False, "NCC_numu"), (True, "NCC_numubar"))
        for energy, number in zip(rows["E_GeV"], rows[column], strict=True)
    ]
    return sources, points, {}


@pytest.mark.parametrize(("dimension", "gap", "length"), [(2.7, 0.8, 5.0), (4.2, 1.7, 2.0)])
def test_decays_on_the_way(forward_jets, dimension, gap, length):
    sources, points, kept = forward_jets
    jets = dark_jets(sources, MixingDensity(dimension, gap))
    tagged = composite_flux.Tagged(points, dimension, gap, kept)
    all_of_them = tagged.rate(1e9, 3.0)
    assert jets.total == pytest.approx(all_of_them, rel=2e-3, abs=0)
    for cutoff in (0.5 * tagged.limit(length), tagged.limit(length)):
        ctau = composite_decays.ctau_m(gap, dimension, cutoff)
        expected = tagged.rate(length, cutoff)
        assert expected < 0.9 * all_of_them
        assert float(jets.decaying(length / ctau).sum()) == pytest.approx(expected, rel=1e-2, abs=0)


def test_masses_of_dark_jets(forward_jets):
    sources, _, _ = forward_jets
    for dimension, gap in ((2.9, 0.9), (4.6, 2.0)):
        jets = dark_jets(sources, MixingDensity(dimension, gap))
        median = jets.quantile(0.5)
        below = composite_flux.forward("fasernu2_fpf", dimension, gap, m_cut=median)
        assert below == pytest.approx(0.5 * jets.total, rel=5e-3, abs=0)
        assert float(jets.below(median)) == pytest.approx(below, rel=5e-3, abs=0)
