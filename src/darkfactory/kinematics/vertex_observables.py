"""Observables of an X that decays away from where its parent does; they take NumPy and JAX arrays alike.

Beside the momenta an event has ``flight``: the step (c t, x, y, z) [mm] from where the parent decays to where X does.
"""

from __future__ import annotations

from typing import Any

from darkfactory.backend import namespace
from darkfactory.errors import UnknownName
from darkfactory.kinematics.observables import Momenta, Observable, find_observable
from darkfactory.kinematics.particles import FinalState

__all__ = ["VERTICES", "find_with_vertices"]


def _length(p: Any) -> Any:
    xp = namespace(p)
    return xp.sqrt(xp.sum(p[..., 1:] ** 2, axis=-1))


def _pointing(momenta: Momenta, state: FinalState) -> Any:
    """Length of the flight across the momentum of what X decays into."""
    assert state.resonance is not None
    pair, flight = sum(momenta[name] for name in state.resonance[1]), momenta["flight"]
    xp = namespace(pair, flight)
    across = xp.cross(flight[..., 1:], pair[..., 1:])
    return xp.sqrt(xp.sum(across**2, axis=-1)) / xp.maximum(_length(pair), 1e-300)


def _has_vertex(state: FinalState) -> int:
    return int(state.resonance is not None)


VERTICES: dict[str, Observable] = {
    observable.name: observable
    for observable in (
        Observable(
            "decay_length",
            "mm",
            "distance of the vertex of X from where the parent decays",
            lambda p, s: _length(p["flight"]),
            _has_vertex,
            lambda s: (0.0, 100.0),
        ),
        Observable(
            "pointing",
            "mm",
            "distance by which the line of the pair from the vertex of X misses where the parent decays",
            _pointing,
            _has_vertex,
            lambda s: (0.0, 10.0),
        ),
    )
}
"""Every observable of a vertex by its name."""


def find_with_vertices(name: str, state: FinalState, vertices: bool) -> Observable:
    """Observable ``name`` of a final state, of a vertex or of momenta (see :func:`.observables.find_observable`).

    Parameters
    ----------
    name : str
        Its name.
    state : FinalState
        Which particles there are.
    vertices : bool
        Whether the events have vertices.

    Returns
    -------
    Observable

    Raises
    ------
    UnknownName
        If it does not exist there.
    """
    if name not in VERTICES or not VERTICES[name].count(state):
        return find_observable(name, state)
    if not vertices:
        raise UnknownName(f"observable {name!r} is of a vertex away from the target: give search.vertex=displaced")
    return VERTICES[name]
