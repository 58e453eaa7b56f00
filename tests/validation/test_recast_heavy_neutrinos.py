"""Chapter 06, section 3.8: published |U|^2 curves as limits on Lambda; rows of section 8 and what is refused."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from darkfactory import bounds
from darkfactory.bounds.heavy_neutrinos import _fed, recast_continuum
from darkfactory.bounds.peak_searches import PEAK_SEARCHES
from darkfactory.errors import DarkfactoryError, UnknownName
from darkfactory.models.composite import CompositeNeutrino
from darkfactory.models.mixing_density import MixingDensity

RECORDS = bounds.load_coupling_bounds()


def _recast(name, rule=None, **keys):
    return recast_continuum(RECORDS[name], CompositeNeutrino(**keys), rule)


@pytest.mark.parametrize(
    ("name", "dimension", "gap", "mass", "naive", "net"),
    [
        ("pienu-2017", 2, 0.07, 0.072, 3.4425, 2.449),
        ("pienu-2017", 2.3, 0.07, 0.0735, 0.27231, 0.1464),
        ("na62-2021", 2, 0.25, 0.252, 0.48167, 0.3305),
        ("na62-2021", 2.5, 0.25, 0.254, 0.012528, 4.969e-3),
    ],
)
def test_effective_mixing(name, dimension, gap, mass, naive, net):
    search, density = PEAK_SEARCHES[name], MixingDensity(dimension, gap)
    assert search.effective_mixing(density, mass, sidebands=False) == pytest.approx(naive, rel=0.005)
    assert search.effective_mixing(density, mass) == pytest.approx(net, rel=0.005)


@pytest.mark.parametrize(("dimension", "naive", "net"), [(1.500001, 0.99999, 0.99999), (1.501, 0.99218, 0.9916)])
def test_the_published_curve_returns(dimension, naive, net):
    search, density = PEAK_SEARCHES["pienu-2017"], MixingDensity(dimension, 0.07)
    tolerance = 1e-4 if dimension < 1.501 else 5e-4
    assert 0.07**2 * search.effective_mixing(density, 0.07, sidebands=False) == pytest.approx(naive, rel=tolerance)
    assert 0.07**2 * search.effective_mixing(density, 0.07) == pytest.approx(net, rel=tolerance)


@pytest.mark.parametrize("degree", [1, 3])
def test_a_smooth_spectrum_is_absorbed(degree):
    """F_M of every polynomial up to the degree of the fit is 0: a dense comb of states of linear density."""
    search = PEAK_SEARCHES["pienu-2017" if degree == 1 else "na62-2021"]
    mass = 0.1 if degree == 1 else 0.3
    width = float(search.width_at(mass))
    # with the resolution of the mass of the window for all states, a comb is its own density
    flat = replace(search, width_at=lambda m: width + 0 * m)
    states = mass + width * np.linspace(-40, 40, 16001)
    for power in range(degree + 1):
        shape = ((states - mass) / width) ** power
        seen = flat.counted(mass, states)
        assert abs(seen @ shape) < 1e-6 * (np.abs(seen) @ np.abs(shape))


@pytest.mark.parametrize(
    ("name", "keys", "mass", "net", "ratio", "published", "cutoff", "median"),
    [
        ("pienu-2017", {"dimension": 2, "flavor": "e"}, 0.0722, 2.451, 0.71, 3.43e-9, 2.16e13, 1.12e13),
        ("pienu-2017", {"dimension": 2.3, "flavor": "e"}, 0.0734, 0.1464, 0.54, 5.15e-9, 2.88e7, 2.45e7),
        ("na62-2021", {"dimension": 2}, 0.2518, 0.3311, 0.69, 5.41e-9, 1.85e12, 1.19e12),
        ("na62-2021", {"dimension": 2.5}, 0.2540, 4.97e-3, 0.40, 7.86e-9, 1.38e5, 1.34e5),
    ],
)
def test_searches_for_a_peak(name, keys, mass, net, ratio, published, cutoff, median):
    gap = 0.07 if name == "pienu-2017" else 0.25
    found = _recast(name, gap_gev=gap, **keys)
    assert (found["status"], found["rule"], found["cl"]) == ("ok", "peak", 0.90)
    assert found["mass_gev"] == pytest.approx(mass, rel=1e-3)
    assert found["effective_mixing"] == pytest.approx(net, rel=0.005)
    assert found["sideband_ratio"] == pytest.approx(ratio, abs=0.006)
    assert found["U2_published"] == pytest.approx(published, rel=0.003)
    assert found["cutoff_gev"] == pytest.approx(cutoff, rel=0.03)
    assert found["cutoff_median_gev"] == pytest.approx(median, rel=0.03)
    assert found["cutoff_low_gev"] <= found["cutoff_gev"] <= found["cutoff_high_gev"]
    # the resolution doubled or halved moves the limit by up to 2.2 at dimension 2
    assert found["cutoff_high_gev"] / found["cutoff_low_gev"] < 2.5


@pytest.mark.parametrize(
    ("name", "gap", "cutoffs"),
    [
        ("nutev", 1, {3: 4411, 3.5: 426, 4: 101, 4.5: 37.4, 5.5: 10.3, 6: 6.59}),
        ("cms-2022-displaced-mu", 3, {3: 1952, 3.5: 304, 4: 95.7, 4.5: 43.1, 5.5: 15.1}),
        ("delphi-long-lived-mu", 2, {3: 692.5, 3.5: 126.3, 4.5: 20.96, 6: 5.64}),
        ("delphi-long-lived-mu", 3, {3: 1102, 3.5: 198.0, 4.5: 32.4, 6: 8.63}),
        ("delphi-short-lived-mu", 20, {3: 2173, 3.5: 529, 4.5: 117.4}),
    ],
)
def test_searches_for_decays_of_the_lightest_state(name, gap, cutoffs):
    for dimension, cutoff in cutoffs.items():
        found = _recast(name, dimension=dimension, gap_gev=gap)
        assert found["cutoff_gev"] == pytest.approx(cutoff, rel=0.01), dimension
        # s_0 of 2 to 9 M_N^2 moves Lambda by 0.577 to 1.633 whatever the dimension
        assert found["cutoff_low_gev"] / found["cutoff_gev"] == pytest.approx(math.sqrt(1 / 3), rel=1e-9)
        assert found["cutoff_high_gev"] / found["cutoff_gev"] == pytest.approx(math.sqrt(8 / 3), rel=1e-9)
        assert found["far_side"] is None or found["far_side"] < found["cutoff_gev"]


@pytest.mark.parametrize(
    ("gap", "cutoffs"),
    [
        (2, {3: (2155, 2155), 3.5: (428, 428), 4.5: (78.2, 77.2), 6: (22.6, 6.84)}),
        (3, {3: (2776, 2776), 3.5: (545, 545), 4.5: (98.3, 98.3), 6: (28.2, 10.6)}),
    ],
)
def test_fed_by_the_whole_continuum(gap, cutoffs):
    for dimension, (cutoff, truncated) in cutoffs.items():
        found = _recast("delphi-long-lived-mu", "displaced-inclusive", dimension=dimension, gap_gev=gap)
        assert found["cutoff_gev"] == pytest.approx(cutoff, rel=0.01)
        assert found["truncated_cutoff_gev"] == pytest.approx(truncated, rel=0.01)


@pytest.mark.parametrize(("dimension", "expected"), [(3, 281.5), (4.5, 5.808e5)])
def test_the_integral_over_z_decays(dimension, expected):
    assert _fed(MixingDensity(dimension, 3.0), 91.1876) == pytest.approx(expected, rel=0.003)


def test_towards_one_state():
    density = MixingDensity(1.501, 3.0)
    assert density.residue(36.0) == pytest.approx(1.00307, rel=5e-4)
    assert 9 * density.residue(36.0) * _fed(density, 91.1876) == pytest.approx(1.00549, rel=5e-4)
    one = _recast("delphi-short-lived-mu", "count", dimension=1.500001, gap_gev=5, ctau=1.0)
    published = float(RECORDS["delphi-short-lived-mu"].limits[0].intervals(5000)[0, 0])
    assert 25 * published * one["effective_mixing"] == pytest.approx(1, rel=5e-4)


@pytest.mark.parametrize(("dimension", "expected"), [(3, 4.659e5), (3.5, 4.316e6)])
def test_counting_with_a_lifetime_of_the_user(dimension, expected):
    found = _recast("delphi-short-lived-mu", "count", dimension=dimension, gap_gev=5, ctau=11.0)
    assert found["effective_mixing"] == pytest.approx(expected, rel=0.005)


@pytest.mark.parametrize(("name", "rule", "gap"), [("nutev", "displaced", 1.0), ("na62-2021", "peak", 0.25)])
def test_a_tower_of_one_state_has_the_published_limit(name, rule, gap):
    """... and a published limit that is c times weaker moves Lambda by c^(-1/(2 Delta - 3))."""
    model = CompositeNeutrino(dimension=3.0, gap_gev=gap, gap_model="tower", state_masses=(1.0,), state_residues=(1.0,))
    found = recast_continuum(RECORDS[name], model, rule)
    assert float(model.insertion(found["cutoff_gev"])) * model.mixing.total == pytest.approx(
        found["U2_published"], rel=1e-3 if rule == "peak" else 1e-12
    )
    assert model.cutoff_from(8 * 1e-5) == pytest.approx(model.cutoff_from(1e-5) / 2, rel=1e-12)


REFUSED = [
    ("pienu-2017", None, {"dimension": 3, "gap_gev": 0.07, "flavor": "e"}, "absorbs all but 0.19"),
    ("na62-2021", None, {"dimension": 3, "gap_gev": 0.25}, "absorbs all but 0.18"),
    ("pienu-2017", None, {"gap_gev": 0.07}, "it limits U2_e, the model mixes with nu_mu"),
    ("ship-espp25-projected", None, {}, "a projection"),
    ("bbn-sabti2020-mu", None, {}, "thermal history"),
    ("lhcb-2020-lnv", None, {"gap_gev": 10}, "leptons of the same sign"),
    ("nutev", None, {"gap_gev": 3}, r"M = 3 GeV: published for \[0.2103, 1.791\] GeV, no further"),
    ("nutev", None, {"ctau": 5.0}, "ctau is set by hand"),
    ("nutev", "displaced-inclusive", {}, "long-lived states in Z decays"),
    ("nutev", "count", {}, "give model.ctau"),
    ("nutev", "peak", {}, "not in the package"),
    ("na62-2021", "displaced", {"gap_gev": 0.25}, "a search for a peak sees no decays"),
    ("delphi-short-lived-mu", None, {"dimension": 6, "gap_gev": 20}, "below 2 M_N"),
    ("na62-2021", None, {"dimension": 2, "gap_gev": 0.25, "ctau": 10.0}, "N is invisible: above 15 m"),
    ("muon-decay-spectrum", None, {"gap_gev": 0.05}, "Michel spectrum"),
    ("nutev", None, {"dimension": 1.5}, "the published curve is the limit"),
    ("nutev", None, {"dimension": 1.501}, "the published curve is the limit"),
]


@pytest.mark.parametrize(("name", "rule", "keys", "reason"), REFUSED)
def test_what_is_refused_has_a_reason_and_no_number(name, rule, keys, reason):
    found = _recast(name, rule, **keys)
    assert (found["status"], found["cutoff_gev"]) == ("not-applicable", None)
    assert re.search(reason, found["reason"])


def test_the_command():
    found = bounds.limits_of_continuum("nutev", "composite-neutrino", "1000,3000", settings={"model.dimension": 4.5})
    assert [row["status"] for row in found.rows] == ["ok", "not-applicable"]
    assert found.rows[0]["cutoff_gev"] == pytest.approx(37.4, rel=0.01)
    assert '"cutoff_gev": 37.3' in found.to_json()
    everything = bounds.limits_of_continuum("all", "composite-neutrino", 3000, settings={"model.dimension": 3})
    scales = [row["cutoff_gev"] for row in everything.rows if row["status"] == "ok"]
    assert scales == sorted(scales, reverse=True)
    assert len(scales) > 8
    for model, text in (("portal", "no continuum"), ("composite", "composite-neutrino")):
        with pytest.raises(DarkfactoryError, match=text):
            bounds.limits_of_continuum("nutev", model)
    with pytest.raises(DarkfactoryError, match="limits epsilon"):
        bounds.limits_of_continuum("e137", "composite-neutrino")
    with pytest.raises(UnknownName, match="rule"):
        bounds.limits_of_continuum("nutev", "composite-neutrino", rule="best")
    for given in ({"model.cutoff_gev": 50}, {"model.mcut_gev": 1.5}, {"model.unitarity": "complete", "model.eta": 0.1}):
        with pytest.raises(DarkfactoryError, match="changes nothing in a recast"):
            bounds.limits_of_continuum("nutev", "composite-neutrino", settings=given)
