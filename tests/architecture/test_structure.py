"""The house rules: imports follow the order of the folders, files are short, names are documented, citations exist."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import darkfactory
from darkfactory.references import load_references
from darkfactory.version import ORDER

ROOT = Path(darkfactory.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
SHORT = [path for path in FILES if path.parent.name != "generated"]  # these are written by FORM

RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
# finer rules of the design: who must not know whom
FORBIDDEN = {
    "experiments": {"models", "amplitudes", "processes", "statistics", "bounds"},
    "statistics": {"constants", "units", "models", "amplitudes", "processes", "experiments", "bounds", "kinematics"},
    "bounds": {"experiments", "statistics"},
    "kinematics": {"references", "settings"},
}


def _place(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("darkfactory"):
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("darkfactory.")}
    return {name for name in found if name in RANK}


def _needed(path: Path) -> set[str]:
    """Files that must be there before this one: imports at its top, but those that only types ask for."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("darkfactory"):
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name for name in inside if _file(name) in FILES} or {node.module}
    return {name for name in found if _file(name) in FILES}


def _file(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")[1:]).with_suffix(".py")


def test_no_files_need_each_other():
    """There is no circle of imports, whichever file is read first."""
    left = {path: {_file(name) for name in _needed(path)} for path in FILES}
    while free := [path for path, needed in left.items() if not needed]:
        left = {path: needed - set(free) for path, needed in left.items() if path not in free}
    assert not left, sorted(str(path.relative_to(ROOT)) for path in left)


def test_every_place_has_a_rank():
    assert {_place(path) for path in FILES} - {"__init__"} <= set(RANK)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_order(path):
    place = _place(path)
    if place == "__init__":
        pytest.skip("the public names are loaded lazily from everywhere")
    for name in _imports(path) - {place, "__init__", "__version__"}:
        assert RANK[name] < RANK[place], f"{path.relative_to(ROOT)} imports {name}, which comes later"
        assert name not in FORBIDDEN.get(place, set()), f"{place} must not know {name}"


@pytest.mark.parametrize("path", SHORT, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_are_short(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = ast.get_docstring(node, clean=False) or ""
            length = node.end_lineno - node.lineno + 1 - len(docstring.splitlines())
            assert length <= 60, f"{path.name}: {node.name} has {length} lines"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_eval_no_bare_except_no_print(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec", "print"), f"{path.name}:{node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{path.name}:{node.lineno}: bare except"


def _modules():
    names = [m.name for m in pkgutil.walk_packages([str(ROOT)], "darkfactory.")]
    return [name for name in names if "._" not in name]


@pytest.mark.parametrize("name", _modules())
def test_public_names_exist_and_are_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__
    for public in getattr(module, "__all__", ()):
        thing = getattr(module, public)
        if inspect.isfunction(thing):
            assert thing.__doc__, f"{name}.{public}"
            long = len(inspect.signature(thing).parameters) > 2 and inspect.getmodule(thing).__name__ == name
            described = (
                "Parameters\n" in thing.__doc__ or "see :" in thing.__doc__.lower() or "inverse of" in thing.__doc__
            )
            if long and not public.startswith("paint"):
                assert described, f"{name}.{public} does not describe its parameters"
        elif inspect.isclass(thing):
            assert thing.__doc__, f"{name}.{public}"


def test_public_api_is_curated():
    assert len(darkfactory.__all__) <= 40
    for name in darkfactory.__all__:
        assert getattr(darkfactory, name) is not None
    assert dir(darkfactory) == sorted(darkfactory.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        darkfactory.no_such_name  # noqa: B018


def test_cited_keys_exist():
    known = load_references()
    for path in FILES:
        for key in re.findall(r":cite:`([^`]+)`", path.read_text()):
            assert key in known, f"{path.name} cites {key}"


def test_every_name_in_lists_has_existing_references():
    from darkfactory.bounds import load_bounds, load_coupling_bounds
    from darkfactory.catalogue import citations, entries

    # records outside the bibliography hold their citation
    in_words = {record.reference for record in (*load_bounds().values(), *load_coupling_bounds().values())}
    for kind in ("processes", "models", "experiments", "searches", "bounds", "targets"):
        for row in entries(kind):
            for key in citations(row["name"]):
                assert key in load_references() or key in in_words, f"{kind} {row['name']} cites {key}"


@pytest.mark.parametrize(
    "module", ["darkfactory", "darkfactory.cli.app", "darkfactory.verbs.reach", "darkfactory.bounds"]
)
def test_import_does_not_load_jax_or_matplotlib(module):
    code = f"import sys, {module}; sys.exit(any(m in sys.modules for m in ('jax', 'matplotlib')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_import_of_the_package_is_light():
    code = "import sys, darkfactory; sys.exit('numpy' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_repository_has_no_machine_paths():
    for path in [*FILES, *ROOT.rglob("*.yaml"), *ROOT.rglob("*.bib")]:
        text = path.read_text()
        assert "/home/" not in text, path
        assert "/root/" not in text, path


def test_experiments_name_no_search_and_no_process():
    """A detector does not know the physics: what a search needs of a card is said by the search."""
    from darkfactory.processes import PROCESSES
    from darkfactory.searches.registry import SEARCHES

    names = {*PROCESSES, *SEARCHES, *(name.replace("-", "_") for name in SEARCHES)}
    for path in sorted((ROOT / "experiments").rglob("*.py")):
        text = path.read_text()
        assert not {name for name in names if name in text}, path.relative_to(ROOT)
