"""What accepts a track: each profile of the track detector is a class, found by its name.

A profile has no numbers of its own: it names the fields of :class:`~darkfactory.experiments.detectors.tracks.TrackDetector`
that it uses. A new one is a class here and an entry of :data:`PROFILES`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from darkfactory.constants import TESLA_MM_TO_MEV
from darkfactory.errors import in_range, positive
from darkfactory.experiments.detectors.helix import Components, first_crossing

if TYPE_CHECKING:
    from darkfactory.experiments.detectors.tracks import TrackDetector

__all__ = ["PROFILES", "Profile", "layer_problem"]


class Profile(ABC):
    """Acceptance of single tracks; a class, never an object.

    Its methods take the detector, whose numbers it uses.
    """

    name: ClassVar[str]
    """Word of ``detector.profile``."""
    uses: ClassVar[tuple[str, ...]]
    """Fields of the detector that decide what is accepted; the others of any profile do nothing."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Those that a card must give with this profile."""
    instead: ClassVar[str] = ""
    """Another profile that does without them."""
    random_numbers: ClassVar[int] = 0
    """Uniform numbers of each event: two for a vertex on the target if it matters."""

    @staticmethod
    @abstractmethod
    def accepts(detector: TrackDetector, track: Components, charge: Any, start: Components) -> Any:
        """Whether a track [MeV] from ``start`` [mm] is accepted, shape (...)."""

    @staticmethod
    def least_momentum(detector: TrackDetector) -> float:
        """Transverse momentum [MeV] that every accepted track exceeds."""
        return detector.p_T_min

    @staticmethod
    def contradictions(detector: TrackDetector) -> list[str | None]:
        """What is wrong with numbers that are each within their range."""
        return []


class TransverseMomentum(Profile):
    """A threshold on the transverse momentum."""

    name = "pt-only"
    uses = ("p_T_min",)

    @staticmethod
    def accepts(detector: TrackDetector, track: Components, charge: Any, start: Components) -> Any:
        """p_T above the threshold."""
        px, py, _ = track
        return px * px + py * py > detector.p_T_min**2


class Simple(Profile):
    """Thresholds on the transverse momentum and on the angle to the axis."""

    name = "simple"
    uses = ("p_T_min", "cos_theta_max")
    needs = ("cos_theta_max",)
    instead = "pt-only"

    @staticmethod
    def accepts(detector: TrackDetector, track: Components, charge: Any, start: Components) -> Any:
        """p_T above the threshold, and the angle within the largest cosine."""
        px, py, pz = track
        transverse, largest = px * px + py * py, detector.cos_theta_max
        # |cos| < c without a division: exact at rest and along the axis
        return (transverse > detector.p_T_min**2) & (pz * pz * (1 - largest**2) < largest**2 * transverse)


class Helix(Profile):
    """First crossings of the helix with cylindrical layers, each within its length."""

    name = "helix"
    uses = ("layers", "field", "target_radius", "target_half_length")
    needs = uses
    instead = "simple"
    random_numbers = 2

    @staticmethod
    def accepts(detector: TrackDetector, track: Components, charge: Any, start: Components) -> Any:
        """Every layer is crossed."""
        accepted: Any = True
        for radius, half_length in detector.layers:
            reached, z = first_crossing(start, track, charge, detector.field, radius)
            accepted = accepted & reached & (abs(z) <= half_length)
        return accepted

    @staticmethod
    def least_momentum(detector: TrackDetector) -> float:
        """The circle must reach from the target to the outermost layer."""
        outermost = max(radius for radius, _ in detector.layers)
        return TESLA_MM_TO_MEV * detector.field * (outermost - detector.target_radius) / 2

    @staticmethod
    def contradictions(detector: TrackDetector) -> list[str | None]:
        """No layers, no field, or a target that sticks out of the innermost layer."""
        inner = min((radius for radius, _ in detector.layers), default=np.inf)
        target = in_range("detector.target_radius", detector.target_radius, 0, inner, unit="mm", open_high=True)
        return [
            None if detector.layers else "detector.layers = (): allowed at least one layer (radius, half_length) [mm]",
            positive("detector.field", detector.field, unit="T", remedy="the profile helix needs a field"),
            target and f"{target}; the target lies inside the layers",
        ]


PROFILES: dict[str, type[Profile]] = {profile.name: profile for profile in (Simple, TransverseMomentum, Helix)}
"""Profiles by the word of ``detector.profile``."""


def layer_problem(layers: Any) -> str | None:
    """Problem text of layers that are not (radius, half length), each > 0; None if they are fine."""
    try:
        pairs = all(len(layer) == 2 for layer in layers)
    except TypeError:
        pairs = False
    if not pairs:
        return f"detector.layers = {layers!r}: allowed a list of (radius, half_length) [mm]"
    return positive("detector.layers", [size for layer in layers for size in layer], unit="mm")
