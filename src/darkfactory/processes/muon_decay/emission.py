"""What the lepton line knows of an X by the ``kind`` of its model: pieces of the amplitude, propagator, spin of the pair."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from darkfactory.amplitudes import bosons, dark_boson, lepton_line, three_leptons
from darkfactory.constants import ALPHA

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
    resonance : callable, optional
        (k1, k2, k3, mass, width, *vertices) -> numerator of X -> l(k2) l(k3) in narrow width, as
        :func:`~darkfactory.amplitudes.lepton_line.narrow_resonance`, if X hands its spin on to its pair.
    """

    pieces: Callable[..., Any]
    boson: Callable[[Any], Any]
    propagator: Callable[..., Any] | None = None
    resonance: Callable[..., Any] | None = None


def _vector(model: Any) -> Any:
    if model.mass == 0:
        return bosons.Photon(model.vertices[0])  # massless vectors have one coupling to all leptons
    return bosons.Vector(model.mass, model.width, *model.vertices)


def _vector_resonance(k1: Any, k2: Any, k3: Any, *boson: Any) -> Any:
    return lepton_line.narrow_resonance(k1, k2, k3, bosons.Vector(*boson))


def _photon_resonance(k1: Any, k2: Any, k3: Any, mass: Any, width: Any, g: Any, *others: Any) -> Any:
    """Closed form for one vector coupling g to all leptons: internal conversion without the photon's propagator."""
    return (g * mass) ** 4 / (4 * math.pi * ALPHA) ** 2 * three_leptons.nu_nu(k1, k2, k3, exchange=False)


_KINDS: dict[Hashable, Emitted] = {
    "vector": Emitted(dark_boson.vector_pieces, _vector, bosons.Vector, _vector_resonance),
    "photon": Emitted(dark_boson.vector_pieces, _vector, bosons.Vector, _photon_resonance),
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
