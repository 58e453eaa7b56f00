"""The generated closed forms belong to the FORM source that stands beside them."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import darkfactory.amplitudes

FOLDER = Path(darkfactory.amplitudes.__file__).parent
SOURCE = FOLDER / "form" / "lepton_line.frm"
GENERATED = sorted(path for path in (FOLDER / "generated").glob("*.py") if path.name != "__init__.py")
GENERATOR = Path(__file__).resolve().parents[3] / "tools" / "generate_amplitudes.py"


def test_there_are_generated_files():
    assert {path.stem for path in GENERATED} >= {"radiative_michel", "three_leptons_nu", "three_leptons_alp"}


@pytest.mark.parametrize("path", GENERATED, ids=lambda p: p.stem)
def test_generated_file_is_of_this_source(path):
    expected = hashlib.sha256(SOURCE.read_bytes()).hexdigest()
    assert f"# source lepton_line.frm sha256 {expected}\n" in path.read_text(), "stale: run make amplitudes"


@pytest.mark.parametrize("path", GENERATED, ids=lambda p: p.stem)
def test_generated_file_was_not_edited(path):
    head, _, code = path.read_text().partition("# code sha256 ")
    recorded, _, body = code.partition("\n")
    assert recorded == hashlib.sha256(body.encode()).hexdigest(), "edited by hand: run make amplitudes"
    assert head


@pytest.mark.skipif(shutil.which("form") is None, reason="FORM is not installed (Debian package form)")
def test_one_file_regenerates_unchanged():
    """One file of the set, in a second; `make amplitudes-check` does them all."""
    spec = importlib.util.spec_from_file_location("generate_amplitudes", GENERATOR)
    generator = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = generator
    spec.loader.exec_module(generator)
    version = subprocess.run(["form", "-v"], capture_output=True, text=True, check=False).stdout
    if "FORM 4.3" not in version:
        pytest.skip(f"other versions of FORM order terms differently: {version.split()[:2]}")
    for name in ("michel", "radiative_michel"):
        assert generator.module_text(name) == (FOLDER / "generated" / f"{name}.py").read_text()
