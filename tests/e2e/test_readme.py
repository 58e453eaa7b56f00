"""Every command of the README and of docs/commands.md, typed as it stands there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

import darkfactory
from darkfactory import output
from darkfactory.cli import printing
from darkfactory.experiments.new import new_card
from support.command_line import call
from support.figures import check_laws
from support.golden import COMMANDS, FILE, NUMERIC, PAGES, README, sums

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
with_run = printing.with_run
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))
# what `make demo` runs
FIRST = "darkfactory figure megii-fwd-reach --out output/megii-fwd-reach"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder in which the demo was run, as the README begins with it."""
    path = tmp_path_factory.mktemp("readme")
    check_laws(darkfactory.figure("megii-fwd-reach", path / "output" / "megii-fwd-reach"))
    return path


def test_every_golden_sum_is_of_a_command():
    assert set(GOLDEN) == set(NUMERIC)


def test_the_first_two_commands_head_the_readme():
    assert [line.split()[:2] for line in BLOCKS[0].splitlines()] == [["make", "demo"], ["make", "test"]]
    assert README.index("make demo") < 60
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert FIRST.removeprefix("darkfactory ") in makefile
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("make lint test")


@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs(command, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    own = folder / "my-detector.yaml"  # whichever of the commands comes first here
    if "card new" in command:
        own.unlink(missing_ok=True)
    elif not own.exists():
        own.write_text(new_card("my-detector", "megii-fwd"), encoding="utf-8")
    told = []
    monkeypatch.setattr(printing, "with_run", lambda data: told.append(with_run(data)) or told[-1])
    code, out, err = call(capsys, *shlex.split(command)[1:])
    assert code == 0, err
    # it says what it is doing where that takes long, and what it wrote; nothing else
    assert all(line.startswith("written: ") or re.fullmatch(r"[a-z0-9 :-]+ \.\.\.", line) for line in err.splitlines())
    assert len(out.splitlines()) >= 2
    assert "nan" not in out.lower().replace("nance", "").split()
    for written in re.findall(r"--(?:out|export-pyhf) (\S+)", command):
        found = list((folder / written).parent.glob(Path(written).name + "*"))
        assert found
        assert all(file.stat().st_size > 200 for file in found)
    if command in NUMERIC:
        # what `--json` prints is made for a table too: to compute it again would take as long again
        (data,) = told
        _assert_golden(command, output.to_json(data))
        assert "--json" not in command or out == output.to_json(data) + "\n"


def _assert_golden(command, text):
    """Its numbers are what they were; what is new is not asked for."""
    now = sums(text)
    # another processor rounds in another order
    wanted = {path: pytest.approx(value, rel=1e-7, abs=1e-300) for path, value in GOLDEN[command].items()}
    assert {path: now.get(path) for path in wanted} == wanted


@pytest.mark.parametrize("page", PAGES)
def test_python_of_the_pages_runs(page, folder, monkeypatch):
    monkeypatch.chdir(folder)
    (code,) = re.findall(r"```python\n(.*?)```", PAGES[page], flags=re.DOTALL)
    names: dict = {}
    exec(compile(code, page, "exec"), names)
    assert names["reach"].F_gev.shape == (5,)
