"""Every setting of every verb either changes what comes out, or is refused: none does nothing in silence."""

from __future__ import annotations

import functools
import math
import warnings
from typing import Any

import pytest

import darkfactory as df
from darkfactory.errors import DarkfactoryError, DarkfactoryWarning
from darkfactory.experiments import KEYS
from darkfactory.models import MODELS
from darkfactory.searches.registry import SEARCHES
from darkfactory.settings import Setting
from darkfactory.targets import TARGETS

# experiments other than the first of a search: where accidentals are counted, where the target may be thin
CARDS = {"ee-resonance": "mu3e-phase2", "beam-dump": "e141"}
# of a target that stops the whole shower, one that is thicker changes a last digit only: radiation lengths that let some out
THIN = {"target.thickness": "1.5"}
# settings beside those that are asked: templates of its nuisances are tables, made and fitted anew for every setting
QUICK = {"forward-positron": {"search.systematics": "none"}}


# charges of the leptons that violate flavor, an ALP that decays: without them the other keys could not matter
MODEL_USES: dict[str, dict[str, Any]] = {
    "charges": {"X_L": "1,0,0", "X_E": "2,1,0", "V_L": "0.2,0.1,0.4,0.5", "V_R": "0.1,0.1,0.2,0"},
    "lfv-alp": {"mass": 20.0},
}


def other(setting: Setting, now: Any) -> Any:
    """Another allowed value, as a user would type it."""
    if setting.kind == "flag":
        return "false" if now else "true"
    if setting.choices and setting.kind == "choice":
        return next(choice for choice in reversed(setting.choices) if choice != now)
    if setting.kind == "prior":
        return "0.0123" if now == 0 or math.isinf(now) else "none"
    if setting.kind == "pairs":
        return "[[0.1, 0.2], [0.3, 0.5]]"
    if setting.kind == "table":
        return "[[20, 0.5], [50, 0.9]]"
    if setting.kind == "numbers":
        return "1,3,4"
    if setting.kind == "rotation":
        return "0.3,0.1,0.5,0.7"
    if setting.kind == "complex":
        return "0.3+0.2j"
    if setting.kind in ("text", "file"):
        return "something"
    number = now if isinstance(now, (int, float)) else setting.default
    if not isinstance(number, (int, float)) or not math.isfinite(number):
        # nobody says what it is by default, so neither end of the range may be taken: it could be just that
        low, high = max(setting.low, -1.0), min(setting.high, 3.0 * max(setting.low, 1.0))
        number = low + 0.37 * (high - low)
    tries = [number, number * 1.25, number * 0.75, number + 1, number + 0.25, number - 0.25, setting.high, setting.low]
    if setting.kind == "integer":
        tries = [float(round(number) + 3), float(round(number) + 1), setting.low + 2]
    return next(f"{value:.12g}" for value in tries if value != now and setting.parse(f"{value:.12g}")[1] is None)


def numbers(result: Any) -> Any:
    """What a reach says, apart from the echo of its settings."""
    data = result.to_dict()
    return {key: data[key] for key in ("points", "cl", "method", "nuisances", "process")}


def card_of(search: str) -> str:
    return CARDS.get(search, SEARCHES[search].cards[0])


@pytest.fixture(scope="module")
def reaches():
    kept: dict[tuple[str, bool], Any] = {}

    def ask(search: str, extra: dict[str, Any] | None = None, systematics: bool = False) -> Any:
        if extra is None and (search, systematics) in kept:
            return kept[search, systematics]
        example = SEARCHES[search].example
        given = {**example.settings, **({} if systematics else QUICK.get(search, {})), **(extra or {})}
        found = df.reach(search, card_of(search), mass=example.mass, settings=given)
        if extra is None:
            kept[search, systematics] = found
        return found

    return ask


def changes(ask: Any, before: Any, after: Any) -> bool:
    """Whether the second question is refused, or answered otherwise than the first."""
    try:
        return after(ask()) != before
    except DarkfactoryError:
        return True


@functools.cache
def usual(ask: Any) -> Any:
    """What is answered without a change: asked once for all settings."""
    return ask()


@pytest.mark.parametrize(("search", "name"), [(s, key.name) for s, search in SEARCHES.items() for key in search.keys])
def test_settings_of_searches(reaches, search, name):
    key = next(key for key in SEARCHES[search].keys if key.name == name)
    ask = functools.partial(reaches, search, systematics=name.startswith("systematics"))
    result = ask()
    now = {"cl": result.cl, "method": result.method}.get(name, result.result.settings.get(name))
    if f"search.{name}" in SEARCHES[search].example.settings:
        pytest.skip("what makes this test cheap")
    assert changes(lambda: ask({f"search.{name}": other(key, now)}), numbers(result), numbers)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("name", KEYS)
def test_settings_of_cards(reaches, search, name):
    from darkfactory.experiments import load_card

    now = load_card(card_of(search)).value(name, None)
    change = {name: THIN.get(name) or other(KEYS[name], now)}
    assert changes(lambda: reaches(search, change), numbers(reaches(search)), numbers), change


def spectrum(**settings: Any) -> Any:
    """Counts of a line and what it stands on, as a forward detector records them."""
    given = {"model.mass": 30.0, "model.F_gev": 1e9, **settings}
    return [
        df.spectrum(process, observable="x", experiment="megii-fwd", settings=own, low=0.5, high=1.0, bins=4)
        for process, own in (("mu -> e a", given), ("mu -> e nu nu", settings))
    ]


def counted(found: Any) -> Any:
    return [made.values.tolist() for made in found]


@pytest.mark.parametrize("name", [*KEYS, *(f"search.{key.name}" for key in SEARCHES["forward-positron"].keys)])
def test_settings_of_a_lepton_spectrum(name):
    """Those of the fit have no effect on what is recorded, and are refused."""
    from darkfactory.experiments import load_card

    key = {f"search.{key.name}": key for key in SEARCHES["forward-positron"].keys}.get(name, KEYS.get(name))
    card = load_card("megii-fwd")
    quantity = card.section("forward-positron").get(name.removeprefix("search."))
    given = quantity.value if quantity else card.value(name, None) if name in KEYS else None
    change = {name: other(key, key.default if given is None else key.parse(given)[0])}
    assert changes(lambda: spectrum(**change), counted(usual(spectrum)), counted), change


def events(**settings: Any) -> Any:
    return df.events("mu -> e e e nu nu", n=20, seed=3, experiment="mu3e-phase1", settings=settings)


@pytest.mark.parametrize("name", KEYS)
def test_settings_of_recorded_events(name):
    from darkfactory.experiments import load_card

    def seen(record: Any) -> Any:
        return record.weights.tolist(), record.recorded.momenta.tolist(), record.polarization, record.origin.tolist()

    change = {name: other(KEYS[name], load_card("mu3e-phase1").value(name, None))}
    assert changes(lambda: events(**change), seen(usual(events)), seen), change


def trigger(settings: Any = None) -> Any:
    return df.trigger("meg2", settings=settings)


@pytest.mark.parametrize("name", KEYS)
def test_settings_of_a_trigger(name):
    from darkfactory.experiments import load_card

    change = {name: other(KEYS[name], load_card("meg2").value(name, None))}
    assert changes(lambda: trigger(change), usual(trigger).points, lambda found: found.points), change


@pytest.mark.parametrize(("target", "name"), [(t, key.name) for t, entry in TARGETS.items() for key in entry.keys])
def test_settings_of_targets(target, name):
    mass = {"freeze-in": 0.03, "x-ray-lines": 0.03, "freeze-out": 400.0, "inverse-seesaw": 50.0}.get(target)
    key = next(key for key in TARGETS[target].keys if key.name == name)
    before = df.target(target, mass)
    change = {name: other(key, before.settings.get(name, key.default))}
    assert changes(
        lambda: df.target(target, mass, settings=change),
        (before.points, before.notes),
        lambda found: (found.points, found.notes),
    ), change


@pytest.mark.parametrize(("model", "name"), [(m, key.name) for m, entry in MODELS.items() for key in entry.keys])
def test_settings_of_models(model, name):
    key = next(key for key in MODELS[model].keys if key.name == name)
    base = MODEL_USES.get(model, {})
    change = {name: other(key, base.get(name, key.default))}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DarkfactoryWarning)
        before = df.model(model, base).rows
        assert changes(lambda: df.model(model, {**base, **change}), before, lambda found: found.rows), change
