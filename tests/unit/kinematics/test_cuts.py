"""Cuts: the grammar, what it refuses and how it says so, and the bounds that it finds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkfactory.errors import InvalidInput, UnknownName
from darkfactory.kinematics.cuts import parse_cut

KNOWN = {"E_gamma": 1, "E_e": 1, "p_T": 3, "m_ee": 2, "m_miss2": 1}
VALUES = {
    "E_gamma": np.array([5.0, 15.0, 25.0]),
    "E_e": np.array([50.0, 40.0, 46.0]),
    "p_T": np.array([[11.0, 12.0, 13.0], [9.0, 30.0, 30.0], [20.0, 20.0, 11.0]]),
    "m_ee": np.array([[1.0, 2.0], [30.0, 4.0], [5.0, 6.0]]),
    "m_miss2": np.array([-1.0, 0.0, 4.0]),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E_gamma > 10", [0, 1, 1]),
        ("E_gamma > 10 and E_e > 45", [0, 0, 1]),
        ("E_gamma > 10 or E_e > 45", [1, 1, 1]),
        ("not E_gamma > 10", [1, 0, 0]),
        ("10 < E_gamma <= 15", [0, 1, 0]),
        ("min(p_T) > 10", [1, 0, 1]),
        ("max(p_T) > 25", [0, 1, 0]),
        ("sum(p_T) > 50", [0, 1, 1]),
        ("min(p_T, E_gamma) > 10", [0, 0, 1]),
        ("abs(m_miss2) < 2", [1, 1, 0]),
        ("(E_gamma + E_e) / 2 > 30", [0, 0, 1]),
        ("E_gamma**2 == 225", [0, 1, 0]),
        ("-E_gamma < -10", [0, 1, 1]),
        ("max(m_ee) > 2*pi", [0, 1, 0]),
        ("max(m_ee - m_miss2) > 5", [0, 1, 0]),
        ("sqrt(E_gamma) >= 5", [0, 0, 1]),
    ],
)
def test_what_passes(text, expected):
    assert np.asarray(parse_cut(text, KNOWN).passes(VALUES)).astype(int).tolist() == expected


def test_no_cut_lets_everything_pass():
    for text in (None, "", "  "):
        cut = parse_cut(text, KNOWN)
        assert cut.passes({}) is True
        assert cut.bounds == {}
        assert cut.exact


@pytest.mark.parametrize(
    ("text", "message", "kind"),
    [
        ("E_gama > 10", r"column 1: unknown observable 'E_gama'.*did you mean E_gamma", UnknownName),
        ("E_e > 1 and e_gamma > 1", r"column 13: unknown observable.*E_gamma", UnknownName),
        ("p_T > 10", r"column 1: p_T has 3 values per event; use min\(p_T\) or max\(p_T\)", InvalidInput),
        ("min(p_T + m_ee) > 1", "different numbers of values", InvalidInput),
        ("E_e", "gives a number, must be a condition", InvalidInput),
        ("E_e > ", "column", InvalidInput),
        ("E_e > 1 and 3", "a number stands where a condition must be", InvalidInput),
        ("E_e + (E_gamma > 1) > 0", "a condition stands where a number must be", InvalidInput),
        ("__import__('os').system('true') > 0", "unknown function", UnknownName),
        ("E_e.real > 1", "not part of the language", InvalidInput),
        ("E_e > [1][0]", "not part of the language", InvalidInput),
        ("(lambda: 1)() > 0", "unknown function", UnknownName),
        ("E_e > 'a'", "not part of the language", InvalidInput),
        ("True", "True and False", InvalidInput),
        ("E_e > 1j", "not part of the language", InvalidInput),
        ("E_e in (1, 2)", "not part of the language|comparisons are", InvalidInput),
        ("minn(p_T) > 1", r"functions: min, max, sum, abs, sqrt; did you mean min", UnknownName),
        ("min() > 1", "takes one or several numbers", InvalidInput),
        ("E_e > 1 if E_e else 2", "not part of the language", InvalidInput),
        ("(E_e := 3) > 1", "not part of the language", InvalidInput),
        ("E_e > 1\nand E_gamma > 1", "column", InvalidInput),
        ("(" * 60 + "E_e" + ")" * 60 + " > " + "-" * 60 + "1", "deeper", InvalidInput),
        ("E_e > 1 and " * 300 + "E_e > 1", "characters", InvalidInput),
    ],
)
def test_refusals_say_what_and_where(text, message, kind):
    with pytest.raises(kind, match=message):
        parse_cut(text, KNOWN)


@pytest.mark.parametrize(
    ("text", "bounds", "exact"),
    [
        ("E_gamma > 10", {"E_gamma": (10, math.inf)}, True),
        ("10 < E_gamma", {"E_gamma": (10, math.inf)}, True),
        ("2*E_gamma - 5 > 15 and E_gamma < 30", {"E_gamma": (10, 30)}, True),
        ("-E_gamma/2 > -10", {"E_gamma": (-math.inf, 20)}, True),
        ("E_gamma > 10 and min(p_T) > 5", {"E_gamma": (10, math.inf), "p_T": (5, math.inf)}, True),
        ("max(p_T) > 5", {}, False),
        ("E_gamma > 10 and E_gamma*E_e > 400", {"E_gamma": (10, math.inf)}, False),
        ("E_gamma > 10 or E_gamma > 20", {"E_gamma": (10, math.inf)}, False),
        ("E_gamma > 10 or E_e > 20", {}, False),
        ("not E_gamma > 10", {}, False),
        ("E_gamma == 10", {}, False),
    ],
)
def test_bounds(text, bounds, exact):
    cut = parse_cut(text, KNOWN)
    assert cut.bounds == bounds
    assert cut.exact is exact


def test_impossible_cut_is_empty():
    assert parse_cut("E_e > 10 and E_e < 5", KNOWN).empty
    assert not parse_cut("E_e > 10 and E_e < 15", KNOWN).empty


@given(
    a=st.floats(-5, 5).filter(lambda a: abs(a) > 1e-3),
    b=st.floats(-50, 50),
    sign=st.sampled_from(["<", "<=", ">", ">="]),
    c=st.floats(-50, 50),
    value=st.floats(-1e3, 1e3),
)
def test_linear_bounds_agree_with_evaluation(a, b, sign, c, value):
    cut = parse_cut(f"({a!r})*E_e + ({b!r}) {sign} ({c!r})", KNOWN)
    low, high = cut.bounds["E_e"]
    if min(abs(value - low), abs(value - high)) > 1e-6 * (1 + abs(value)):
        assert bool(cut.passes({"E_e": np.float64(value)})) == (low < value < high)


def test_cuts_run_compiled():
    from darkfactory.backend import jax

    cut = parse_cut("E_gamma > 10 and min(p_T) > 10 and not max(m_ee) < 1", KNOWN)
    compiled = jax().jit(cut.passes)({name: jax().numpy.asarray(value) for name, value in VALUES.items()})
    assert np.asarray(compiled).tolist() == np.asarray(cut.passes(VALUES)).tolist()
