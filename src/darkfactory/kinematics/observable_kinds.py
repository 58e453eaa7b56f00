"""What an observable is, and how those of one particle, of pairs and of whole events are declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from darkfactory.backend import namespace
from darkfactory.kinematics.particles import FinalState

__all__ = ["Momenta", "Observable", "cosine", "length", "of_pairs", "of_tracks", "opposite_pairs", "polar", "single"]

Momenta = Mapping[str, Any]
_ORIENTED = ("p_T", "cos_theta", "theta_e", "E_theta2", "cos_theta_gamma")


def _any(state: FinalState) -> bool:
    return True


@dataclass(frozen=True)
class Observable:
    """One named observable.

    Attributes
    ----------
    name, unit, title : str
        As in cuts and spectra; ``1`` for dimensionless; in words.
    of : callable
        (momenta, final state) -> array (...), or (..., k) if it has several values.
    count : callable
        Final state -> how many values it has there; 0 if it does not exist.
    limits : callable
        Final state -> range of the values, where spectra are binned by default.
    """

    name: str
    unit: str
    title: str
    of: Callable[[Momenta, FinalState], Any]
    count: Callable[[FinalState], int]
    limits: Callable[[FinalState], tuple[float, float]]

    @property
    def oriented(self) -> bool:
        """Whether it depends on the orientation of the decay to the beam axis."""
        return self.name in _ORIENTED


def opposite_pairs(state: FinalState) -> tuple[tuple[str, str], ...]:
    """Pairs of tracks of opposite charge, that of the charge of the first track in front."""
    charges = {name: state[name].charge for name in state.tracks}
    same = [name for name in state.tracks if charges[name] == charges[state.tracks[0]]]
    return tuple((name, other) for name in same for other in state.tracks if other not in same)


def stacked(values: list[Any]) -> Any:
    """Values on the last axis; one value alone."""
    if len(values) == 1:
        return values[0]
    return namespace(*values).stack(values, axis=-1)


def length(p: Any) -> Any:
    """Length of the momentum of a four-vector."""
    xp = namespace(p)
    return xp.sqrt(xp.sum(p[..., 1:] ** 2, axis=-1))


def cosine(p: Any, q: Any) -> Any:
    """Cosine of the angle between two four-vectors."""
    xp = namespace(p, q)
    product = xp.sum(p[..., 1:] * q[..., 1:], axis=-1)
    return xp.clip(product / xp.maximum(length(p) * length(q), 1e-300), -1.0, 1.0)


def of_tracks(
    name: str,
    unit: str,
    title: str,
    function: Callable[..., Any],
    limits: Callable[..., Any],
    exists: Callable[[FinalState], bool] = _any,
) -> Observable:
    """Observable with one value per charged lepton.

    Parameters
    ----------
    name, unit, title, limits : object
        As of an :class:`Observable`.
    function : callable
        (momentum of the lepton, final state) -> value.
    exists : callable
        Final state -> whether it exists there.
    """

    def of(momenta: Momenta, state: FinalState) -> Any:
        return stacked([function(momenta[track], state) for track in state.tracks])

    def count(state: FinalState) -> int:
        return len(state.tracks) if exists(state) else 0

    return Observable(name, unit, f"{title} of the charged lepton", of, count, limits)


def of_pairs(name: str, unit: str, title: str, function: Callable[..., Any], limits: Callable[..., Any]) -> Observable:
    """Observable with one value per pair of opposite charge.

    Parameters
    ----------
    name, unit, title, limits : object
        As of an :class:`Observable`.
    function : callable
        Momenta of both -> value.
    """

    def of(momenta: Momenta, state: FinalState) -> Any:
        return stacked([function(momenta[one], momenta[other]) for one, other in opposite_pairs(state)])

    return Observable(name, unit, title, of, lambda state: len(opposite_pairs(state)), limits)


def single(
    name: str,
    unit: str,
    title: str,
    function: Callable[..., Any],
    limits: Callable[..., Any],
    exists: Callable[..., bool],
) -> Observable:
    """Observable with one value.

    Parameters
    ----------
    name, unit, title, limits : object
        As of an :class:`Observable`.
    function : callable
        (momenta, final state) -> value.
    exists : callable
        Final state -> whether it exists there.
    """
    return Observable(name, unit, title, function, lambda state: int(exists(state)), limits)


def polar(p: Any) -> Any:
    """Angle to z [rad], all digits of a small one."""
    xp = namespace(p)
    return xp.arctan2(xp.hypot(p[..., 1], p[..., 2]), p[..., 3])


def signed_root(value: Any) -> Any:
    """Root of the size, with the sign."""
    xp = namespace(value)
    return xp.sign(value) * xp.sqrt(xp.abs(value))


def _total(momenta: Momenta, names: tuple[str, ...]) -> Any:
    return sum((momenta[name] for name in names[1:]), start=momenta[names[0]])


def visible(momenta: Momenta, state: FinalState) -> Any:
    """Four-momentum of all that is seen."""
    return _total(momenta, state.tracks + state.photons + state.hadrons)


def endpoint(state: FinalState) -> float:
    """Largest energy of a charged lepton [MeV]."""
    if not state.decays:
        # backwards in the frame of the centre of mass: the target takes all the momentum it can
        E, m = state.p_initial[0][0], state.initial[1].mass or 0.0
        return float(m + 2 * E**2 / (2 * E + m))
    if state.parent == "X" and not state.invisible:
        return state.parent_mass / 2  # type: ignore[no-any-return]
    return (state.parent_mass**2 + state.track_mass**2) / (2 * state.parent_mass)  # type: ignore[no-any-return]
