"""Published limits on heavy neutral leptons as limits on a continuum, against towers of states and integrals over the table."""

import numpy as np
import pytest

from darkfactory.bounds import load_coupling_bounds
from darkfactory.bounds.heavy_neutrinos import recast_continuum
from darkfactory.bounds.peak_searches import PEAK_SEARCHES
from darkfactory.models import build_model
from darkfactory.models.mixing_density import MixingDensity
from oracles import composite_decays, composite_density
from oracles import composite_recast as oracle

RECORDS = load_coupling_bounds()
PEAKS = {"pienu-2017": oracle.PEAKS["pienu"], "na62-2021": oracle.PEAKS["na62"]}


def table(name):
    """(mass [GeV], |U|^2) of the lower edge of a record."""
    rows = np.concatenate(RECORDS[name].limits[0].region.lower)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return rows[:, 0] / 1e3, rows[:, 1]


def recast(name, dimension, gap, rule=None, flavor="mu", **more):
    given = {"dimension": dimension, "gap_gev": gap, "cutoff_gev": 1e5, "flavor": flavor}
    return recast_continuum(RECORDS[name], build_model("composite-neutrino", given | more), rule)


@pytest.mark.parametrize(
    ("name", "dimension", "gap", "away"),
    [
        ("pienu-2017", 1.58, 0.081, 0.4),
        ("pienu-2017", 2.41, 0.09, 3.1),
        ("na62-2021", 1.9, 0.29, -0.7),
        ("na62-2021", 3.2, 0.222, 4.4),
    ],
)
def test_what_a_peak_search_sees(name, dimension, gap, away):
    search = PEAKS[name]
    mass = gap + away * search["width"](gap)
    density = MixingDensity(dimension, gap)
    for sidebands in (True, False):
        expected = oracle.mixing(search, dimension, gap, mass, sidebands)
        found = PEAK_SEARCHES[name].effective_mixing(density, mass, sidebands)
        assert found == pytest.approx(expected, rel=1e-6, abs=0)
    states = oracle.tower(search, dimension, gap, mass, n=1500)
    assert PEAK_SEARCHES[name].effective_mixing(density, mass) == pytest.approx(states, rel=5e-4, abs=0)


def test_smooth_spectra_are_absorbed():
    for name, search in PEAKS.items():
        functional = oracle.PeakFunctional(search, 0.5 * (search["parent"] - search["lepton"]))
        k, sigma = search["k"], functional.sigma
        for power in range(search["p"] + 1):
            window = sigma * (k ** (power + 1) - (-k) ** (power + 1)) / (power + 1)
            left = functional.spectrum(lambda m, q=power, f=functional: ((m - f.mass) / f.sigma) ** q, window)
            assert abs(left) < 1e-9 * sigma * search["j"] ** power, name


@pytest.mark.parametrize(
    ("name", "flavor", "dimension", "gap"), [("pienu-2017", "e", 1.83, 0.083), ("na62-2021", "mu", 2.3, 0.29)]
)
def test_peak_searches(name, flavor, dimension, gap):
    found = recast(name, dimension, gap, flavor=flavor)
    curve = table(name)
    mass, net = oracle.peak_mass(PEAKS[name], curve, dimension, gap)
    limit = oracle.limit_at(curve, mass)
    median = oracle.median_limit(PEAKS[name], curve, mass)
    assert found["status"] == "ok"
    assert (found["mass_gev"], found["effective_mixing"]) == (
        pytest.approx(mass, rel=1e-9),
        pytest.approx(net, rel=1e-6),
    )
    assert found["cutoff_gev"] == pytest.approx(composite_density.cutoff(limit / net, dimension), rel=1e-6)
    assert found["cutoff_median_gev"] == pytest.approx(composite_density.cutoff(median / net, dimension), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "dimension", "gap"),
    [("nutev", 3.4, 0.77), ("delphi-long-lived-mu", 4.1, 2.6), ("cms-2022-displaced-mu", 2.9, 4.4)],
)
def test_lightest_state_alone(name, dimension, gap):
    found = recast(name, dimension, gap)
    limit = oracle.limit_at(table(name), gap)
    assert found["U2_published"] == pytest.approx(limit, rel=1e-6, abs=0)
    assert found["cutoff_gev"] == pytest.approx(oracle.displaced_cutoff(limit, dimension, gap), rel=1e-6)
    band = [oracle.displaced_cutoff(limit, dimension, gap, s0) for s0 in (2.0, 9.0)]
    assert [found["cutoff_low_gev"], found["cutoff_high_gev"]] == pytest.approx(band, rel=1e-6)
    ctau = 1e3 * composite_decays.ctau_m(gap, dimension, found["cutoff_gev"])
    assert found["ctau_mm"] == pytest.approx(ctau, rel=2e-3)


@pytest.mark.parametrize(("dimension", "gap"), [(2.7, 2.2), (3.8, 3.1), (5.3, 2.4)])
def test_fed_by_the_continuum(dimension, gap):
    found = recast("delphi-long-lived-mu", dimension, gap, "displaced-inclusive")
    limit = oracle.limit_at(table("delphi-long-lived-mu"), gap)
    assert found["effective_mixing"] == pytest.approx(oracle.inclusive(dimension, gap), rel=1e-5)
    assert found["cutoff_gev"] == pytest.approx(oracle.inclusive_cutoff(limit, dimension, gap), rel=1e-5)
    truncated = found["truncated_cutoff_gev"]
    assert oracle.inclusive_cutoff(limit, dimension, gap, truncated) == pytest.approx(truncated, rel=1e-4)


@pytest.mark.parametrize(("dimension", "gap"), [(1.7, 6.0), (2.9, 11.0), (4.2, 4.5)])
def test_counting_over_the_table(dimension, gap):
    found = recast("delphi-short-lived-mu", dimension, gap, "count", ctau=1.0)
    expected = oracle.counting(table("delphi-short-lived-mu"), dimension, gap)
    assert found["effective_mixing"] == pytest.approx(expected, rel=1e-5)
    assert found["cutoff_gev"] == pytest.approx(composite_density.cutoff(1 / expected, dimension), rel=1e-5)


def test_refusals():
    refused = [
        recast("pienu-2017", 3.0, 0.07, flavor="e"),  # a smooth continuum is absorbed by the sidebands
        recast("pienu-2017", 2.0, 0.07, flavor="mu"),  # another flavor
        recast("delphi-short-lived-mu", 4.5, 5.0, "count"),  # rate with the lifetime of N
        recast("delphi-short-lived-mu", 6.0, 20.0),  # scale below 2 M_N
        recast("nutev", 3.0, 5.0),  # beyond the table
        recast("nutev", 3.0, 1.0, ctau=10.0),
    ]
    assert [row["status"] for row in refused] == ["not-applicable"] * len(refused)
    assert all(row["cutoff_gev"] is None and row["reason"] for row in refused)


def test_one_state_returns_the_published_limit():
    tower = {"gap_model": "tower", "state_masses": [1.0], "state_residues": [1.0]}
    for name, gap, flavor, rule in (
        ("pienu-2017", 0.081, "e", None),
        ("nutev", 0.9, "mu", None),
        ("delphi-long-lived-mu", 1.9, "mu", "displaced-inclusive"),
    ):
        found = recast(name, 2.2, gap, rule, flavor, **tower)
        assert found["status"] == "ok", found["reason"]
        insertion = composite_density.insertion(found["cutoff_gev"], 2.2)
        u2 = insertion * gap ** (2 * 2.2 - 3) / gap**2
        mass = found["mass_gev"]
        assert u2 == pytest.approx(oracle.limit_at(table(name), mass), rel=2e-3, abs=0)
