"""The command as a program: streams that are closed, full or left, Ctrl-C, files that are whole or not there, names and help."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from darkfactory.cli import cli
from darkfactory.figures import FIGURES
from support.command_line import as_json, assert_answered, call

COMMAND = f"{sys.executable} -m darkfactory"


def shell(text):
    """Exit code, output and errors of a line of bash; the code of a pipe is that of its first part."""
    line = f"set -o pipefail; {text.replace('darkfactory', COMMAND, 1)}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("module", ["darkfactory", "darkfactory.cli"])
def test_the_package_is_a_program(module):
    done = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("darkfactory, version ")


def test_closed_full_and_left_streams():
    code, out, _ = shell("darkfactory list searches 2>&-")
    assert (code, "forward-positron" in out) == (0, True)
    code, _, err = shell("darkfactory list searches 2>/dev/full >/dev/full")
    assert (code, err) == (2, "")
    for verb in ("list searches", "--help", "cite meg2"):
        code, out, err = shell(f"darkfactory {verb} >/dev/full")
        assert (code, out) == (2, "")
        assert err == "error: standard output: No space left on device; nothing more is written\n"
    assert shell("darkfactory cite | head -1")[0::2] == (0, "")
    for verb in ("cite", "list bounds --json", "--help", "rate -q 'mu -> e a'"):
        assert shell(f"darkfactory {verb} | true") == (0, "", "")  # gone before the first line
    assert shell("darkfactory cite >&-") == (0, "", "")
    code, _, err = shell("darkfactory list sear 2>&1 >&-")
    assert code == 2


def test_interrupted_is_130_and_quiet(tmp_path):
    """While kernels are compiled or events drawn: no message, no traceback, no crash at the end."""
    arguments = ["rate", "mu -> e e e nu nu", "--precision", "2e-6", "-q"]
    # a shell starts its background jobs, and with them these tests, without this signal
    begin = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = begin + "from darkfactory.cli import main; print(1, flush=True); main()"
    for wait in (0.05, 2.5):
        child = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert child.stdout.readline() == "1\n"
            time.sleep(wait)
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()
            child.communicate()
        assert (child.returncode, out, err) == (130, "", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rate", "mu -> e a", "--out", ""], "is no file"),
        (["rate", "mu -> e a", "--out", "folder/"], "is no file"),
        (["rate", "mu -> e a", "--out", "a.txt"], "allowed endings .json, .csv"),
        (["rate", "mu -> e a", "--out", "file/a.json"], "no folder that can be written"),
        (["figure", "portals", "--out", "folder"], "is no file"),
        (["figure", "portals", "--out", "folder/"], "is no file"),
        (["figure", "portals", "--out", ""], "is no file"),
        (["reach", "forward-positron", "--export-pyhf", "mycard.yaml"], "allowed endings .json"),
        (["events", "mu -> e a", "--out", "a.txt"], "allowed endings"),
        (["events", "mu -> e a", "--out", ""], "is no file"),
        (["cite", "meg2", "--out", "mycard.yaml"], "allowed endings .bib"),
        (["card", "new", "mine", "--from", "meg2", "--out", "mine.json"], "allowed endings .yaml"),
    ],
    ids=lambda a: " ".join(a) if isinstance(a, list) else "",
)
def test_where_to_write_is_checked_before_anything_is_computed(arguments, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    for place in ("verbs.rate.rate", "verbs.reach.reach", "verbs.events.events", "figures.figure"):
        monkeypatch.setattr(f"darkfactory.{place}", lambda *_, **__: pytest.fail("computed"))
    assert_answered(capsys, arguments, told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_write_that_fails_leaves_what_stood_there(capsys, tmp_path):
    file, figure = tmp_path / "r.json", tmp_path / "portals"
    assert call(capsys, "spectrum", "mu -> e nu nu", "--bins", "5", "--out", file)[0] == 0
    assert call(capsys, "figure", "portals", "--out", figure)[0] == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    code, _, err = shell(f"ulimit -f 8; darkfactory spectrum 'mu -> e nu nu' --bins 3000 --out {file}")
    assert code == 2
    assert "Traceback" not in err
    code, _, err = shell(f"ulimit -f 40; darkfactory figure portals --out {figure}")
    assert code == 2
    assert "unchanged" in err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_figure_that_cannot_be_drawn_writes_nothing(tmp_path, monkeypatch):
    from dataclasses import replace

    def broken(figure, data):
        raise RuntimeError("paint")

    recipe = replace(FIGURES["portals"], paint=broken)
    with pytest.raises(RuntimeError, match="paint"):
        recipe.make("portals").save(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_fonts_are_not_remarked_on(tmp_path):
    code, _, err = shell(f"darkfactory figure thermal-targets -q --out {tmp_path / 't'}")
    assert (code, err) == (0, "")


# progress


def test_a_sign_of_life_where_there_is_no_terminal(capsys, monkeypatch):
    from darkfactory.cli import waiting

    monkeypatch.setattr(waiting, "PATIENCE", 0.02)
    tell, told = waiting.tell, threading.Event()

    def telling(text):
        tell(text)
        told.set()

    def slow(*_, **__):
        """As slow as it takes until something is said."""
        assert told.wait(60)
        return compute("mu -> e a")

    monkeypatch.setattr(waiting, "tell", telling)

    from darkfactory.verbs import rate as rates

    compute = rates.rate
    monkeypatch.setattr(rates, "rate", slow)
    assert call(capsys, "rate", "mu -> e a")[2] == "integrating ...\n"
    assert call(capsys, "rate", "mu -> e a", "-q")[2] == ""
    lines = call(capsys, "rate", "mu -> e a", "-v")[2].splitlines()
    assert lines[0] == "integrating ..."
    assert re.fullmatch(r"integrating: \d+\.\d s", lines[-1])


class Ticks:
    """An event for which one thread waits, and whose waiting ends when the test says so."""

    def __init__(self):
        self.waiting, self.go, self.over = threading.Semaphore(0), threading.Semaphore(0), False

    def wait(self, seconds):
        self.waiting.release()
        self.go.acquire()
        return self.over

    def set(self):
        self.over = True
        self.go.release()

    def tick(self):
        self.go.release()
        self.waiting.acquire()


def test_each_stage_that_lasts_has_a_line(capsys):
    from darkfactory.cli import waiting

    package = logging.getLogger("darkfactory")
    told = waiting._Told("fitting")
    told.over = Ticks()
    with told, waiting._heard(waiting._Stages("fitting", told.show), logging.INFO):
        told.over.waiting.acquire()
        for stages in (["first"], ["first", "at once", "second"], ["first"], []):
            for stage in stages:
                package.info(stage)
                package.debug("a detail")
            told.over.tick()
    assert capsys.readouterr().err == "fitting: first ...\nfitting: second ...\n"
    assert (package.handlers, package.level) == ([], logging.NOTSET)


def test_what_takes_long_says_its_stages(capsys, monkeypatch, tmp_path):
    from darkfactory.cli import waiting

    said = []
    monkeypatch.setattr(waiting._Told, "show", lambda told, stage: said.append(stage))
    call(capsys, "events", "mu -> e a", "-n", "10", "--out", tmp_path / "some.lhe")
    call(capsys, "figure", "portals", "--format", "svg", "--out", tmp_path / "portals")
    (tmp_path / "one.yaml").write_text("{name: one, title: One, figures: {portals: {formats: [svg]}}}")
    call(capsys, "run", tmp_path / "one.yaml", "--out", tmp_path / "one")
    assert "generating: generating mu -> e a" in said
    assert "computing portals: numbers of the figure portals" in said
    assert "computing portals: drawing portals" in said
    assert "running one: drawing portals" in said


# names, help


def commands(group=cli, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


LEAVES = [(path, command) for path, command in commands() if not hasattr(command, "commands")]


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=lambda a: " ".join(a) if isinstance(a, tuple) else "")
def test_the_examples_of_every_help_are_commands(path, command):
    import shlex

    lines = [line.strip() for line in (command.epilog or "").splitlines() if line.startswith("  darkfactory")]
    assert lines
    for line in lines:
        words = shlex.split(re.split(" >+ [~a-z]", line)[0])[1:]
        assert tuple(words[: len(path)]) == path
        command.make_context(path[-1], words[len(path) :], resilient_parsing=True)


def test_completion_knows_the_names(monkeypatch, tmp_path):
    from click.shell_completion import ShellComplete

    def complete(*words, beginning=""):
        return {
            item.value for item in ShellComplete(cli, {}, "darkfactory", "X").get_completions(list(words), beginning)
        }

    assert complete("reach", beginning="fo") == {"forward-positron"}
    assert complete("reach", "ee-resonance", "--experiment", beginning="mu3e") == {"mu3e-phase1", "mu3e-phase2"}
    assert "detector.x_resolution=" in complete("reach", "forward-positron", "--set", beginning="detector.x")
    assert complete("reach", "forward-positron", "--set", beginning="search.foc") == {
        "search.focus=",
        "search.focus_mode=",
    }
    assert complete("figure", beginning="meg2-t") == {"meg2-topology"}
    assert complete("figure", "thermal-targets", "--set") == {"r=", "alpha_D="}
    assert complete("rate", beginning="tau -> mu a") == {"tau -> mu a"}
    assert complete("show", beginning="jodid") >= {"jodidio", "jodidio-1986"}
    assert complete("bounds", "recast", "e137", "--model", beginning="vec") == {"vector"}
    of_vectors = complete("bounds", "recast", "e137", "--model", "vector", "--set")
    assert {"model.g_V_u=", "model.g_nu_tau=", "model.g_A_e="} <= of_vectors
    assert "model.total_width=" not in of_vectors
    assert complete("bounds", "recast", "jodidio-1986", "--set", beginning="model.C_") == {"model.C_V=", "model.C_A="}
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "darkfactory/slices").mkdir(parents=True)
    (tmp_path / "darkfactory/slices/one.npz").touch()
    assert complete("cache", "clear", beginning="sl") == {"slices"}


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_completion_scripts(kind, capsys):
    code, out, _ = call(capsys, "completion", kind)
    assert code == 0
    assert "_DARKFACTORY_COMPLETE" in out
    assert ("compopt -o filenames" in out) == (kind == "bash")


def test_completion_through_the_program():
    environment = os.environ | {
        "_DARKFACTORY_COMPLETE": "bash_complete",
        "COMP_WORDS": "darkfactory fig",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "darkfactory"], env=environment, capture_output=True, text=True, check=False
    )
    assert "figure" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("kind", ["processes", "models", "experiments", "searches", "bounds", "targets", "figures"])
def test_every_listed_name_can_be_shown(kind, capsys):
    rows = as_json(capsys, "list", kind)[kind]
    code, out, _ = call(capsys, "list", kind)
    assert code == 0
    assert len(out.splitlines()) <= len(rows) + 6
    from darkfactory.cli.description import describe

    for row in rows:
        found = [part for part in describe(row["name"]) if part["kind"] == kind]
        assert [part["name"] for part in found] == [row["name"]]


def test_show_tells_numbers_and_settings(capsys):
    (card,) = as_json(capsys, "show", "meg2")["sections"]
    by_key = {row["key"]: row for row in card["rows"]}
    assert by_key["beam.stopping_rate"]["value"] == 3e7
    assert {"unit", "tag", "source"} <= set(by_key["beam.stopping_rate"])
    (search,) = as_json(capsys, "show", "ee-resonance")["sections"]
    angles = next(row for row in search["rows"] if row["setting"] == "search.angles")
    assert "2d" in angles["allowed"]
    assert angles["meaning"]
    (process,) = as_json(capsys, "show", "mu -> e a")["sections"]
    assert process["kind"] == "processes"
    assert_answered(capsys, ["show", "meg3"], "did you mean meg")


def test_a_card_of_ones_own_is_begun_and_checked(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = call(capsys, "card", "new", "my-detector", "--from", "megii-fwd")
    assert (code, err) == (0, "written: my-detector.yaml\n")
    code, out, _ = call(capsys, "card", "check", "my-detector.yaml")
    assert code == 0
    assert "good" in out
    assert as_json(capsys, "show", "my-detector.yaml")["sections"][0]["name"] == "my-detector"
    assert_answered(capsys, ["card", "new", "my-detector", "--from", "meg2"], "exists already")
    assert_answered(capsys, ["card", "new", "meg2", "--from", "megii-fwd"], "shipped card")
    assert_answered(capsys, ["card", "new", "a b", "--from", "megii-fwd"], "letters, digits")
    card = Path("my-detector.yaml")
    card.write_text(card.read_text().replace("polarization: {value: 0.99", "polarization: {value: 1.99"))
    assert_answered(capsys, ["card", "check", "my-detector.yaml"], "beam.polarization = 1.99")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["trigger", "mu3e-phase1"], "this card has no photon trigger; cards that have it: crystal-box, meg, meg2"),
        (
            ["reach", "ee-resonance", "--experiment", "meg2"],
            "lacks what ee-resonance needs; cards that have it: mu3e-phase1",
        ),
        (["reach", "forward-positron", "--set", "mass=3"], "did you mean model.mass"),
        (["rate", "mu -> e a", "--set", "mass=3"], "did you mean model.mass"),
        (["reach", "forward-positron", "--mass", "1:10:2.5"], "0.1:100:25:log"),
        (["reach", "forward-positron", "--mass", "0:10:3:log"], "mass = 0: allowed (0"),
        (["reach", "forward-positron", "--mass", "0:1:1000000000"], "allowed [1, 100000]"),
        (["reach", "forward-positron", "--mass", "1,x"], "a list"),
    ],
    ids=lambda a: " ".join(a) if isinstance(a, list) else "",
)
def test_mistakes_are_answered_with_what_fits(arguments, told, capsys):
    assert_answered(capsys, arguments, told)


def test_masses_as_a_list_and_on_a_log_grid(capsys):
    def masses(text):
        found = as_json(capsys, "reach", "forward-positron", "--method", "fisher", "--mass", text)
        return [point["mass"] for point in found["points"]]

    assert masses("0,10,35") == [0, 10, 35]
    assert masses("1:100:3:log") == pytest.approx([1, 10, 100])
