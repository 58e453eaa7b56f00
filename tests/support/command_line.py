"""The command line typed within a test: exit code, what it printed, and mistakes that must be answered."""

import csv
import json
from unittest.mock import patch

import pytest

from darkfactory.cli import waiting
from darkfactory.cli.app import main

PATIENCE = waiting.PATIENCE


def call(capsys, *arguments):
    """Exit code, standard output and standard error of a command; that it takes its time is said to tests of that alone."""
    patience = 1e6 if waiting.PATIENCE == PATIENCE else waiting.PATIENCE
    with patch.object(waiting, "PATIENCE", patience), pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    return stopped.value.code, printed.out, printed.err


def as_json(capsys, *arguments):
    """What a command prints with ``--json``: strict JSON, exit code 0."""
    code, out, err = call(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} in JSON"))


def assert_answered(capsys, arguments, told):
    """A user's mistake: exit code 2, a message with ``told`` and no traceback."""
    code, out, err = call(capsys, *arguments)
    assert code == 2, out
    assert told in err, err
    assert "Traceback" not in err + out


def read_csv(path):
    """Rows of a CSV file as dictionaries of text; the lines above its header say how it was made."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("# ")))
