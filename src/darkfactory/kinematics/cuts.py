"""Cuts written as expressions of named observables, e.g. ``"E_gamma > 10 and E_e > 45"``; never run as Python.

The grammar: numbers, observables, ``pi``, + - * / **, comparisons and their chains, ``and``, ``or``, ``not``,
parentheses, ``abs(...)``, ``sqrt(...)``, and ``min``, ``max``, ``sum`` over the tracks of one or several observables.
The text is parsed into a small tree of these and nothing else; the tree is evaluated on arrays of any kind.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from darkfactory.backend import namespace
from darkfactory.errors import DarkfactoryError, InvalidInput, UnknownName, did_you_mean
from darkfactory.kinematics.intervals import Interval, Node, bounds_of

__all__ = ["Cut", "parse_cut"]

_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_REDUCE = ("min", "max", "sum")
_MAP = ("abs", "sqrt")
_LONGEST, _DEEPEST = 2000, 40


@dataclass(frozen=True)
class Cut:
    """A parsed cut.

    Attributes
    ----------
    text : str
        As it was written.
    tree : Node or None
        What it says; None for no cut.
    names : tuple of str
        Observables that it needs, each once.
    bounds : dict
        Range of each observable outside of which the cut certainly fails: where generation may start.
    exact : bool
        Whether ``bounds`` say all that the cut says.
    """

    text: str
    tree: Node | None = None
    names: tuple[str, ...] = ()
    bounds: Mapping[str, Interval] = field(default_factory=dict, compare=False)
    exact: bool = True

    @property
    def empty(self) -> bool:
        """Whether nothing can pass."""
        return any(not low < high for low, high in self.bounds.values())

    def passes(self, values: Mapping[str, Any]) -> Any:
        """Boolean array: which events pass, from the values of the observables in ``names``.

        Examples
        --------
        >>> import numpy as np
        >>> parse_cut("10 < E_e <= 20", {"E_e": 1}).passes({"E_e": np.array([5.0, 15.0])}).tolist()
        [False, True]
        """
        return True if self.tree is None else _evaluate(self.tree, values)


def parse_cut(text: str | None, known: Mapping[str, int]) -> Cut:
    """Cut from its text.

    Parameters
    ----------
    text : str or None
        Expression; empty or None for no cut.
    known : mapping
        How many values each allowed observable has per event (1, or the number of tracks).

    Returns
    -------
    Cut
        Ready to be evaluated.

    Raises
    ------
    UnknownName
        For an unknown observable or function, with its position and near names.
    InvalidInput
        For anything else that the grammar does not allow, with its position.

    Examples
    --------
    >>> cut = parse_cut("E_gamma > 10 and 2*E_e > 90", {"E_gamma": 1, "E_e": 1})
    >>> cut.bounds["E_e"], cut.exact
    ((45.0, inf), True)
    >>> parse_cut("x + X > 10", {"x": 1})
    Traceback (most recent call last):
    ...
    darkfactory.errors.UnknownName: cut 'x + X > 10', column 5: unknown observable 'X'; observables: x; did you mean x?
    """
    text = (text or "").strip()
    if not text:
        return Cut("")
    if len(text) > _LONGEST:
        raise InvalidInput(f"cut of {len(text)} characters: allowed up to {_LONGEST}")
    try:
        parsed = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        column = getattr(error, "offset", None) or 1
        reason = getattr(error, "msg", "cannot be read")
        raise InvalidInput(
            f"cut {text!r}, column {column}: {reason}; write e.g. 'E_gamma > 10 and min(p_T) > 10'"
        ) from None
    tree = _Reader(text, known).read(parsed.body)
    if tree.kind not in ("compare", "and", "or", "not"):
        raise InvalidInput(f"cut {text!r}: gives a number, must be a condition, e.g. 'E_e > 45'")
    bounds, exact = bounds_of(tree)
    return Cut(text, tree, tuple(dict.fromkeys(tree.observables())), bounds, exact)


class _Reader:
    """Turns the syntax tree of a text into the small tree of the grammar, or says where it leaves it."""

    def __init__(self, text: str, known: Mapping[str, int]) -> None:
        self.text, self.known, self.depth = text, known, 0

    def error(self, node: ast.AST, message: str, kind: type[DarkfactoryError] = InvalidInput) -> DarkfactoryError:
        return kind(f"cut {self.text!r}, column {getattr(node, 'col_offset', 0) + 1}: {message}")

    def read(self, node: ast.expr) -> Node:
        """Node of the grammar with one value or a truth value per event, or several values."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.error(node, f"nested deeper than {_DEEPEST}")
        found = self._read(node)
        self.depth -= 1
        return found

    def _read(self, node: ast.expr) -> Node:
        match node:
            case ast.Constant(value=bool()):
                raise self.error(node, "True and False are no conditions here")
            case ast.Constant(value=int() | float() as value):
                return self.constant(node, lambda: float(value))
            case ast.Name(id="pi"):
                return Node.number(math.pi)
            case ast.Name():
                return self._observable(node)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                inner = self.numeric(node.operand)
                if isinstance(node.op, ast.UAdd):
                    return inner
                return (
                    Node.number(-inner.value)
                    if inner.kind == "number"
                    else Node("*", (Node.number(-1.0), inner), inner.count)
                )
            case ast.UnaryOp(op=ast.Not()):
                return Node("not", (self.condition(node.operand),))
            case ast.BoolOp():
                word = "and" if isinstance(node.op, ast.And) else "or"
                return Node(word, tuple(self.condition(value) for value in node.values))
            case ast.BinOp() if type(node.op) in _BINARY:
                return self._binary(node)
            case ast.Compare():
                return self._compare(node)
            case ast.Call():
                return self._call(node)
        raise self.error(node, "not part of the language of cuts (numbers, observables, comparisons, and, or, not)")

    def constant(self, node: ast.expr, compute: Callable[[], Any]) -> Node:
        """Node of a number, which must be real and finite."""
        try:
            value = compute()
        except (ArithmeticError, ValueError):
            value = math.nan
        if isinstance(value, complex) or not math.isfinite(value):
            shown = text if len(text := ast.unparse(node)) <= 40 else f"{text[:37]}..."
            raise self.error(node, f"{shown} is not a finite real number")
        return Node.number(value)

    def numeric(self, node: ast.expr) -> Node:
        found = self.read(node)
        if found.kind in ("compare", "and", "or", "not"):
            raise self.error(node, "a condition stands where a number must be")
        return found

    def condition(self, node: ast.expr) -> Node:
        found = self.read(node)
        if found.kind not in ("compare", "and", "or", "not"):
            raise self.error(node, "a number stands where a condition must be")
        return found

    def _observable(self, node: ast.Name) -> Node:
        if node.id not in self.known:
            hint = did_you_mean(node.id, list(self.known))
            text = f"unknown observable {node.id!r}; observables: {', '.join(self.known)}{hint}"
            raise self.error(node, text, UnknownName)
        return Node("observable", (), self.known[node.id], node.id)

    def _binary(self, node: ast.BinOp) -> Node:
        left, right = self.numeric(node.left), self.numeric(node.right)
        if left.count > 1 and right.count > 1 and left.count != right.count:
            raise self.error(node, "two observables with different numbers of values; use min(...) or max(...) of each")
        kind = _BINARY[type(node.op)]
        if left.kind == right.kind == "number":
            return self.constant(node, lambda: _operate(kind, left.value, right.value))
        return Node(kind, (left, right), max(left.count, right.count))

    def _compare(self, node: ast.Compare) -> Node:
        parts = [node.left, *node.comparators]
        sides = [self.numeric(part) for part in parts]
        for part, side in zip(parts, sides, strict=True):
            if side.count > 1:
                shown = ast.unparse(part)
                raise self.error(part, f"{shown} has {side.count} values per event; use min({shown}) or max({shown})")
        pairs = []
        for operator, left, right in zip(node.ops, sides[:-1], sides[1:], strict=True):
            if type(operator) not in _COMPARE:
                raise self.error(node, "comparisons are <, <=, >, >=, ==, !=")
            pairs.append(Node("compare", (left, right), 1, _COMPARE[type(operator)]))
        return pairs[0] if len(pairs) == 1 else Node("and", tuple(pairs))

    def _call(self, node: ast.Call) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name not in (*_REDUCE, *_MAP):
            hint = did_you_mean(name, (*_REDUCE, *_MAP))
            raise self.error(node, f"unknown function {name!r}; functions: min, max, sum, abs, sqrt{hint}", UnknownName)
        if node.keywords or not node.args or (name in _MAP and len(node.args) != 1):
            raise self.error(node, f"{name}(...) takes {'one number' if name in _MAP else 'one or several numbers'}")
        arguments = tuple(self.numeric(argument) for argument in node.args)
        found = Node(name, arguments, arguments[0].count if name in _MAP else 1)
        if all(argument.kind == "number" for argument in arguments):
            return self.constant(node, lambda: float(_evaluate(found, {})))
        return found


def _reduce(kind: str, values: list[Any], counts: list[int]) -> Any:
    xp = namespace(*values)
    columns = [value[..., i] for value, count in zip(values, counts, strict=True) if count > 1 for i in range(count)]
    columns += [value for value, count in zip(values, counts, strict=True) if count == 1]
    total = columns[0]
    for column in columns[1:]:
        total = total + column if kind == "sum" else (xp.minimum if kind == "min" else xp.maximum)(total, column)
    return total


def _operate(kind: str, left: Any, right: Any) -> Any:
    operations: dict[str, Callable[[Any, Any], Any]] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "**": lambda a, b: a**b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
    }
    return operations[kind](left, right)


def _evaluate(node: Node, values: Mapping[str, Any]) -> Any:
    if node.kind == "number":
        return node.value
    if node.kind == "observable":
        return values[node.name]
    inner = [_evaluate(child, values) for child in node.children]
    if node.kind == "not":
        return namespace(inner[0]).logical_not(inner[0])
    if node.kind in ("and", "or"):
        total = inner[0]
        for other in inner[1:]:
            total = (total & other) if node.kind == "and" else (total | other)
        return total
    if node.kind in _REDUCE:
        return _reduce(node.kind, inner, [child.count for child in node.children])
    if node.kind in _MAP:
        xp = namespace(inner[0])
        return xp.abs(inner[0]) if node.kind == "abs" else xp.sqrt(xp.maximum(inner[0], 0.0))
    left, right = _aligned(node, inner)
    return _operate(node.name if node.kind == "compare" else node.kind, left, right)


def _aligned(node: Node, inner: list[Any]) -> tuple[Any, Any]:
    """Both sides with the same last axis: one value per event against one per track."""
    left, right = inner
    one, other = (child.count for child in node.children)
    xp = namespace(left, right)
    if one > 1 and other == 1 and xp.ndim(right) > 0:
        right = right[..., None]
    if other > 1 and one == 1 and xp.ndim(left) > 0:
        left = left[..., None]
    return left, right
