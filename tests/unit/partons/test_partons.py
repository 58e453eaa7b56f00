"""Parton densities: files of grids, where they are looked for, and the fit."""

import math
import sys
import types

import numpy as np
import pytest

from darkfactory.errors import DarkfactoryWarning, InvalidInput
from darkfactory.partons import QUARKS, find, find_densities
from darkfactory.partons.fallback import FittedDensities

X = np.array([1e-4, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1.0])  # the first node stands twice
LOW, HIGH = np.array([1.5, 2.0, 4.0, 8.0]), np.array([8.0, 20.0, 60.0, 200.0])
PARTONS = (-4, -3, -2, -1, 1, 2, 3, 4, 21)


def value(parton, x, q):
    """A cubic in ln x and ln Q, which a bicubic spline reproduces, and a step between the blocks."""
    log_x, log_q = np.log(x), np.log(q)
    return (parton + 10) * (3 + log_x + 0.1 * log_x**2 + 0.01 * log_x**3 * log_q + log_q**3) + 5.0 * (q > 8)


def block(q_nodes, above):
    lines = [" ".join(f"{x:.6e}" for x in X), " ".join(f"{q:.6e}" for q in q_nodes), " ".join(map(str, PARTONS))]
    for x in X:
        for q in q_nodes:
            # no space before a number, and one after it, as in files in use
            lines.append("".join(f"{value(p, x, q * (1 + 1e-9 * above)):.14e}" for p in PARTONS) + " ")
    return lines


@pytest.fixture
def lines():
    return ["PdfType: central", "Format: lhagrid1", "---", *block(LOW, -1), "---", *block(HIGH, 1), "---"]


def written(folder, lines, name="set_0000.dat"):
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def test_splines_of_two_blocks(tmp_path, lines):
    densities = find_densities(str(written(tmp_path, lines)))
    rng = np.random.default_rng(1)
    x, q = np.exp(rng.uniform(math.log(1e-4), 0, 300)), np.exp(rng.uniform(math.log(1.5), math.log(200.0), 300))
    found = densities.xf(x, q**2)
    for parton in PARTONS:
        np.testing.assert_allclose(found[parton], value(parton, x, q), rtol=1e-6, atol=1e-6)
    assert densities.lowest_q2_gev2 == pytest.approx(2.25)
    assert (densities.name, densities.notes) == ("set_0000", ())


def test_beyond_the_grid(tmp_path, lines):
    densities = find_densities(str(written(tmp_path, lines)))
    assert densities.xf(0.3, 0.0)[2] == pytest.approx(value(2, 0.3, 1.5))
    assert densities.xf(0.3, 1e9)[2] == pytest.approx(value(2, 0.3, 200.0))
    assert densities.xf(1e-9, 100.0)[2] == pytest.approx(value(2, 1e-4, 10.0), rel=1e-6)
    for parton, values in densities.xf([1.0, 1.5], 100.0).items():
        assert values.tolist() == [0.0, 0.0], parton
    assert densities.xf(0.3, 10.0)[5] == 0.0  # not in the file
    assert set(densities.xf(0.3, 10.0)) == {*QUARKS, 21}


def test_what_is_kept_of_a_file_changes_with_it(tmp_path, lines):
    path = written(tmp_path, lines)
    first = find_densities(str(path))
    assert find_densities(str(path)) is first
    lines[20] = lines[21]
    written(tmp_path, lines)
    second = find_densities(str(path))
    assert second.identity != first.identity


def broken(lines, number, text):
    return [*lines[: number - 1], text, *lines[number:]]


@pytest.mark.parametrize(
    ("number", "change", "message"),
    [
        (12, lambda line: line.replace("e", "x", 1), "could not convert"),
        (
            12,
            lambda line: line[: len(line) // 2].rpartition("e")[0].rpartition("e")[0] + "e+00",
            "numbers, there must be 9",
        ),
        (12, lambda line: "nan " * 9, "not a finite number"),
        (4, lambda line: "1 2 3", "x must be positive and rise"),
        (4, lambda line: line.replace("1.000000e-03", "1.000000e-05"), "x must be positive and rise"),
        (4, lambda line: line + " 2.0", "x = 2, must be at most 1"),
        (5, lambda line: "0.0 1.0 2.0 3.0", "Q must be positive and rise"),
        (6, lambda line: "-3 -2 -1 1 2 3 4 21 22", "no parton -4"),
        (2, lambda line: "Format", "the header must have lines 'Key: value'"),
    ],
)
def test_a_corrupt_file_says_the_line(tmp_path, lines, number, change, message):
    path = written(tmp_path, broken(lines, number, change(lines[number - 1])))
    with pytest.raises(InvalidInput, match=rf"set_0000\.dat, line \d+: .*({message}).*download it again") as error:
        find_densities(str(path)).xf(0.1, 10.0)
    assert f"line {number}:" in str(error.value)


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        (lambda lines: lines[:-1], "line 66: the file ends within a block"),
        (lambda lines: lines[:20] + lines[21:], "line 34: 27 lines of values, there must be 7 x 4"),
        (lambda lines: ["no", "grid"], "line 1: no line '---'"),
        (lambda lines: [*lines[:4], "---"], "line 5: a block of fewer than four lines"),
        (lambda lines: [*lines[:36], " ".join(f"{q + 1:.6e}" for q in HIGH), *lines[37:]], "line 37: Q does not begin"),
    ],
)
def test_a_cut_file_says_the_line(tmp_path, lines, cut, message):
    with pytest.raises(InvalidInput, match=message):
        find_densities(str(written(tmp_path, cut(lines)))).xf(0.1, 10.0)


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(InvalidInput, match=r"pdf = .*nothing\.dat: No such file.*give a file"):
        find_densities(str(tmp_path / "nothing.dat"))
    with pytest.raises(InvalidInput, match=r"pdf = CT18: neither a \.dat file nor a set .* allowed auto, fit"):
        find_densities("CT18")


def test_sets_of_lhapdf(tmp_path, lines, monkeypatch):
    (tmp_path / "own").mkdir()
    written(tmp_path / "own", lines, "own_0000.dat")
    monkeypatch.setitem(sys.modules, "lhapdf", types.SimpleNamespace(paths=lambda: ["nowhere", str(tmp_path)]))
    assert find_densities("own").name == "own_0000"


def test_the_order_of_auto(tmp_path, lines, monkeypatch):
    grid = written(tmp_path, lines, f"{find.DEFAULT}_0000.dat")
    monkeypatch.setattr(find, "_of_pythia", tuple)
    monkeypatch.setattr(find, "_of_lhapdf", lambda name: iter([grid]))
    assert find_densities().name == f"{find.DEFAULT}_0000"
    monkeypatch.setattr(find, "_of_lhapdf", lambda name: iter(()))
    with pytest.warns(DarkfactoryWarning, match=r"no grid of CT14qed_proton is installed \(pip install"):
        found = find_densities()
    assert isinstance(found, FittedDensities)
    assert "analytic fit" in found.notes[0]


def test_without_pythia(monkeypatch):
    monkeypatch.setattr(find, "PYTHIA", "no-such-package")
    assert find._of_pythia.__wrapped__() == ()


def test_the_fit_is_frozen_and_positive():
    fit = find_densities("fit")
    assert fit.xf(0.1, 0.1)[2] == fit.xf(0.1, fit.lowest_q2_gev2)[2] == fit.xf(0.1, 2.72)[2]
    assert fit.xf(0.1, 1e6)[2] == fit.xf(0.1, 1e4)[2]
    x = np.geomspace(1e-7, 2.0, 300)
    for parton, values in fit.xf(x, 30.0).items():
        assert np.all(values >= 0)
        assert np.all(values[x >= 1] == 0), parton
