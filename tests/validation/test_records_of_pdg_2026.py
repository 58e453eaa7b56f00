"""Records against what was read at PDG 2026 and in the source tables: values, ranges, confidence levels, provenance."""

import json
from importlib import resources

import numpy as np
import pytest

from darkfactory.bounds import get_bound, get_coupling_bound, load_coupling_bounds
from darkfactory.bounds.files import read_curve
from darkfactory.constants import M_E
from darkfactory.cosmology.decay_lines import photon_lifetime
from darkfactory.cosmology.thermalization import scale_of_delta_n_eff

DATA = resources.files("darkfactory.bounds").joinpath("data")


@pytest.mark.parametrize(
    ("mass", "lifetime"), [(0.02467, 6.6e28), (0.05373, 3.6e28), (0.02811, 5.95e27), (0.2, 2.7e27), (0.02, 2.65e28)]
)
def test_x_ray_lines_are_those_of_the_source(mass, lifetime):
    lines = get_coupling_bound("x-ray-lines")
    assert lines.value(mass) == pytest.approx(lifetime, rel=0.015)
    assert [lines.verdict(mass, tau * lifetime) for tau in (0.95, 1.05)] == ["excluded", "allowed"]
    assert lines.verdict(1.0, 1e20) == "no limit"


@pytest.mark.parametrize(
    ("mass_ev", "g_aee"),
    [
        (4944.599791327906, 1.7531644908150527e-13),
        (24670.310030563705, 4.139248306168927e-16),
        (53733.71545360428, 3.65887673774728e-17),
        (198997.28503501404, 1.318797815804368e-18),
        (999379.4280819381, 5.100829946268319e-21),
    ],
)
def test_lifetimes_follow_from_the_couplings_of_the_source(mass_ev, g_aee):
    """Points of limit_data/AxionElectron/Xray_1loop.txt: never more than the source, and the shipped digits of it."""
    curve = read_curve(DATA / "curves" / "x-ray-lines.csv", "lower")
    masses, lifetimes = curve.masses, curve.values
    n = int(np.argmin(np.abs(np.array(masses) - 1e-6 * mass_ev)))
    assert len(masses) == 203
    assert masses[n] == pytest.approx(1e-6 * mass_ev, rel=1e-6)
    expected = photon_lifetime(1e-6 * mass_ev, 1e-3 * M_E / g_aee, {"e": 1.0})
    assert lifetimes[n] == pytest.approx(expected, rel=1e-5)
    assert lifetimes[n] <= expected


# strongest and weakest limit as PDG 2026 quotes them, to the digits that it gives
RANGES = [
    ("kloe-2015-eegamma", (5, 320), 0.90, (1.7e-3, 1e-2)),
    ("na48-2-2015", (9, 120), 0.90, (4.2e-4, 8.8e-3)),
    ("babar-2014", (20, 10200), 0.90, (3.5e-4, None)),
    ("a1-2014", (40, 300), 0.95, (9e-4, None)),
]


@pytest.mark.parametrize(("name", "masses", "cl", "ends"), RANGES)
def test_ranges_of_pdg(name, masses, cl, ends):
    limit = get_coupling_bound(name).limits[0]
    assert (limit.mass_min, limit.mass_max) == pytest.approx(masses, rel=0.1)
    assert limit.cl == cl
    for found, quoted in zip(limit.values, ends, strict=True):
        assert quoted is None or found == pytest.approx(quoted, rel=0.06)


def test_a_range_without_its_contour_is_inconclusive():
    limit = get_coupling_bound("na64-visible-2020").limits[0]
    assert ((limit.mass_min, limit.mass_max), limit.cl, limit.values) == ((1.5, 24), 0.90, (8.2e-5, 1e-2))
    assert (limit.form, limit.provenance) == ("band", "quoted")
    for mass, value in {5: 9e-5, 10: 9.9e-5, 16.7: 1.18e-4, 20: 1.35e-4}.items():
        assert limit.values[0] <= value <= limit.values[1], mass
        assert get_coupling_bound("na64-visible-2020").verdict(mass, 1.0) == "inconclusive"


# numbers of other public codes, read there; curves that fluctuate from point to point are compared where they are smooth
PEERS = [
    ("a1-2014", {50: 1.6e-3, 70: 1.2e-3, 124: 9e-4}),
    ("babar-2014", {30: 1.8e-3, 200: 8.3e-4}),
    ("na48-2-2015", {10: 8.1e-4, 20: 6.9e-4, 40: 9.5e-4, 70: 1.2e-3, 100: 2.1e-3}),
    ("kloe-2015-eegamma", {5: 1.7e-3, 50: 2.3e-3, 200: 4.4e-3}),
    ("e141", {5: 1.5e-5, 10: 2.4e-5}),
    ("orsay", {10: 8.3e-7, 20: 1.0e-6, 30: 1.2e-6}),
    ("sin-1987", {5: 4.3e-5, 10: 1.1e-5}),
    ("kek-1982", {70: 5.7e-5, 80: 1.9e-5, 100: 6.9e-6, 150: 2e-6, 200: 1.1e-6}),
    ("ps191", {120: 3.6e-5, 150: 1.2e-6, 200: 9.3e-8, 300: 3e-9}),
    ("muon-decay-spectrum", {30: 6e-4, 40: 5.5e-4, 50: 7.6e-4, 60: 1.5e-3, 70: 3.9e-3}),
    # the chapter on composite neutrinos, read off the same tables
    ("nutev", {1000: 1.298e-7}),
    ("delphi-long-lived-mu", {2000: 6.709e-5, 3000: 2.497e-5}),
    ("delphi-short-lived-mu", {20000: 2.173e-5}),
]


@pytest.mark.parametrize(("name", "points"), PEERS)
def test_curves_of_peers(name, points):
    bound = get_coupling_bound(name)
    for mass, value in points.items():
        assert bound.value(mass) == pytest.approx(value, rel=0.05), mass
        assert [bound.verdict(mass, value * x) for x in (0.9, 1.1)] == ["allowed", "excluded"]


def test_masses_off_the_published_ranges_have_no_limit():
    for name, mass in (("kloe-2015-eegamma", 400.0), ("ps191", 100.0), ("pienu-2019", 10.0), ("a1-2014", 30.0)):
        assert get_coupling_bound(name).verdict(mass, 1.0) == "no limit"


def test_stars():
    found = {
        name: (bound.value(1e-3), bound.limits[0].cl, bound.limits[0].provenance)
        for name, bound in load_coupling_bounds().items()
        if bound.quantity == "g_aee" and bound.name != "solar-neutrinos"
    }
    assert found == {
        "red-giants-2020": (1.3e-13, 0.95, "quoted"),
        "red-giants-straniero-2020": (1.48e-13, 0.95, "quoted"),
        "white-dwarfs-2014": (2.8e-13, 0.99, "quoted"),
    }


@pytest.mark.parametrize(
    ("name", "channel", "mass", "cl", "branching_ratio"),
    [
        ("argus-1995", "tau -> e a", 300, None, 0.015 * 0.17847),
        ("argus-1995", "tau -> e a", 1000, None, 0.036 * 0.17847),
        ("argus-1995", "tau -> mu a", 1400, None, 0.034 * 0.17366),
        ("belle-2025", "tau -> e a", 0, 0.90, 4.5e-4),
        ("belle-2025", "tau -> mu a", 0, 0.90, 2.8e-4),
        ("belle-2025", "tau -> e a", 500, 0.90, 6.0e-4),
        ("belle-2025", "tau -> e a", 0, 0.95, 6.4e-4),
        ("bryman-clifford-1986", "mu -> e a", 20, None, 3e-4),
        ("bryman-clifford-1986", "mu -> e a", 100, None, 3e-4),
    ],
)
def test_limits_on_decays(name, channel, mass, cl, branching_ratio):
    limit = get_bound(name).branching_ratio_limit(mass, 1, 1, cl, channel=channel)
    assert limit.branching_ratio == pytest.approx(branching_ratio, rel=1e-9)
    assert (limit.provenance, limit.rescaled) == ("quoted", False)


@pytest.mark.parametrize("channel", ["mu-e", "tau-mu", "tau-e"])
def test_delta_n_eff_of_2026(channel):
    for name, deviation, slack in (("delta-n-eff-2026", 0.107, 0.01), ("planck-delta-n-eff", 0.30, 0.02)):
        shipped = get_coupling_bound(f"{name}-{channel}").value(1e-8)
        assert shipped == pytest.approx(scale_of_delta_n_eff(channel, deviation), rel=slack)


def test_licences_stand_beside_the_numbers():
    notice = (DATA / "NOTICE.md").read_text(encoding="utf-8")
    for name, words in (
        ("AxionLimits_MIT", "cajohare"),
        ("ALP-aca_MIT", "alpio-axions"),
        ("Heavy-Neutrino-Limits_MIT", "Matheus Hostert"),
        ("DarkMatterLive_Apache-2.0", "Apache License"),
        ("FORESEE_MIT", "Felix Kling"),
        ("Hidden-Sector-Limits_MIT", "Brian Batell"),
        ("SensCalc_BSD-3-Clause", "maksymovchynnikov"),
    ):
        assert name.split("_")[0] in notice.replace("alp-aca", "ALP-aca")
        assert words in (DATA / "LICENSES" / f"{name}.txt").read_text(encoding="utf-8")
    # every source that a curve names stands in the notice, and every curve of a file of its own
    index = json.loads((DATA / "collection" / "index.json").read_text(encoding="utf-8"))
    sources = {entry["source"].split(" ")[0] for entry in index}
    assert len(sources) >= 5
    assert {source for source in sources if source not in notice} == set()
    curves = {file.stem for file in (DATA / "curves").iterdir()}
    assert curves == {"x-ray-lines"}
    assert {name for name in curves if f"`{name}`" not in notice} == set()
