"""The ``search`` sections of a card: units, booleans and names are read as strictly as the rest; commands take them back."""

from pathlib import Path

import pytest
import yaml

from darkfactory import reach
from darkfactory.errors import CardError, DarkfactoryError, InvalidInput
from darkfactory.experiments import load_card
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.registry import SEARCHES

BASE = {name: search.cards[0] for name, search in SEARCHES.items()} | {"ee-resonance": "mu3e-phase2"}
NUMBERS = [
    (search, key)
    for search, found in SEARCHES.items()
    for key in found.keys
    if key.kind in ("number", "integer", "prior")
]


@pytest.fixture
def card(tmp_path):
    """Write a copy of a shipped card with one more leaf in a search section; its path."""

    def write(search, name, **leaf):
        content = yaml.safe_load(load_card(BASE[search]).path.read_text())
        node = content.setdefault("search", {}).setdefault(search, {})
        for part in name.split(".")[:-1]:
            node = node.setdefault(part, {})
        node[name.split(".")[-1]] = {"tag": "assumed", "source": "a test of mine", **leaf}
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(content))
        return str(path)

    return write


def value_of(key):
    low = key.low if key.low > -1e3 else 0.0
    high = min(key.high, low + 5)
    middle = low + 0.37 * (high - low)
    return round(middle) + 1 if key.kind == "integer" else 0.1 if key.kind == "prior" else middle


@pytest.mark.parametrize(("search", "key"), NUMBERS, ids=lambda v: getattr(v, "name", v))
def test_every_unit_of_every_section_is_read(card, search, key):
    """A wrong unit is refused and the right one named; so is a missing one; a boolean is no number."""
    good = {} if key.unit == "1" else {"unit": key.unit}
    assert load_experiment(card(search, key.name, value=value_of(key), **good))
    with pytest.raises(
        CardError, match=rf"search\.{search}\.{key.name}\.unit = 'furlong': allowed {key.unit.replace('^', '.')}"
    ):
        load_experiment(card(search, key.name, value=value_of(key), unit="furlong"))
    if key.unit != "1":
        with pytest.raises(CardError, match=rf"{key.name}\.unit = '1': allowed"):
            load_experiment(card(search, key.name, value=value_of(key)))
    with pytest.raises(CardError, match=rf"search\.{search}\.{key.name} = True: not a number"):
        load_experiment(card(search, key.name, value=True, **good))


@pytest.mark.parametrize("search", SEARCHES)
def test_a_misspelt_section_and_a_misspelt_key_are_refused(card, search):
    path = card(search, "cl", value=0.9)
    written = Path(path)
    written.write_text(written.read_text().replace(f"{search}:", f"{search}s:"))
    with pytest.raises(CardError, match=rf"search\.{search}s: no such search; did you mean {search}"):
        load_experiment(path)
    with pytest.raises(DarkfactoryError, match=rf"search\.{search}\.methood: unknown key"):
        load_experiment(card(search, "methood", value=0.9))


def test_no_probability_exceeds_one(card):
    """0.2 s instead of 0.2 ns, with the unit right: 1.46 accidental pairs a muon."""
    path = card("ee-resonance", "accidentals.time_window", value=0.2, unit="s")
    with pytest.raises(
        InvalidInput, match=r"probability of accidentals = 1\.4.*: allowed \[0, 1\]; smaller rate or time_window"
    ):
        reach("ee-resonance", path, mass=20.0)


def test_what_the_command_says_replaces_what_the_card_says_in_another_way():
    def limit(**settings):
        found = reach("forward-positron", "twist", mass=0.0, settings={f"search.{k}": v for k, v in settings.items()})
        return found.branching_ratio[0], found.result.notes

    window, notes = limit()
    assert not any("replaces" in note for note in notes)
    higher, notes = limit(x_low=0.99)
    assert higher > window * 1.01
    assert "search.x_low of the command replaces search.window of the card" in notes
    free, notes = limit(window="none")
    assert free != window
    with pytest.raises(InvalidInput, match=r"search\.x_low and search\.window are both given"):
        limit(x_low=0.9, window=0.1)
