"""Write the Python of src/darkfactory/amplitudes/generated from the FORM source of the lepton line.

``make amplitudes`` runs it; ``make amplitudes-check`` runs it with ``--check``, which writes nothing and fails if a
file would change. FORM (Debian package ``form``, version 4.3) is needed here only.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "src" / "darkfactory" / "amplitudes"
SOURCE = FOLDER / "form" / "lepton_line.frm"
TARGET = FOLDER / "generated"
STOKES = ("S0", "ck", "cr", "ct", "c1", "c2", "c3", "cq")
HASH_LINE = "# source lepton_line.frm sha256 "
CODE_LINE = "# code sha256 "

MEANING = {
    "m": "Mass of the final leptons",
    "D": "1/((k+q)^2 - 1), propagator of the decaying lepton",
    "E": "Propagator of the final lepton, 1/((P-q)^2 - m^2)",
    "D1": "1/((k1+q)^2 - 1)",
    "D2": "1/((k2+q)^2 - 1)",
    "K1": "1/(k2+k3)^2",
    "K2": "1/(k1+k3)^2",
    "q2": "Mass squared of the heavy system",
    "r2": "Mass squared of the emitted boson",
    "kr": "k.r, final lepton and emission",
    "kq": "k.q, final lepton and heavy system",
    "rq": "r.q, emission and heavy system",
} | {name: f"{name[:2]}.{name[2:]}" for name in ("k1k2", "k1k3", "k2k3", "k1q", "k2q", "k3q")}


@dataclass(frozen=True)
class Function:
    """One squared amplitude: its options for FORM and its name in Python."""

    name: str
    heavy: str
    emit: str
    spin: int
    part: str = "square"
    summary: str = ""


def _pair(heavy: str) -> list[Function]:
    direct = "|amplitude(k1; k2, k3)|^2, no exchange"
    cross = "Product of amplitude(k1; k2, k3) with amplitude(k2; k1, k3), real part"
    return [
        Function("direct", heavy, "pair", 0, "direct", f"{direct}: spin average."),
        Function("direct_polarised", heavy, "pair", 1, "direct", f"{direct}: with the spin of the decaying lepton."),
        Function("interference", heavy, "pair", 0, "interference", f"{cross}: spin average."),
        Function("interference_polarised", heavy, "pair", 1, "interference", f"{cross}: with the spin."),
    ]


MODULES: dict[str, tuple[str, list[Function]]] = {
    "michel": ("l -> l' nu nu", [Function("polarised", "nu", "none", 1, summary="With the spin.")]),
    "alp": ("l -> l' a through an LFV ALP", [Function("polarised", "alp", "none", 1, summary="With the spin.")]),
    "radiative_michel": (
        "l -> l' nu nu gamma",
        [
            Function("unpolarised", "nu", "photon", 0, summary="Spin average."),
            Function("polarised", "nu", "photon", 1, summary="With the spin of the decaying lepton."),
        ],
    ),
    "vector_boson": (
        "l -> l' nu nu X, X a vector; polarisation sum -g only",
        [
            Function("unpolarised", "nu", "vector", 0, summary="Spin average."),
            Function("polarised", "nu", "vector", 1, summary="With the spin of the decaying lepton."),
        ],
    ),
    "scalar_boson": (
        "l -> l' nu nu X, X of spin 0, with contact amplitude",
        [
            Function("unpolarised", "nu", "spin0", 0, summary="Spin average."),
            Function("polarised", "nu", "spin0", 1, summary="With the spin of the decaying lepton."),
        ],
    ),
    "three_leptons_nu": ("l -> l' l' l'bar nu nu through a photon", _pair("nu")),
    "three_leptons_alp": ("l -> l' l' l'bar a through a photon and an LFV ALP", _pair("alp")),
}


def source_hash() -> str:
    """SHA-256 of the FORM source."""
    return hashlib.sha256(SOURCE.read_bytes()).hexdigest()


def run_form(function: Function) -> str:
    """Raw output of FORM for one squared amplitude."""
    program = shutil.which("form")
    if program is None:
        raise SystemExit("form is not installed; on Debian: apt-get install form")
    options = {"HEAVY": function.heavy, "EMIT": function.emit, "SPIN": function.spin, "PART": function.part}
    defines = [word for key, value in options.items() for word in ("-d", f"{key}={value}")]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([program, "-q", *defines, str(SOURCE)], cwd=folder, capture_output=True, text=True)
        output = Path(folder) / "pieces.txt"
        if done.returncode or not output.exists():
            raise SystemExit(f"FORM failed for {function}:\n{done.stdout}\n{done.stderr}")
        return output.read_text()


def _power(match: re.Match[str]) -> str:
    return "*".join([match[1]] * int(match[2]))


def _expression(text: str) -> str:
    """FORM expression as formatted Python."""
    text = re.sub(r"\s+", "", text)
    text = re.sub(r"\bZ(\d+)_", r"z\1", text)
    text = re.sub(r"(\w+)\^(\d+)", _power, text)
    text = re.sub(r"(?<![\w.])(\d+)/(\d+)", lambda m: repr(int(m[1]) / int(m[2])), text)
    text = re.sub(r"(?<=[\w)])([*+-])", r" \1 ", text)
    return text.removeprefix("+")


def _monomial(text: str) -> tuple[str, str]:
    """Couplings and Stokes component of a bracket such as ``CV*CA*c1``."""
    couplings, component = [], "S0"
    for factor in filter(None, re.sub(r"\s+", "", text).split("*")):
        name, _, power = factor.partition("^")
        if name in STOKES:
            component = name
        else:
            couplings += [name] * int(power or 1)
    return " ".join(couplings), component


def _brackets(text: str) -> Iterator[tuple[str, str, str]]:
    text = re.sub(r"\s+", " ", text).strip().rstrip(";")
    found = re.findall(r"\+ ([\w^*]+) \* \(([^()]*)\)", text)
    for monomial, value in found or [("S0", text)]:
        yield *_monomial(monomial), _expression(value)


def _signature(name: str, arguments: list[str]) -> str:
    """Head of a function, broken over lines as ruff format does it."""
    arguments = ["*", *arguments]
    one = f"def {name}({', '.join(arguments)}) -> Pieces:"
    if len(one) <= 120:
        return one
    three = f"    {', '.join(arguments)}"
    inside = three if len(three) <= 120 else "\n".join(f"    {argument}," for argument in arguments)
    return f"def {name}(\n{inside}\n) -> Pieces:"


def python_function(function: Function) -> str:
    """Source text of one function."""
    code, _, brackets = run_form(function).partition("BRACKETS =")
    lines = []
    for statement in filter(str.strip, code.split(";")):
        left, _, right = statement.partition("=")
        lines.append(f"    {_expression(left)} = {_expression(right)}")
    pieces: dict[str, dict[str, str]] = {}
    for couplings, component, value in _brackets(brackets):
        pieces.setdefault(couplings, {})[component] = value
    body = "\n".join(lines)
    used = [name for name in MEANING if re.search(rf"\b{name}\b", body + str(pieces))]
    described = "\n".join(f"    {name} : array_like\n        {MEANING[name]}." for name in used)
    result = ["    return {"]
    for couplings in sorted(pieces):
        row = pieces[couplings]
        inside = ", ".join(f'"{name}": {row[name]}' for name in STOKES if name in row)
        result.append(f'        "{couplings}": {{{inside}}},')
    result.append("    }")
    return f'''{_signature(function.name, [f"{name}: Any" for name in used])}
    """{function.summary}

    Parameters
    ----------
{described}

    Returns
    -------
    dict
        For each monomial of couplings, the Stokes components as named in the FORM source.
    """
{body}
''' + "\n".join(result)


def module_text(name: str) -> str:
    """Text of one generated module."""
    title, functions = MODULES[name]
    public = ", ".join(f'"{function.name}"' for function in sorted(functions, key=lambda f: f.name))
    bodies = "\n\n\n".join(python_function(function) for function in functions)
    code = f"""
from __future__ import annotations

from typing import Any

__all__ = [{public}]

Pieces = dict[str, dict[str, Any]]


{bodies}
"""
    return f'''"""Squared amplitude of {title}.

In units of the mass of l. Written by FORM, not to be edited: ``make amplitudes`` regenerates it from
``amplitudes/form/lepton_line.frm``, where the notation stands.
"""
{HASH_LINE}{source_hash()}
{CODE_LINE}{hashlib.sha256(code.encode()).hexdigest()}
{code}'''


def main() -> int:
    """Write or check the generated modules; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    check = parser.parse_args().check
    changed = []
    TARGET.mkdir(exist_ok=True)
    for name in MODULES:
        path, text = TARGET / f"{name}.py", module_text(name)
        if not path.exists() or path.read_text() != text:
            changed.append(path.name)
            if not check:
                path.write_text(text)
    sys.stdout.write(f"{len(MODULES)} modules, {'stale' if check else 'written'}: {', '.join(changed) or 'none'}\n")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
