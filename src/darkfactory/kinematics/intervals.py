"""What a cut says about single observables: ranges outside of which it certainly fails."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Interval", "Node", "bounds_of", "edges_of"]

Interval = tuple[float, float]
EVERYTHING: Interval = (-math.inf, math.inf)


@dataclass(frozen=True)
class Node:
    """A node of the tree of a cut.

    Attributes
    ----------
    kind : str
        ``number``, ``observable``, an operator, a function, ``compare``, ``and``, ``or`` or ``not``.
    children : tuple of Node
        What it acts on.
    count : int
        Values per event.
    name : str
        Observable or comparison.
    value : float
        Of a number.
    """

    kind: str
    children: tuple[Node, ...] = ()
    count: int = 1
    name: str = ""
    value: float = 0.0

    @classmethod
    def number(cls, value: float) -> Node:
        """Node of a constant."""
        return cls("number", (), 1, "", value)

    def observables(self) -> Iterator[str]:
        """Names of the observables in it."""
        if self.kind == "observable":
            yield self.name
        for child in self.children:
            yield from child.observables()


def _linear(node: Node) -> tuple[float, float, str, str] | None:
    """(a, b, observable, reduction) if the node is a * observable + b, or a * min(observable) + b, or b alone."""
    if node.kind == "number":
        return 0.0, node.value, "", ""
    if node.kind == "observable":
        return 1.0, 0.0, node.name, ""
    if node.kind in ("min", "max") and len(node.children) == 1 and node.children[0].kind == "observable":
        return 1.0, 0.0, node.children[0].name, node.kind
    if node.kind not in ("+", "-", "*", "/"):
        return None
    left, right = _linear(node.children[0]), _linear(node.children[1])
    if left is None or right is None or (left[2] and right[2]):
        return None
    named = left if left[2] else right
    if node.kind in ("+", "-"):
        sign = 1.0 if node.kind == "+" else -1.0
        return left[0] + sign * right[0], left[1] + sign * right[1], named[2], named[3]
    if node.kind == "*":
        factor = right[1] if left[2] else left[1]
        return named[0] * factor, named[1] * factor, named[2], named[3]
    if right[2] or right[1] == 0:
        return None
    return left[0] / right[1], left[1] / right[1], named[2], named[3]


def _comparison(node: Node) -> tuple[dict[str, Interval], bool]:
    """Bounds of one comparison, and whether they say all that it says."""
    difference = _linear(Node("-", node.children))
    if difference is None or not difference[2] or difference[0] == 0 or node.name in ("==", "!="):
        return {}, False
    slope, constant, name, reduction = difference
    edge = -constant / slope
    above = (node.name in (">", ">=")) == (slope > 0)
    # min(x) > c bounds every track from below; max(x) > c says nothing about the others
    if reduction == ("max" if above else "min"):
        return {}, False
    return {name: (edge, math.inf) if above else (-math.inf, edge)}, True


def bounds_of(node: Node) -> tuple[dict[str, Interval], bool]:
    """Range of each observable that a condition allows at most.

    Parameters
    ----------
    node : Node
        A condition.

    Returns
    -------
    bounds : dict
        (low, high) by observable; for several tracks it holds for each of them.
    exact : bool
        Whether the condition says nothing beyond the bounds.
    """
    if node.kind == "compare":
        return _comparison(node)
    if node.kind not in ("and", "or"):
        return {}, False
    parts = [bounds_of(child) for child in node.children]
    if node.kind == "and":
        met: dict[str, Interval] = {}
        for bounds, _ in parts:
            for name, (low, high) in bounds.items():
                before = met.get(name, EVERYTHING)
                met[name] = max(before[0], low), min(before[1], high)
        return met, all(exact for _, exact in parts)
    common = set.intersection(*(set(bounds) for bounds, _ in parts))
    hull = {
        name: (min(bounds[name][0] for bounds, _ in parts), max(bounds[name][1] for bounds, _ in parts))
        for name in sorted(common)
    }
    return hull, False


def edges_of(node: Node) -> Iterator[tuple[str, float]]:
    """Observables that a condition compares alone, and the values at which the comparisons change.

    Examples
    --------
    >>> from darkfactory.kinematics.cuts import parse_cut
    >>> list(edges_of(parse_cut("2*x > 1 or abs(x) < 0.1", {"x": 1}).tree))
    [('x', 0.5), ('x', 0.1), ('x', -0.1)]
    """
    if node.kind == "compare":
        for pair in _without_abs(node.children):
            difference = _linear(Node("-", pair))
            if difference is not None and difference[2] and difference[0] != 0:
                yield difference[2], -difference[1] / difference[0]
    for child in node.children:
        yield from edges_of(child)


def _without_abs(pair: tuple[Node, ...]) -> list[tuple[Node, ...]]:
    """Sides of a comparison: of |u| with a number those of u with the number and with its opposite."""
    inner, number = pair if pair[0].kind == "abs" else pair[::-1]
    if inner.kind != "abs" or number.kind != "number":
        return [pair]
    return [(inner.children[0], Node.number(sign * number.value)) for sign in (1.0, -1.0)]
