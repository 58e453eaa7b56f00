"""Section 8 of the chapter on composite neutrinos: flux averages, and the limits of NuTeV, SHiP, DUNE and forward detectors."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest

import darkfactory as df
from darkfactory.experiments import load_card
from darkfactory.models.mixing_density import MixingDensity
from darkfactory.recorded.neutrino_currents import currents

# flux averages


@functools.cache
def averaged(card: str, mode: str, flux: str, hadrons: bool = True) -> Any:
    settings = {"beam.mode": mode, "beam.flux": flux}
    if card == "nutev" and not hadrons:
        settings |= {"detector.e_h_low_gev": 0, "detector.e_h_high_gev": 1e6}
    (found,) = currents(load_card(card, settings), "mu")
    return found


@pytest.mark.parametrize(
    ("card", "mode", "flux", "flavor", "hadrons", "energy", "kept"),
    [
        ("ship", "neutrino", "analytic", "mu", True, 41.3, 1.0),
        ("ship", "neutrino", "analytic", "e", True, 58.0, 1.0),
        ("dune", "neutrino", "analytic", "mu", True, 4.44, 1.0),
        ("dune", "neutrino", "table", "mu", True, 5.30, 1.0),
        ("dune", "antineutrino", "table", "mu", True, 4.07, 1.0),
        ("nutev", "neutrino", "table", "mu", False, 116.8, 1.0),
        ("nutev", "neutrino", "analytic", "mu", False, 118.1, 1.0),
        ("nutev", "antineutrino", "analytic", "mu", False, 111.4, 1.0),
        ("nutev", "neutrino", "table", "mu", True, 124.1, 0.676),
        ("nutev", "neutrino", "analytic", "mu", True, 119.2, 0.710),
    ],
)
def test_mean_energies_of_charged_currents(card, mode, flux, flavor, hadrons, energy, kept):
    found = averaged(card, mode, flux, hadrons)
    if flavor == "e":
        (found,) = currents(load_card(card, {"beam.mode": mode}), flavor)
    assert found.mean_energy_gev == pytest.approx(energy, rel=0.01)
    assert found.kept == pytest.approx(kept, rel=0.01)


@pytest.mark.parametrize(
    ("card", "mode", "flux", "wanted"),
    [
        ("nutev", "neutrino", "analytic", {2: 0.2029, 3: 0.1309, 3.5: 0.1249, 4.5: 0.1461, 6: 0.2280}),
        ("nutev", "antineutrino", "analytic", {3: 0.1337, 4.5: 0.1346, 6: 0.2011}),
        ("ship", "neutrino", "analytic", {3: 0.06143, 4.5: 0.02063, 6: 0.008101}),
        ("ship", "antineutrino", "analytic", {3: 0.05959, 4.5: 0.01707, 6: 0.005664}),
        ("nutev", "neutrino", "table", {2: 0.2021, 3: 0.1344, 3.5: 0.1316, 4.5: 0.1591, 6: 0.2386}),
        ("dune", "neutrino", "table", {2: 0.03186, 3: 5.609e-3, 3.5: 2.441e-3, 4.5: 5.211e-4, 6: 5.754e-5}),
        ("dune", "neutrino", "analytic", {2: 0.02773, 3: 3.944e-3, 3.5: 1.516e-3, 4.5: 2.533e-4, 6: 1.956e-5}),
    ],
)
def test_ratios_to_charged_currents(card, mode, flux, wanted):
    found = averaged(card, mode, flux)
    for dimension, ratio in wanted.items():
        assert found.ratio(MixingDensity(dimension, 1.0)) == pytest.approx(ratio, rel=5e-3)


@pytest.mark.parametrize(
    ("card", "wanted"),
    [
        ("fasernu", {3: 2590, 4.5: 6.080e4}),
        ("fasernu2", {3: 1.7123e5, 4.5: 3.291e6}),
        ("flare", {3: 8.349e4, 4.5: 1.408e6}),
    ],
)
def test_events_of_forward_detectors(card, wanted):
    loaded = load_card(card)
    found = [
        (current, loaded.beam.interactions(current.flux.species, loaded.value("detector.mass_t")))
        for current in currents(loaded, "mu")
    ]
    for dimension, events in wanted.items():
        made = sum(number * current.ratio(MixingDensity(dimension, 1.0)) for current, number in found)
        assert made == pytest.approx(events, rel=5e-3)


# limits


def limits(card: str, dimension: float, gap: float = 1000.0, **settings: Any) -> Any:
    given = {key.replace("__", "."): value for key, value in settings.items()} | {"model.dimension": dimension}
    (row,) = df.reach("neutral-current", card, mass=gap, settings=given).to_dict()["points"]
    return row


def scale(value: Any) -> float:
    return math.nan if value is None else value


def rows(text: str) -> dict[float, list[float]]:
    """Numbers of a table of the chapter by the dimension; a dash is a limit that does not exist."""
    found = [
        [math.nan if word in ("–", "-") else float(word) for word in line.split()] for line in text.split("\n") if line
    ]
    return {row[0]: row[1:] for row in found}


REACH = rows("""
2 5.92e6 2.73e6 1.48e6 2.6e9 1.54e5
3 157.1 121.0 83.4 1006 30.0
3.5 44.1 36.2 24.9 161 10.42
4 20.9 17.9 12.2 54.2 5.57
4.5 12.85 11.26 7.58 26.3 3.69
5.5 7.03 6.37 4.22 10.7 2.22
6 5.74 5.26 3.47 7.96 1.87
7 4.25 3.96 2.60 5.14 1.45
""")


@pytest.mark.parametrize("dimension", REACH)
def test_reach(dimension):
    """NuTeV observed and expected, SHiP 0.5%, SHiP 3 events, DUNE 1%; a last digit of a number is a half of it."""
    nutev = limits("nutev", dimension)
    found = [
        nutev["observed"]["cutoff_gev"],
        nutev["expected"]["cutoff_gev"],
        limits("ship", dimension)["expected"]["cutoff_gev"],
        limits("ship", dimension, search__signal="tagged")["expected"]["cutoff_gev"],
        limits("dune", dimension)["expected"]["cutoff_gev"],
    ]
    np.testing.assert_allclose(found, REACH[dimension], rtol=0.03 if dimension == 2 else 0.007)


ANALYTIC = rows("""
2 5.94e6 2.74e6 1.34e5
3 155.9 120.2 26.7
3.5 43.5 35.8 9.25
4 20.6 17.6 4.94
4.5 12.7 11.1 3.27
5.5 6.97 6.32 1.97
6 5.71 5.23 1.66
7 4.25 3.96 1.29
""")


@pytest.mark.parametrize("dimension", ANALYTIC)
def test_reach_with_analytic_fluxes(dimension):
    nutev = limits("nutev", dimension, beam__flux="analytic")
    dune = limits("dune", dimension, beam__flux="analytic")["expected"]["cutoff_gev"]
    found = [nutev["observed"]["cutoff_gev"], nutev["expected"]["cutoff_gev"], dune]
    np.testing.assert_allclose(found, ANALYTIC[dimension], rtol=0.03 if dimension == 2 else 0.007)
    for card, analytic in (("nutev", nutev["expected"]["cutoff_gev"]), ("dune", dune)):
        row = limits(card, dimension)
        assert row["flux_systematic"] == pytest.approx(analytic / row["expected"]["cutoff_gev"] - 1, rel=1e-6)


TRUNCATED = rows("""
3 151.8 943 30.0
3.5 43.0 154 10.42
4 20.6 52.3 5.55
4.5 12.56 25.6 3.38
5 8.01 15.4 -
5.5 4.41 10.5 -
6 - 7.41 -
7 - - -
""")


@pytest.mark.parametrize("dimension", TRUNCATED)
def test_reach_of_masses_below_the_cut_off(dimension):
    """NuTeV neutrinos observed, SHiP 3 events of neutrinos, DUNE."""
    only = {"beam__mode": "neutrino"}
    found = [
        limits("nutev", dimension, **only)["observed"]["cutoff_truncated_gev"],
        limits("ship", dimension, search__signal="tagged", **only)["expected"]["cutoff_truncated_gev"],
        limits("dune", dimension)["expected"]["cutoff_truncated_gev"],
    ]
    np.testing.assert_allclose(list(map(scale, found)), TRUNCATED[dimension], rtol=0.01)


TRUNCATED_ANALYTIC = rows("""
3 150.5
3.5 42.5
4 20.3
4.5 12.34
5 7.84
5.5 4.38
6 -
7 -
""")


@pytest.mark.parametrize("dimension", TRUNCATED_ANALYTIC)
def test_nutev_of_masses_below_the_cut_off_with_an_analytic_flux(dimension):
    row = limits("nutev", dimension, beam__mode="neutrino", beam__flux="analytic")
    found = scale(row["observed"]["cutoff_truncated_gev"])
    np.testing.assert_allclose(found, TRUNCATED_ANALYTIC[dimension][0], rtol=0.01)


# fasernu 10%, 3 events; fasernu2 3%, 3 events; flare 3%, 3 events: plain and truncated
FORWARD = rows("""
3 59.5 59.5 236 236 88.2 88.2 953 953 85.2 85.2 750 750
3.5 26.4 25.8 74.2 74.2 35.0 34.9 208.6 208.6 33.7 33.5 172 172
4 17.1 14.0 39.0 38.7 21.1 19.3 87.9 87.9 20.2 18.5 74.7 74.7
4.5 13.1 7.01 26.0 23.4 15.4 10.6 50.5 50.4 14.8 10.2 43.9 43.6
5.5 9.56 - 16.0 6.45 10.6 - 25.9 21.2 10.3 - 23.2 17.7
""")


@pytest.mark.parametrize("dimension", FORWARD)
def test_reach_of_forward_detectors(dimension):
    found = []
    for card in ("fasernu", "fasernu2", "flare"):
        for signal in ("invisible", "tagged"):
            row = limits(card, dimension, search__signal=signal)["expected"]
            found += [row["cutoff_gev"], scale(row["cutoff_truncated_gev"])]
    wanted = FORWARD[dimension]
    np.testing.assert_allclose(found[::2], wanted[::2], rtol=0.007)
    np.testing.assert_allclose(found[1::2], wanted[1::2], rtol=0.01)


@pytest.mark.parametrize(("card", "scale"), [("fasernu2", 33.0), ("flare", 28.3), ("fasernu", 13.4)])
def test_tagged_jets_below_the_cut_off_at_dimension_5(card, scale):
    found = limits(card, 5.0, search__signal="tagged")
    assert found["expected"]["cutoff_truncated_gev"] == pytest.approx(scale, rel=0.01)
    assert found["cutoff_z_truncated_gev"] == pytest.approx(19.4, rel=0.01)
    assert found["cutoff_h_truncated_gev"] is None


# SHiP neutrinos with the decay volume; fasernu, fasernu2, fasernu2 with its volume, flare: at 1 GeV and 3 GeV
DECAYING = rows("""
3 513 107 296 360 269
3.5 92 35.6 75.0 87.0 69.3
4 32.6 18.0 32.4 36.5 30.3
4.5 16.2 11.3 18.3 20.2 17.3
5.5 6.55 6.13 8.72 9.41 8.33
""")
DECAYING_HEAVY = rows("""
3 523 199 656 566
3.5 107 66.8 158 141
4 41.0 35.1 66.7 61.3
4.5 21.5 22.4 37.1 34.7
5.5 9.5 12.1 17.2 16.4
""")


@pytest.mark.parametrize("dimension", DECAYING)
@pytest.mark.parametrize("gap", [1000.0, 3000.0])
def test_reach_of_jets_that_decay(dimension, gap):
    asked = [
        ("ship", "volume"),
        ("fasernu", "target"),
        ("fasernu2", "target"),
        ("fasernu2", "volume"),
        ("flare", "target"),
    ]
    if gap > 1000:
        asked.pop(3)
    found = []
    for card, decay in asked:
        mode = {"beam__mode": "neutrino"} if card == "ship" else {}
        row = limits(card, dimension, gap, search__signal="tagged", search__decay=decay, **mode)
        found.append(row["expected"]["cutoff_gev"])
    wanted = (DECAYING if gap == 1000 else DECAYING_HEAVY)[dimension]
    np.testing.assert_allclose(found, wanted, rtol=0.02)


def test_neutrinos_of_nutev_alone():
    row = limits("nutev", 3.0, beam__mode="neutrino")
    assert row["observed"]["branching_ratio"] == pytest.approx(1.165e-3, rel=5e-4)
    assert row["expected"]["branching_ratio"] == pytest.approx(2.548e-3, rel=5e-4)


@pytest.mark.parametrize(("dimension", "observed"), [(3, 182.5), (3.5, 46.3), (4, 21.4), (4.5, 13.0)])
def test_nutev_at_a_light_gap(dimension, observed):
    assert limits("nutev", dimension, 100.0)["observed"]["cutoff_gev"] == pytest.approx(observed, rel=0.007)


@pytest.mark.parametrize(("dimension", "observed"), [(3, 181.7), (3.5, 45.8), (4, 21.1), (4.5, 12.9)])
def test_nutev_at_a_light_gap_with_an_analytic_flux(dimension, observed):
    found = limits("nutev", dimension, 100.0, beam__flux="analytic")["observed"]["cutoff_gev"]
    assert found == pytest.approx(observed, rel=0.007)


def test_mixing_at_the_limit_of_nutev():
    assert limits("nutev", 2.0)["U2_total"] == pytest.approx(5.1e-3, rel=0.02)


@pytest.mark.parametrize(("dimension", "m50", "m95"), [(3, 2.969, 6.742), (4.5, 5.962, 9.523), (7, 8.728, 11.489)])
def test_masses_of_jets_at_120_gev(dimension, m50, m95):
    row = limits("ship", dimension, beam__mode="neutrino", beam__flux="monochromatic", beam__energy_gev=120)
    assert row["m50_gev"] == pytest.approx(m50, rel=0.01)
    assert row["m95_gev"] == pytest.approx(m95, rel=0.01)


def test_the_effective_theory_describes_nutev_below_dimension_4_8():
    valid = [limits("nutev", dimension, beam__mode="neutrino")["eft_valid"] for dimension in (4.5, 5.0)]
    assert valid == [True, False]
    invisible = [limits(card, 4.5)["f_val"] for card in ("fasernu", "fasernu2", "flare")]
    assert 0.15 < min(invisible) < max(invisible) < 0.29
