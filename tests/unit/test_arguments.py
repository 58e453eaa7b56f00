"""Arguments of the verbs in Python that the command line would not let through."""

import inspect

import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: df.spectrum("mu -> e nu nu", bins=2.5), r"bins = 2\.5: allowed whole numbers in \[1, 100000\]"),
        (lambda: df.spectrum("mu -> e nu nu", bins=True), r"bins = True: allowed whole numbers"),
        (lambda: df.events("mu -> e a", n=10.5), r"n = 10\.5: allowed whole numbers in \[1, inf\)"),
        (lambda: df.events("mu -> e a", n=10, seed=1.5), r"seed = 1\.5: allowed whole numbers in \[0, inf\)"),
        (lambda: df.events("mu -> e a", n=10, weighted="false"), "weighted = 'false': allowed True, False"),
        (lambda: df.events("mu -> e a", n=10, keep_rejected="no"), "keep_rejected = 'no': allowed True, False"),
        (lambda: df.rate("mu -> e e e nu nu", seed=0.5), r"seed = 0\.5: allowed whole numbers"),
        (lambda: df.reach("forward-positron", asimov="false"), "asimov = 'false': allowed True, False"),
        (lambda: df.reach("forward-positron", toys=2.5), r"toys = 2\.5: allowed whole numbers in \[1, 100000\]"),
        (lambda: df.reach("forward-positron", toys=2, seed=0.1), r"seed = 0\.1: allowed whole numbers"),
    ],
)
def test_a_wrong_kind_of_argument_is_refused(call, words):
    with pytest.raises(InvalidInput, match=words):
        call()


ASKED = {
    "events": ("mu -> e a",),
    "figure": ("portals",),
    "impacts": ("reach", "forward-positron"),
    "model": ("anarchy",),
    "optimise": ("reach", "forward-positron"),
    "rate": ("mu -> e a",),
    "reach": ("forward-positron",),
    "recast": ("e137", "vector"),
    "spectrum": ("mu -> e nu nu",),
    "survey": ("dark-photon", 20),
    "target": ("freeze-in",),
    "trigger": (),
}


def test_every_verb_with_settings_is_asked():
    verbs = {name for name in df.__all__ if inspect.isfunction(getattr(df, name))}
    assert {name for name in verbs if "settings" in inspect.signature(getattr(df, name)).parameters} == {*ASKED}


@pytest.mark.parametrize("settings", ["model.mass=20", [1], {1: 2}, 3.0])
@pytest.mark.parametrize("verb", ASKED)
def test_settings_are_a_mapping(verb, settings):
    more = {"over": {"search.focus": "1:2"}} if verb == "optimise" else {}
    with pytest.raises(InvalidInput, match=r"settings = .*: must be a mapping of keys"):
        getattr(df, verb)(*ASKED[verb], settings=settings, **more)
