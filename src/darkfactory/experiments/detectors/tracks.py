"""A detector of several charged tracks from one vertex: acceptance, resolution and prompt requirement, from a card."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from darkfactory.backend import computed_once, namespace
from darkfactory.errors import require
from darkfactory.experiments.declarations import choice, number, of_card, positive_number, share
from darkfactory.experiments.detectors.base import EFFICIENCY, FIELD, TARGET_HALF_LENGTH, TARGET_RADIUS, Detector
from darkfactory.experiments.detectors.helix import Components, components, double_cone_vertex
from darkfactory.experiments.detectors.track_profiles import PROFILES, Profile, layer_problem
from darkfactory.settings import Setting

__all__ = ["DETECTOR", "PROFILES", "TrackDetector"]


@dataclass(frozen=True)
class TrackDetector(Detector):
    r"""Response to charged tracks from one vertex near a target on the axis z. A detector does not know the decay.

    Included: acceptance of each track, an optional smallest opening angle, a flat efficiency (``efficiency``, for the
    caller to multiply: it is no part of :meth:`accepts`), Gaussian resolutions. Not included: energy loss, hits that
    tracks share, non-Gaussian tails.

    Raises
    ------
    InvalidInput
        Listing every value outside its range; for ``helix`` also without layers, or with one inside the target.

    Examples
    --------
    >>> detector = TrackDetector("simple", 10.0, 0.45, 0.15, 0.0085, cos_theta_max=0.8)
    >>> bool(detector.accepts([(20.0, 0.0, 5.0), (-9.0, 3.0, 0.0)], (1, 1)))
    False
    """

    name: ClassVar[str] = "tracks"
    profile: str = of_card(
        choice("detector.profile", "what accepts tracks: p_T and angle, p_T alone, or layers", *PROFILES),
        need="acceptance of tracks",
    )
    p_T_min: float = of_card(
        number("detector.p_T_min", "lowest transverse momentum of a track (simple, pt-only)", "MeV", 0.0),
        need="momentum threshold of tracks",
    )
    cos_theta_max: float = of_card(
        share("detector.track_cos_theta", "largest |cos_theta| of a track (simple)"), 1.0, kw_only=True
    )
    layers: tuple[tuple[float, float], ...] = of_card(
        number(
            "detector.layers",
            "[radius, half length] in mm of the cylindrical layers that a track must cross (helix)",
            "mm",
            0.0,
            open_low=True,
            kind="table",
        ),
        (),
        kw_only=True,
    )
    target_radius: float = of_card(TARGET_RADIUS, 0.0, kw_only=True)
    target_half_length: float = of_card(TARGET_HALF_LENGTH, 0.0, kw_only=True)
    efficiency: float = of_card(EFFICIENCY, need="efficiency")
    momentum_resolution: float = of_card(
        number("detector.momentum_resolution", "constant part of the Gaussian width of a track's momentum", "MeV", 0.0),
        need="momentum resolution",
    )
    momentum_resolution_slope: float = of_card(
        number(
            "detector.momentum_resolution_slope",
            "part proportional to the momentum, added in quadrature",
            "1",
            0.0,
            1.0,
        ),
        0.0,
    )
    angle_resolution: float = of_card(
        number("detector.angle_resolution", "width of a projected angle times the momentum", "MeV rad", 0.0),
        0.0,
        need="angular resolution",
    )
    field: float = of_card(FIELD, 0.0)
    min_opening_angle: float = of_card(
        number(
            "detector.min_opening_angle",
            "smallest angle between two tracks; 0 is none",
            "rad",
            0.0,
            np.pi,
            open_high=True,
        ),
        0.0,
    )
    prompt_distance: float = of_card(
        positive_number("detector.prompt_distance", "longest flight path of what decays promptly", "mm"), 3.0
    )
    others: ClassVar[tuple[Setting, ...]] = (
        number(
            "detector.target_path_um",
            "mean path of decay positrons in the target, where they make pairs by Bhabha scattering",
            "um",
            0.0,
        ),
    )

    def contradictions(self) -> list[str | None]:
        """What is wrong with numbers that are each within their range."""
        layers = layer_problem(self.layers)
        if layers:
            return [layers]
        sharp = self.momentum_resolution == 0 == self.momentum_resolution_slope
        width = "detector.momentum_resolution = 0: allowed (0, inf) MeV if detector.momentum_resolution_slope = 0"
        return [width if sharp else None, *self.kind.contradictions(self)]

    @classmethod
    def card_problems(cls, values: Mapping[str, Any], user: Set[str]) -> list[str]:
        """Numbers that the chosen profile lacks."""
        if values.get("detector.profile") not in PROFILES:
            return []
        kind = PROFILES[values["detector.profile"]]
        return [
            f"{key}: missing; detector.profile = {kind.name} needs it (or {kind.instead})"
            for key in cls.keys(*kind.needs)
            if key not in values
        ]

    @property
    def idle(self) -> tuple[str, ...]:
        """Numbers of the profiles that were not chosen."""
        of_any = {name for profile in PROFILES.values() for name in profile.uses}
        return self.keys(*sorted(of_any.difference(self.kind.uses)))

    @property
    def kind(self) -> type[Profile]:
        """The class of the profile."""
        return PROFILES[self.profile]

    @property
    def acceptance_key(self) -> str:
        """Text that is the same only for detectors that accept the same events."""
        used = tuple(getattr(self, name) for name in self.kind.uses)
        return repr((self.profile, used, self.min_opening_angle))

    def least_p_T(self, sigmas: float = 5.0) -> float:
        """Lowest true p_T [MeV] of a track that can be accepted with a measured momentum some standard deviations off.

        Examples
        --------
        >>> mu3e = TrackDetector("simple", 10.0, 0.45, 0.15, 0.0085, angle_resolution=0.3)
        >>> round(mu3e.least_p_T(0.0), 2), round(mu3e.least_p_T(), 2)
        (10.0, 8.27)
        """
        threshold = self.least_momentum
        off = sigmas * float(np.hypot(self.momentum_sigma(threshold), self.angle_resolution))
        return max(threshold - off, 0.0)

    @property
    def least_momentum(self) -> float:
        """Transverse momentum [MeV] that every accepted track exceeds: of the threshold, or to reach the outermost layer."""
        return self.kind.least_momentum(self)

    @property
    def random_numbers(self) -> int:
        """Uniform numbers per event that :meth:`accepts` uses: 2 for ``helix``, else 0."""
        return self.kind.random_numbers

    def vertex(self, u_z: Any, u_phi: Any) -> Components:
        """Vertex on the target [mm] from two uniform numbers; see :func:`double_cone_vertex` of the helix module."""
        position = double_cone_vertex(u_z, u_phi, self.target_radius, self.target_half_length)
        xp = namespace(u_z, u_phi)
        shared: Components = computed_once(position, xp.any(xp.asarray(u_z) >= 0))
        return shared

    def accepts(self, tracks: Sequence[Any], charges: Sequence[int], u_z: Any = 0.5, u_phi: Any = 0.0) -> Any:
        """Whether all tracks of an event are accepted, by their true momenta and, if asked for, their angles.

        Parameters
        ----------
        tracks : sequence of array_like or of tuples
            Momenta [MeV], shape (..., 3) each or tuples of three components.
        charges : sequence of int
            +1 or -1 for each track.
        u_z, u_phi : array_like
            Uniform numbers in [0, 1] for the vertex that all tracks share, shape (...); used by ``helix`` only.

        Returns
        -------
        array of bool
            Shape (...). Without ``efficiency``.

        Raises
        ------
        InvalidInput
            If charges and tracks do not match, or a charge is not +1 or -1.
        """
        tracks = [components(track) for track in tracks]
        signs = all(charge in (-1, 1) for charge in charges)
        require(
            None if tracks else "tracks = []: allowed at least one track",
            None
            if signs and len(charges) == len(tracks)
            else f"charges = {tuple(charges)}: allowed +1 or -1 for each of the {len(tracks)} tracks",
        )
        position = self.vertex(u_z, u_phi) if self.random_numbers else None
        parts = [self.accepts_track(track, charge, position) for track, charge in zip(tracks, charges, strict=True)]
        accepted = parts[0]
        for part in parts[1:]:
            accepted = accepted & part
        return accepted & self.separated(tracks)

    def accepts_track(self, track: Any, charge: Any = 1, position: Any = None) -> Any:
        """Whether one track is accepted.

        Parameters
        ----------
        track : array_like or tuple
            Momentum [MeV], shape (..., 3) or three components.
        charge : array_like
            +1 or -1; matters for ``helix`` only.
        position : array_like or tuple, optional
            Start of the track [mm]; the origin by default. Matters for ``helix`` only.

        Returns
        -------
        array of bool
            Shape (...).
        """
        start = (0.0, 0.0, 0.0) if position is None else components(position)
        return self.kind.accepts(self, components(track), charge, start)

    def separated(self, tracks: Sequence[Any]) -> Any:
        """Whether every two tracks are at least ``min_opening_angle`` apart; True without such a cut.

        ``tracks`` as for :meth:`accepts`.
        """
        passed: Any = True
        if self.min_opening_angle > 0:
            for first, second in itertools.combinations([components(track) for track in tracks], 2):
                passed = passed & (_opening_angle(first, second) >= self.min_opening_angle)
        return passed

    def momentum_sigma(self, momentum: Any) -> Any:
        """Width of the measured momentum [MeV] at ``momentum`` [MeV].

        Examples
        --------
        >>> mu3e = TrackDetector("simple", 10.0, 0.45, 0.15, 0.0085)
        >>> [round(float(mu3e.momentum_sigma(p)), 2) for p in (10.0, 30.0, 52.0)]
        [0.17, 0.3, 0.47]
        """
        xp = namespace(momentum)
        return xp.hypot(self.momentum_resolution, self.momentum_resolution_slope * xp.asarray(momentum))

    def angle_sigma(self, momentum: Any) -> Any:
        """Width of either projected angle [rad] at ``momentum`` [MeV]; 0 at rest, where there is no angle."""
        xp = namespace(momentum)
        p = xp.asarray(momentum)
        return xp.where(p > 0, self.angle_resolution / xp.where(p > 0, p, 1.0), 0.0)[()]

    def smeared(self, momentum: Any, normals: Any) -> Any:
        """Measured momentum: Gaussian in its size, and turned by two Gaussian angles.

        Parameters
        ----------
        momentum : array_like or tuple
            True momentum [MeV], shape (..., 3) or three components.
        normals : array_like or tuple
            Three independent standard normal numbers per track, shape (..., 3) or three components: for the size and
            for the angles in two directions perpendicular to the momentum.

        Returns
        -------
        array or tuple
            Measured momentum [MeV], in the form of ``momentum``. A size that would come out negative is 0; energies
            follow from the measured size.

        Examples
        --------
        >>> mu3e = TrackDetector("simple", 10.0, 0.45, 0.15, angle_resolution=0.3)
        >>> [round(float(p), 9) for p in mu3e.smeared((30.0, 0.0, 40.0), (2.0, 0.0, 0.0))]  # 50 MeV as 50.3 MeV
        [30.18, 0.0, 40.24]
        """
        x, y, z = components(momentum)
        n_p, n_1, n_2 = components(normals)
        xp = namespace(x, y, z, n_p, n_1, n_2)
        size = xp.sqrt(x * x + y * y + z * z)
        (e_1, e_2, axis) = _frame(x, y, z, size)
        sigma = self.angle_sigma(size)
        a_1, a_2 = sigma * n_1, sigma * n_2
        angle = xp.hypot(a_1, a_2)
        slope = xp.sinc(angle / np.pi)  # sin(angle) / angle
        measured = xp.maximum(size + self.momentum_sigma(size) * n_p, 0.0)
        parts = tuple(measured * (xp.cos(angle) * axis[i] + slope * (a_1 * e_1[i] + a_2 * e_2[i])) for i in range(3))
        return parts if isinstance(momentum, (tuple, list)) else xp.stack(parts, axis=-1)

    def prompt_weight(self, ctau: Any, momentum: Any, mass: Any) -> Any:
        """Probability to decay within ``prompt_distance``; see :func:`prompt_probability` for the arguments."""
        from darkfactory.kinematics.flight import prompt_probability  # the keys of cards need no kinematics

        return prompt_probability(self.prompt_distance, ctau, momentum, mass)


def _opening_angle(a: Components, b: Components) -> Any:
    """Angle between two vectors, with all digits also for narrow ones."""
    xp = namespace(*a, *b)
    x, y, z = a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
    return xp.arctan2(xp.sqrt(x * x + y * y + z * z), a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


def _frame(x: Any, y: Any, z: Any, size: Any) -> tuple[Components, Components, Components]:
    """Right-handed orthonormal frame with third axis along a vector; that of z for a null vector."""
    xp = namespace(x, y, z, size)
    safe = xp.where(size > 0, size, 1.0)
    x, y, z = x / safe, y / safe, xp.where(size > 0, z / safe, 1.0)
    sign = xp.where(z >= 0, 1.0, -1.0)
    a = -1 / (sign + z)
    b = x * y * a
    return (1 + sign * x * x * a, sign * b, -sign * x), (b, sign + y * y * a, -y), (x, y, z)


DETECTOR = TrackDetector
