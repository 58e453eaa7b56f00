"""Laws of the bins of every search: templates say what is expected, and counts that are filled in find their way back."""

from __future__ import annotations

import csv
import functools
import json
from typing import Any

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput
from darkfactory.searches.registry import SEARCHES
from darkfactory.yaml_files import dump_yaml, parse_yaml

BINNED = {
    "ee-resonance": {"search.analysis": "binned", "search.angles": "1d"},
    "missing-mass-tracks": {"search.analysis": "binned", "search.edge": "template", "search.angles": "spin"},
    "forward-positron": {"search.flipped_fraction": 0.2, "search.bins": 24},
}
"""Settings with which a search has bins, on several axes."""
OWN_BINS = ("ee-resonance", "missing-mass-tracks", "ee-displaced")
"""Searches whose bins lie around each mass."""


@functools.cache
def expected(name: str, masses: int = 1, **given: Any) -> Any:
    """The limit of a search with bins, at one or two masses."""
    example = SEARCHES[name].example
    settings = {**example.settings, **BINNED.get(name, {})}
    if name == "missing-mass-tracks":
        settings["beam.polarization"] = 0.9
    return df.reach(name, mass=[example.mass, 1.2 * example.mass][:masses], settings=settings, **given)


def again(name: str, masses: int, data: Any, **given: Any) -> Any:
    arguments = expected(name, masses).run["arguments"]
    known = {key: arguments[key] for key in ("search", "mass", "settings")}
    return df.reach(**known, data=data, **given)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def written(rows: list[dict[str, Any]], search: str) -> str:
    head = f'# format: "darkfactory counts 1"\n# search: "{search}"\n{",".join(rows[0])}\n'
    return head + "\n".join(",".join(str(value) for value in row.values()) for row in rows)


@pytest.mark.parametrize("name", SEARCHES)
def test_a_template_sums_up_to_signal_and_background(name):
    """Signal of unit branching ratio and at the limit, and background, in an order that the axes say: the last is fastest."""
    found = expected(name)
    rows = table(found.template.text(".csv"))
    (one,) = found.result.counts()
    signal, background = (
        np.array([float(row[key]) for row in rows]) for key in ("signal_per_branching_ratio", "background")
    )
    assert signal == pytest.approx(one.signal, rel=1e-12)
    assert background == pytest.approx(one.background, rel=1e-12)
    at_limit = np.array([float(row["signal_at_limit"]) for row in rows])
    assert at_limit == pytest.approx(signal * found.branching_ratio[0], rel=1e-12)
    assert all(row["counts"] == "" for row in rows)
    if name in ("forward-positron", "missing-mass-photon"):
        used = found.result.settings
        photons = name == "missing-mass-photon"
        card = df.load_card(SEARCHES[name].cards[0])
        decays = used["stopping_rate"] * used["live_time_s"] if photons else card.beam.exposure
        assert signal.sum() == pytest.approx(found.result.signal_efficiency[0] * decays, rel=1e-9)
    else:  # a single count, or all of a line
        assert at_limit.sum() == pytest.approx(found.result.extra.get("signal_events", [at_limit.sum()])[0], rel=2e-2)
    lows = [float(row[f"{one.bins.axes[-1].headings[0]}"]) for row in rows] if one.bins.axes else [0.0]
    steps = np.diff(lows)
    inner = len(one.bins.axes[-1]) if one.bins.axes else 1
    assert len(rows) == len(one.bins) == len(signal)
    assert np.all(np.delete(steps, np.arange(inner - 1, len(steps), inner)) > 0)


def filled(name: str, masses: int, ending: str, change: Any = lambda counts: counts) -> Any:
    """The template with its background as counts: text of a file."""
    text = expected(name, masses).template.text(ending)
    if ending == ".csv":
        rows = table(text)
        return written([{**row, "counts": change(float(row["background"]))} for row in rows], name)
    if ending == ".yaml":
        content, problems = parse_yaml(text, 10**6)
        assert not problems
        content["bins"] = [{**row, "counts": change(row["background"])} for row in content["bins"]]
        return dump_yaml(content)
    content = json.loads(text)
    content["storage"]["values"] = content["metadata"]["background"]
    return json.dumps(content)


FILES = [
    *((name, ".csv") for name in SEARCHES),
    *((name, ".yaml") for name in ("ee-displaced", "missing-mass-photon")),
    *((name, ".json") for name in ("beam-dump", "forward-positron", "missing-mass-tracks")),
]


@pytest.mark.parametrize(("name", "ending"), FILES)
def test_expected_background_as_counts_gives_the_expected_limit_and_no_signal(name, ending, tmp_path):
    """Of a single count up to the step from its mean to its median."""
    masses = 1 if ending == ".json" else 2
    if ending == ".json" and not expected(name).result.counts()[0].bins.axes:
        with pytest.raises(InvalidInput, match="allowed where all masses have the same bins, on one axis at least"):
            expected(name).template.text(ending)
        return
    (tmp_path / f"a{ending}").write_text(filled(name, masses, ending))
    found = again(name, masses, tmp_path / f"a{ending}")
    single = len(found.result.counts()[0].bins) == 1
    observed = found.result.observed["branching_ratio"]
    assert observed == pytest.approx(expected(name, masses).branching_ratio, rel=5e-2 if single else 1e-6)
    assert found.branching_ratio == pytest.approx(expected(name, masses).branching_ratio, rel=1e-12)
    for row in found.rows:
        fit = row["fit"]
        assert abs(fit["branching_ratio"]) <= 1e-3 * row["expected"]["branching_ratio"]
        assert (fit["p_value"], fit["status"]) == (pytest.approx(0.5, abs=0.51), "ok")
        assert fit["goodness"] > 0.5
        assert max(map(abs, fit["pulls"].values()), default=0.0) < 1e-3


# 1% unless that leaves no limit, or none that is quoted
SIZES = {
    "search.systematics.background": 0.005,
    "search.systematics.energy_scale": 1e-5,
    "search.systematics.resolution": 0.05,
}
SYSTEMATICS = [
    (name, f"search.{key.name}", size)
    for name, search in SEARCHES.items()
    for key in search.keys
    for size in (1.0, 10.0)
    if key.kind == "prior" or key.name.startswith("systematic")
]


@pytest.mark.parametrize(("name", "systematic", "size"), [*((name, "", 0.0) for name in SEARCHES), *SYSTEMATICS])
def test_asimov_data_give_the_median_expected_limit(name, systematic, size):
    """Of every search with every systematic error that it takes, small and large: there is one likelihood.

    Counts come in steps: few events are those of whole bins, at their mean in place of the median, and the limit behind a dump
    is of as many events as its card says, a round number. Analyses that take no data (a closed form) are no matter of this.
    """
    given = {systematic: size * SIZES.get(systematic, 0.01)} if systematic else {}
    settings = {**SEARCHES[name].example.settings, **BINNED.get(name, {}), **given}
    found = df.reach(name, mass=SEARCHES[name].example.mass, settings=settings, method="cls", asimov=True)
    assert found.result.status.tolist() == ["ok"]
    observed, tolerance = found.result.observed["branching_ratio"], 1e-3 if name == "beam-dump" else 1e-8
    assert observed == pytest.approx(found.branching_ratio, rel=tolerance)


@pytest.mark.parametrize("systematic", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("background", [3, 40, 66])
def test_asimov_data_of_a_count_give_the_median_expected_limit(background, systematic):
    """Of few events where the mean is a whole number, its own median."""
    settings = {"model.dimension": 2.5, "detector.mass_t": background / 132000, "search.systematic": systematic}
    found = df.reach("neutral-current", mass=1000, asimov=True, settings=settings)
    assert found.result.background == pytest.approx(background, rel=1e-12)
    assert found.result.poisson.tolist() == [background < 50]
    assert found.result.observed["branching_ratio"] == pytest.approx(found.branching_ratio, rel=1e-9)


@pytest.mark.parametrize("name", SEARCHES)
def test_rows_in_any_order_are_the_same_counts(name, tmp_path):
    text = filled(name, 2, ".csv", lambda counts: round(1.3 * counts))
    (tmp_path / "a.csv").write_text(text)
    head, rows = text.splitlines()[:3], text.splitlines()[3:]
    (tmp_path / "b.csv").write_text("\n".join([*head, *rows[::-1]]))
    one, other = (again(name, 2, tmp_path / file).rows for file in ("a.csv", "b.csv"))
    assert one == other


@pytest.mark.parametrize("name", SEARCHES)
def test_bins_are_those_of_all_masses_or_around_each(name):
    rows = table(expected(name, 2).template.text(".csv"))
    assert ("mass [MeV]" in rows[0]) == (name in OWN_BINS)


@pytest.mark.parametrize("name", SEARCHES)
def test_pseudo_data_hold_their_signal(name):
    """The fit finds what was put in, with a significance and the observed limit above it."""
    size = 2.0 * float(expected(name).branching_ratio[0])
    found = again(name, 1, None, asimov=True, inject=size)
    (row,) = found.rows
    assert row["fit"]["branching_ratio"] == pytest.approx(size, rel=1e-6)
    assert row["fit"]["p_value"] < 0.01
    observed = row["observed"]["branching_ratio"]
    assert observed is None or observed > found.branching_ratio[0]
    assert any(note.startswith("pseudo-data: what is expected with a signal") for note in found.notes)


LINES = {
    "forward-positron": ("x", lambda mass: 1 - mass**2 / (105.6583755**2 + 0.51099895**2), lambda found: 0.01),
    "missing-mass-photon": ("m_miss2", lambda mass: mass**2, lambda found: found.result.extra["sigma_m_miss2"][0]),
    "missing-mass-tracks": ("m_miss2", lambda mass: mass**2, lambda found: found.result.extra["sigma_m_miss2"][0]),
    "ee-resonance": ("m_ee", lambda mass: mass, lambda found: found.result.extra["sigma_m_ee"][0]),
}


@pytest.mark.parametrize("name", LINES)
def test_the_line_stands_where_its_axis_says_and_is_as_wide_as_the_resolution(name):
    """Bins in another order than the likelihood has them would smear it; radiation makes that of a positron wider."""
    observable, place, width = LINES[name]
    found = expected(name)
    (one,) = found.result.counts()
    axis = one.bins.axes[-1]
    middle, signal = axis.intervals.mean(axis=1), one.bins.along_line(one.signal)
    peak = np.sum(middle * signal) / signal.sum()
    wide = np.sqrt(np.sum((middle - peak) ** 2 * signal) / signal.sum())
    assert axis.name == observable
    assert peak == pytest.approx(place(found.masses[0]), abs=0.3 * width(found))
    assert 0.95 < wide / width(found) < (2.0 if name == "forward-positron" else 1.1)


def test_spin_samples_are_in_the_order_of_their_axis():
    """A line of V+A is forward with the spin of the beam: the reversed fifth of the muons gives next to nothing of it."""
    (one,) = expected("forward-positron").result.counts()
    assert one.bins.axes[1].labels == ("beam", "flipped")
    beam, flipped = one.bins.full(one.signal)[0].sum(axis=1)
    assert flipped < 0.01 * beam
    assert one.bins.full(one.background)[0].sum(axis=1)[1] > 0.1 * one.background.sum()
