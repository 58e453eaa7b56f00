"""The one YAML reader: numbers of YAML 1.2, what older YAML reads otherwise is refused with its line, files from others."""

import os
import re
from importlib import resources
from itertools import pairwise

import pytest

from darkfactory.bounds import check_file
from darkfactory.errors import CardError, InvalidInput
from darkfactory.experiments import load_card
from darkfactory.yaml_files import LARGEST_YAML, parse_yaml, plain_file, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14", 14),
        ("-3", -3),
        ("0", 0),
        ("0o14", 12),
        ("0x1f", 31),
        ("1e-5", 1e-5),  # YAML 1.1 reads text
        ("1e5", 1e5),
        ("+.5", 0.5),
        ("2.", 2.0),
        ("007.5", 7.5),
        (".inf", float("inf")),
        ("true", True),
        ("~", None),
        ("'on'", "on"),
        ('"014"', "014"),
        ("y", "y"),
        ("2020-01-01", "2020-01-01"),
        ("1.2.3", "1.2.3"),
        ("10:75:90", "10:75:90"),
    ],
)
def test_values_are_those_of_yaml_1_2(text, value):
    content, problems = parse_yaml(f"a: {text}\n")
    assert problems == []
    assert content == {"a": value}
    assert type(content["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("014", "line 2: 014: octal in older YAML; write 14, or quotes"),
        ("-007", "line 2: -007: octal"),
        ("1:30", "line 2: 1:30: a sexagesimal number"),
        ("190:20:30.15", "sexagesimal"),
        ("on", "line 2: on: a boolean in older YAML; write true or false"),
        ("Yes", "a boolean"),
        ("NO", "a boolean"),
        ("0b101", "binary"),
        ("1_000", "line 2: 1_000: a number with _"),
        ("1_0.5e3", "a number with _"),
        ("9" * 400, "more than 300 digits"),
        ("!!int 014", "octal"),
        ("{on: 1}", "line 2: on: a boolean"),
    ],
)
def test_what_two_readers_read_differently_is_refused_with_its_line(text, problem):
    assert problem in "\n".join(parse_yaml(f"name: x\na: {text}\n")[1])


def test_all_problems_at_once():
    assert parse_yaml("a: 014\nb: {c: 1, c: on}\n1: x\n")[1] == [
        "line 3: key 1: must be text; put it in quotes",
        "line 1: 014: octal in older YAML; write 14, or quotes for text",
        "line 2: b.c is given twice, first in line 2; keep one",
        "line 2: on: a boolean in older YAML; write true or false, or quotes for text",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "a: &a [x,x,x,x,x,x,x,x]\n"
        + "".join(f"{i}: &{i} [{','.join(8 * [f'*{j}'])}]\n" for j, i in pairwise("abcdefghi")),
        "a: " + "[" * 100_000,
        "a: " + "[" * 900 + "]" * 900,
        "a: !!python/object:os.system {}",
        "a: *nowhere",
        "a: 1\n\tb: 2",
        "a: \x00",
        "? [1, 2]\n: 3",
        "--- 1\n--- 2",
        "a: !!int x",
    ],
)
def test_hostile_texts_are_answered_shortly(text):
    problems = parse_yaml(text)[1]
    assert problems
    assert "not YAML" in problems[0]
    assert len("".join(problems)) < 400


def test_files(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbfname: \xce\xbc\r\n")
    assert read_yaml(file) == ({"name": "μ"}, [])
    file.write_bytes("name: μ".encode("latin-1", "replace") + b"\xff")
    assert "UTF-8" in read_yaml(file)[1][0]
    file.write_bytes(b"#" * (LARGEST_YAML + 1))
    assert "larger than" in read_yaml(file)[1][0]
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for other in (pipe, "/dev/zero", tmp_path, tmp_path / "none.yaml", "a\0b"):
        assert "cannot be read" in read_yaml(other)[1][0]
        with pytest.raises(InvalidInput, match="cannot be read"):
            plain_file(other)


def test_a_card_and_a_record_name_the_line_of_an_octal_number(tmp_path):
    """A4: days: 014 was 12 days."""
    text = resources.files("darkfactory.experiments").joinpath("cards/megii-fwd.yaml").read_text(encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("  days:"))
    rows = text.splitlines()
    rows[line - 1] = re.sub(r"value: [^,]*", "value: 014", rows[line - 1])
    card = tmp_path / "megii-fwd.yaml"
    card.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(CardError, match=f"line {line}: 014: octal in older YAML; write 14"):
        load_card(card)
    text = resources.files("darkfactory.bounds").joinpath("data/pienu-2020.yaml").read_text(encoding="utf-8")
    record = tmp_path / "pienu-2020.yaml"
    record.write_text(text.replace("[47.8, 95.1]", "[047, 95.1]"), encoding="utf-8")
    assert "047: octal in older YAML; write 47" in check_file(record)[0]
