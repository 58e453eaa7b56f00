"""Published limits as one area: which of them bound it, and how projections and a user's cards are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from darkfactory.figures.areas import cards, excluded, projected
from darkfactory.figures.labels import label_curves

MASSES = np.geomspace(1.0, 100.0, 21)


def limit(curve, near, far=None, masses=MASSES, **more):
    about = {"curve": curve, "kind": "observed", "conditional": False, "provenance": "digitised"} | more
    return [{"mass_mev": m, "epsilon": near, **({"far_side": far} if far else {}), **about} for m in masses]


@pytest.fixture
def axis():
    axis = Figure(figsize=(5, 4)).subplots()
    axis.set(xscale="log", yscale="log", xlim=(1, 100), ylim=(1e-8, 1e-2))
    return axis


def test_limits_that_bound_the_area_are_named_first_and_where_they_do(axis):
    light = MASSES[MASSES < 10]
    rows = [
        *limit("inside", 1e-4),
        *limit("prompt", 1e-5),
        *limit("dump", 1e-7, 1e-6, light, provenance="recalled"),
        *limit("rescaled", 5e-6, masses=light, cl=0.9, rescaled=True),
    ]
    named = excluded(axis, rows, "epsilon", 1e-2)
    words = [text for _, _, text, _ in named]
    assert words[:3] == ["prompt", "dump\N{DAGGER}", "rescaled, 90% CL, rescaled"]
    by_words = {text: (x, y, color) for x, y, text, color in reversed(named)}
    # below 10 MeV another limit is stronger
    assert by_words["prompt"][0].min() >= 10
    # both edges of a region
    assert set(by_words["dump\N{DAGGER}"][1]) == {1e-7, 1e-6}
    assert by_words["inside"][2] != by_words["prompt"][2]
    assert label_curves(axis, named) == 4
    texts = [text.get_text() for text in axis.texts]
    assert sorted(texts) == sorted(set(texts)) == sorted(set(words))


def test_conditional_limits_bound_no_area(axis):
    rows = [*limit("assumed", 1e-6, conditional=True), *limit("prompt", 1e-5)]
    named = excluded(axis, rows, "epsilon", 1e-2)
    assert len(axis.collections) == 2  # of the other
    assert min(named[1][0]) == pytest.approx(1.0)


def test_projections_have_no_area_and_regions_of_cards_have_one(axis):
    assert [text for _, _, text, _ in projected(axis, limit("later", 1e-6, 1e-5, kind="projected"), "epsilon")] == [
        "later"
    ]
    assert {line.get_linestyle() for line in axis.get_lines()} == {"--"}
    assert not axis.collections
    mine = [
        *limit("a", 1e-6, 1e-5, kind="expected", card="a", interval=0),
        *limit("b", 1e-4, kind="expected", card="b"),
    ]
    named = cards(axis, mine, "epsilon", scale=1e6)
    assert [text for _, _, text, _ in named] == ["a", "b"]
    assert named[0][3] != named[1][3]
    assert len(axis.collections) == 1
    assert max(named[1][0]) == pytest.approx(1e8)
