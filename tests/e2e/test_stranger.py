"""A stranger adds files, one for each thing, and touches no other: the worked example of CONTRIBUTING, executed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import darkfactory
from oracles.neutrino_dipole import recoil_density

ROOT = Path(__file__).parents[2]
PACKAGE = Path(darkfactory.__file__).parent
EXAMPLE = ROOT / "examples" / "neutrino_electron"
SHIPPED = "processes/neutrino_electron.py"
"""A process of the package: it is left out and put back, to show that a process is one file."""
FILES = sorted(str(path.relative_to(EXAMPLE)) for path in EXAMPLE.rglob("*") if path.suffix in (".py", ".yaml"))
NEW = (
    "neutrino-dipole",
    "nu e -> N e",
    "nu e -> nu e",
    "neutrino-source",
    "recoil",
    "neutrino-block",
    "electron-recoil",
)
"""Names of what the files declare."""
ONLY = f"""
NEW = {NEW!r}


def pytest_collection_modifyitems(items):
    asked = [(item, getattr(item, "callspec", None)) for item in items]
    items[:] = [item for item, spec in asked if spec and any(value in NEW for value in spec.params.values())]
"""


def run(folder: Path, *words: str) -> str:
    """What a command prints with the package in a folder."""
    paths = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, env=paths, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


MANY = """
import json, sys
from darkfactory.cli.app import main

for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except SystemExit as stopped:
        assert not stopped.code, words
    print("=====")
"""


def darkfactory_says(folder: Path, *commands: tuple[str, ...]) -> list[dict]:
    """JSON of some commands, which one process runs in order."""
    told = run(folder, "-c", MANY, json.dumps([[*words, "--json"] for words in commands]))
    return [json.loads(text) for text in told.split("=====\n")[:-1]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The package with the files of a stranger; before that, without them and one process less, it must work too."""
    path = tmp_path_factory.mktemp("stranger")
    one_less = shutil.ignore_patterns("__pycache__", Path(SHIPPED).name)
    shutil.copytree(PACKAGE / "processes", path / "darkfactory" / "processes", ignore=one_less)
    rest = shutil.ignore_patterns("__pycache__", "processes")
    shutil.copytree(PACKAGE, path / "darkfactory", ignore=rest, dirs_exist_ok=True)
    before = [
        row["name"] for row in json.loads(run(path, "-m", "darkfactory", "list", "processes", "--json"))["processes"]
    ]
    assert "mu -> e a" in before
    assert not set(NEW) & set(before)
    shutil.copy(PACKAGE / SHIPPED, path / "darkfactory" / SHIPPED)
    for file in FILES:
        assert not (path / "darkfactory" / file).exists()
        shutil.copy(EXAMPLE / file, path / "darkfactory" / file)
    return path


def test_no_other_file_names_the_process():
    """... but figures, which draw what they name, and comparisons with the literature."""
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name in ("figures", "topics"):
            continue
        text = path.read_text(encoding="utf-8")
        if str(path.relative_to(PACKAGE)) != SHIPPED:
            assert "processes.neutrino_electron" not in text, path
            assert "nu e -> nu e" not in text, path


def test_contributing_names_every_file():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\(examples/neutrino_electron/(\S+\.(?:py|yaml))\)", text)) == FILES


def test_what_is_added_is_listed_and_works(folder):
    kinds = {"models": NEW[0], "processes": NEW[1], "experiments": NEW[5], "searches": NEW[6]}
    cut = ("--cut", "T_e > 10")
    *lists, spectrum, rate = darkfactory_says(
        folder,
        *(("list", kind) for kind in kinds),
        ("spectrum", "nu e -> nu e", "--bins", "4", *cut),
        ("rate", "nu e -> nu e", *cut),
    )
    for (kind, name), found in zip(kinds.items(), lists, strict=True):
        assert name in [row["name"] for row in found[kind]]
    assert sum(row["value"] for row in spectrum["bins"]) == pytest.approx(rate["value"], rel=1e-9)
    assert "good" in run(
        folder, "-m", "darkfactory", "card", "check", "darkfactory/experiments/cards/neutrino-block.yaml"
    )
    run(folder, "-m", "darkfactory", "events", "nu e -> nu e", "-n", "50", "--out", "events.lhe")
    assert (folder / "events.lhe").read_text().count("<event>") == 50


def test_a_reach_is_that_of_its_events(folder):
    """With three events of signal and none of background: moment, rate and exposure agree."""
    masses = ("--mass", "0:120:5", "--cl", "0.95", "--set", "beam.protons_on_target=1e15")
    (found,) = darkfactory_says(folder, ("reach", "electron-recoil", *masses))
    rates = []
    for row in found["points"][:4]:
        settings = {"beam.energy_gev": 10, "detector.recoil_threshold": 10, "model.mass": row["mass"]}
        settings["model.mu_nu"] = row["expected"]["mu_nu"]
        words = [word for key, value in settings.items() for word in ("--set", f"{key}={value!r}")]
        rates.append(("rate", "nu e -> N e", *words))
    for rate in darkfactory_says(folder, *rates):
        assert rate["value"] * 3.4e25 * 0.5 * 1e15 * 1e-4 == pytest.approx(2.9957, rel=1e-3)
    assert found["points"][4]["status"] == "closed"


def test_the_laws_hold(folder):
    (folder / "only_new.py").write_text(ONLY)
    names = ("every_setting_matters", "experiments", "models", "processes", "recorded", "searches")
    laws = [str(ROOT / "tests" / "laws" / f"test_{name}.py") for name in names]
    words = ("-q", "-n", "0", "-p", "only_new", "-p", "no:cacheprovider", "--rootdir", str(ROOT), "-c")
    told = run(folder, "-m", "pytest", *words, str(ROOT / "pyproject.toml"), *laws)
    assert int(re.findall(r"(\d+) passed", told)[0]) > 60


def test_the_cross_section_is_that_of_traces(folder):
    code = (
        "import json; from darkfactory.processes.neutrino_dipole import cross_section as s\n"
        "print(json.dumps([(s(E, M, T * 0.9999) - s(E, M, T * 1.0001)) / (2e-4 * T)"
        " for E, M, T in ((100, 0, 3), (100, 5, 3), (100, 3, 20), (1000, 15, 100))]))"
    )
    found = json.loads(run(folder, "-c", code))
    wanted = [recoil_density(*point) for point in ((100, 0, 3), (100, 5, 3), (100, 3, 20), (1000, 15, 100))]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
