"""What the lepton line knows of an X by the ``kind`` of its model: pieces of the amplitude, propagator, spin of the pair."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from darkfactory.amplitudes import bosons, dark_boson

__all__ = ["Emitted", "emitted"]


@dataclass(frozen=True)
class Emitted:
    """One kind of X.

    Attributes
    ----------
    pieces : callable
        Pieces of l -> l' nu nu X, of :mod:`darkfactory.amplitudes.dark_boson`.
    boson : callable
        Model -> what the lepton line emits, of :mod:`darkfactory.amplitudes.bosons`.
    propagator : callable, optional
        (mass, width, *vertices) -> what is exchanged between two lepton lines; None where there is no such form.
    polarized : bool
        Whether X hands its spin on to the pair that it decays into.
    """

    pieces: Callable[..., Any]
    boson: Callable[[Any], Any]
    propagator: Callable[..., Any] | None = None
    polarized: bool = False


def _vector(model: Any) -> Any:
    if model.mass == 0:
        return bosons.Photon(model.vertices[0])  # massless vectors have one coupling to all leptons
    return bosons.Vector(model.mass, model.width, *model.vertices)


_VECTOR = Emitted(dark_boson.vector_pieces, _vector, bosons.Vector, polarized=True)
_KINDS: dict[Hashable, Emitted] = {
    "vector": _VECTOR,
    "photon": _VECTOR,
    "scalar": Emitted(
        dark_boson.scalar_pieces, lambda model: bosons.Scalar(model.mass, model.width, *model.vertices), bosons.Scalar
    ),
    "derivative": Emitted(
        dark_boson.alp_pieces,
        lambda model: bosons.DerivativeAlp(model.mass, model.vertices[0], model.vertices[1], model.f_a),
    ),
}


def emitted(kind: Hashable) -> Emitted:
    """Return what is known of a kind of X (see :class:`darkfactory.models.mediator.Mediator`)."""
    return _KINDS[kind]
