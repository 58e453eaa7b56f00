"""Limits of the search for neutral currents at points drawn by chance, against sums over fluxes and roots found by bisection."""

import math

import numpy as np
import pytest

import darkfactory as df
from darkfactory.searches.neutral_current.allowed import Ratios
from oracles import composite_decays, composite_density, composite_flux, composite_partons

pytestmark = pytest.mark.skipif(
    composite_partons.grid_path() is None, reason="no parton densities: pip install pythia8mc"
)

NUTEV = ("nutev_fhc/numu", "nutevbar")


def limits(card, dimension, gap, **settings):
    given = {key.replace("__", "."): value for key, value in settings.items()} | {"model.dimension": dimension}
    (row,) = df.reach("neutral-current", card, mass=1e3 * gap, settings=given).to_dict()["points"]
    return row


def nutev_ratios(dimension, gap, m_cut=math.inf):
    return [
        composite_flux.ratio_x(name, dimension, gap, anti, composite_flux.NUTEV_CUT, m_cut)
        for name, anti in zip(NUTEV, (False, True), strict=True)
    ]


def test_confidence_levels():
    rng = np.random.default_rng(3)
    for _ in range(8):
        pull, error = 0.004 * rng.standard_normal(2), np.abs(0.002 * rng.standard_normal(2)) + 5e-4
        ratios = rng.uniform(0.05, 0.3, 2)
        made = Ratios(pull, error, 0.95)
        found = made.excess(ratios[:, None])[made.observed, 0]
        assert 1 / found == pytest.approx(composite_flux.nutev_limit(ratios, error, pull), rel=1e-8, abs=0)


@pytest.mark.parametrize(("dimension", "gap"), [(2.3, 0.4), (3.8, 2.1), (4.8, 0.3)])
def test_nutev(dimension, gap):
    row, ratios = limits("nutev", dimension, gap), nutev_ratios(dimension, gap)
    for which, pull in (("observed", (-0.0034, -0.0016)), ("expected", (0.0, 0.0))):
        expected = composite_density.cutoff(composite_flux.nutev_limit(ratios, pull=pull), dimension)
        assert row[which]["cutoff_gev"] == pytest.approx(expected, rel=5e-4)
    observed = row["observed"]["cutoff_gev"]
    assert row["f_val"] == pytest.approx(sum(nutev_ratios(dimension, gap, observed)) / sum(ratios), abs=5e-3)
    if dimension == 4.8:  # the root itself, with states below it alone
        scale = row["observed"]["cutoff_truncated_gev"]
        insertion = composite_flux.nutev_limit(nutev_ratios(dimension, gap, scale))
        assert scale < 0.99 * observed
        assert composite_density.cutoff(insertion, dimension) == pytest.approx(scale, rel=3e-3)


@pytest.mark.parametrize(("dimension", "gap"), [(2.7, 0.8), (4.3, 1.9)])
def test_ship(dimension, gap):
    made = [
        composite_flux.SHIP_CC[kind] * composite_flux.ratio_x(f"ship:{kind}", dimension, gap, anti)
        for kind, anti in (("numu", False), ("numubar", True))
    ]
    charged = composite_flux.SHIP_CC["numu"] + composite_flux.SHIP_CC["numubar"]
    expected = composite_density.cutoff(composite_flux.invisible_limit(charged, 0.005) / sum(made), dimension)
    assert limits("ship", dimension, gap)["expected"]["cutoff_gev"] == pytest.approx(expected, rel=2e-3)
    expected = composite_density.cutoff(-math.log(0.05) / 0.5 / sum(made), dimension)
    tagged = limits("ship", dimension, gap, search__signal="tagged")["expected"]["cutoff_gev"]
    assert tagged == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("card", "table", "gap", "dimension", "decay", "length"),
    [("fasernu2", "fasernu2_fpf", 1.6, 3.7, "volume", 10.0), ("flare", "flare_fpf", 2.2, 4.6, "target", 3.5)],
)
def test_forward_detectors(card, table, gap, dimension, decay, length):
    rows = composite_flux.read(table)
    points = [
        (energy, anti, number)
        for anti, column in ((False, "NCC_numu"), (True, "NCC_numubar"))
        for energy, number in zip(rows["E_GeV"], rows[column], strict=True)
    ]
    tagged = composite_flux.Tagged(points, dimension, gap, {})
    found = limits(card, dimension, gap, search__signal="tagged", search__decay=decay)["expected"]["cutoff_gev"]
    assert found == pytest.approx(tagged.limit(length, -math.log(0.05)), rel=5e-3)


@pytest.mark.parametrize(("dimension", "gap"), [(2.2, 0.15), (3.7, 0.07), (4.4, 2.5)])
def test_decays_at_the_same_point(dimension, gap):
    row = limits("nutev", dimension, gap)
    invisible = 0.107 / 0.893 * 4.07e-3
    allowed = {
        "z": (0.01228, composite_decays.z_excess),
        "w": (0.01, composite_decays.w_excess),
        "h": (invisible, composite_decays.h_width),
    }
    for name, (limit, rate) in allowed.items():
        expected = composite_density.cutoff(limit / rate(dimension, gap), dimension)
        assert row[f"cutoff_{name}_gev"] == pytest.approx(expected, rel=1e-4)
        truncated = row[f"cutoff_{name}_truncated_gev"]
        if truncated is None:
            scales = np.geomspace(1.2 * max(gap, 1.0), 500.0, 40)
            assert all(composite_density.insertion(s, dimension) * rate(dimension, gap, s) < limit for s in scales)
        else:
            assert composite_density.insertion(truncated, dimension) * rate(dimension, gap, truncated) == pytest.approx(
                limit, rel=1e-3
            )
    kaon = composite_decays.meson(composite_decays.M_K, composite_decays.M_MU, dimension, gap)
    if kaon:
        expected = composite_density.cutoff(1e-6 / 0.6356 / kaon, dimension)
        assert row["cutoff_k_gev"] == pytest.approx(expected, rel=5e-4)  # sums over cells of mass
    else:
        assert row["cutoff_k_gev"] is None


@pytest.mark.parametrize(("dimension", "more"), [(2.2, {}), (3.6, {"model__mcut_gev": 8.0})])
def test_unitarity_leaves_no_excess(dimension, more):
    """Light neutrinos lose at least what jets gain, so no scale is excluded; a loss that is 0 by hand is plain emission."""
    row = limits("nutev", dimension, 1.0, model__unitarity="complete", **more)
    assert (row["status"], row["observed"]["cutoff_gev"]) == ("none", None)
    by_hand = limits("nutev", dimension, 1.0, model__unitarity="complete", model__eta=0.0, **more)["observed"][
        "cutoff_gev"
    ]
    plain = limits("nutev", dimension, 1.0, **more)["observed"]["cutoff_gev"]
    assert by_hand == pytest.approx(plain, rel=1e-3)
