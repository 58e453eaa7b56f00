"""Every citation key that the package names exists, and every entry is complete."""

import re
from importlib import resources
from pathlib import Path

import pytest

import darkfactory
from darkfactory.errors import UnknownName
from darkfactory.experiments import list_cards, load_card
from darkfactory.models import MODELS
from darkfactory.processes import PROCESSES
from darkfactory.references import bibtex, load_references, lookup
from darkfactory.searches.registry import SEARCHES

SOURCE = Path(darkfactory.__file__).parent


def cited_in_docstrings():
    cited = re.compile(r":cite:`([^`]+)`")
    texts = (path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    return sorted({key.strip() for text in texts for group in cited.findall(text) for key in group.split(",")})


def test_every_entry_of_the_file_is_read_and_complete():
    text = resources.files("darkfactory").joinpath("references.bib").read_text(encoding="utf-8")
    references = load_references()
    assert len(references) == len(re.findall(r"^@", text, re.MULTILINE))
    for key, reference in references.items():
        assert reference.key == key
        assert reference.author, key
        assert reference.title, key
        assert re.fullmatch(r"(19|20)\d\d", reference.year), key
        assert reference.bibtex.count("{") == reference.bibtex.count("}"), key
        assert reference.short


@pytest.mark.parametrize("key", cited_in_docstrings())
def test_cited_in_a_docstring(key):
    assert lookup(key).key == key


@pytest.mark.parametrize("card", list_cards())
def test_cited_by_a_card(card):
    assert all(lookup(key) for key in load_card(card).references)


def test_cited_by_the_registries():
    for registry in (MODELS, PROCESSES, SEARCHES):
        for entry in registry.values():
            assert all(lookup(key) for key in entry.references)


def test_bibtex_holds_each_entry_once():
    text = bibtex(["Calibbi:2020jvd", "Kinoshita:1958ru", "Calibbi:2020jvd"])
    assert text.count("@") == 2
    assert text.index("Calibbi:2020jvd") < text.index("Kinoshita:1958ru")


def test_unknown_key_lists_near_ones():
    with pytest.raises(
        UnknownName, match=r"'Calibbi:2020jvc' is not in the bibliography; did you mean Calibbi:2020jvd"
    ):
        lookup("Calibbi:2020jvc")
