"""A decay volume behind a shield, closed by the face of a detector of the decay leptons."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from darkfactory.experiments.declarations import choice, number, of_card, positive_number
from darkfactory.experiments.detectors.base import EFFICIENCY, Detector

__all__ = ["DETECTOR", "DumpDetector"]


@dataclass(frozen=True)
class DumpDetector(Detector):
    """What stands behind a beam dump: shield, decay volume, face. Lengths in m from the start of the target on the beam axis.

    Without a radius there is no face: all directions count, and nothing is asked of the leptons.
    """

    name: ClassVar[str] = "behind-shield"
    shield_m: float = of_card(
        number("detector.shield_m", "length of target and shield, in which no decay is seen", "m", low=0.0),
        need="shield and decay volume",
    )
    decay_m: float = of_card(
        positive_number("detector.decay_m", "length of the decay volume behind the shield", "m"),
        need="shield and decay volume",
    )
    threshold_gev: float = of_card(
        number("detector.threshold_gev", "energy threshold", "GeV", low=0.0), need="energy threshold"
    )
    face_radius_m: float | None = of_card(
        positive_number("detector.face_radius_m", "radius of the face, or half the side of a square one", "m"), None
    )
    face_distance_m: float | None = of_card(
        number(
            "detector.face_distance_m",
            "distance of the face from the start of the target; by default it stands at the end of the decay volume",
            "m",
            low=0.0,
            open_low=True,
            particles=("electron",),
        ),
        None,
    )
    face: str = of_card(
        replace(choice("detector.face", "shape of the face", "disc", "square"), particles=("proton",)), "disc"
    )
    off_axis_m: float = of_card(
        number(
            "detector.off_axis_m",
            "distance of the centre of the face from the beam",
            "m",
            low=0.0,
            particles=("proton",),
        ),
        0.0,
    )
    efficiency: float = of_card(EFFICIENCY, 1.0)

    def contradictions(self) -> list[str | None]:
        """A face in the decay volume, or parts of one that is not there."""
        return list(_problems(self.shield_m, self.decay_m, self.face_distance_m))

    @classmethod
    def card_problems(cls, values: Mapping[str, Any], user: Set[str]) -> list[str]:
        """A face in the decay volume."""
        known = [values.get(f"detector.{key}") for key in ("shield_m", "decay_m", "face_distance_m")]
        return [problem for problem in _problems(*known) if problem]

    @property
    def plane_m(self) -> float:
        """Distance of the face from the start of the target [m]."""
        return self.shield_m + self.decay_m if self.face_distance_m is None else self.face_distance_m


def _problems(shield: float | None, decay: float | None, face: float | None) -> tuple[str | None, ...]:
    if shield is None or decay is None or face is None or face >= (shield + decay) * (1 - 1e-12):
        return ()
    ends = f"[{shield + decay:g}, inf) m, which is detector.shield_m + detector.decay_m"
    return (f"detector.face_distance_m = {face:g} m: allowed {ends}; put the face behind the decay volume",)


DETECTOR = DumpDetector
