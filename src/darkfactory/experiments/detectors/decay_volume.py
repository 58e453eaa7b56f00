"""Where a detector sees the decay of what flies away from its target: a cylinder around a hollow double cone.

Stops lie on the surface of the cone, uniform in z and azimuth (an assumption). A vertex is fiducial inside the cylinder and
away from the wall of the cone; the inside of the cone is allowed, because it is gas. What is seen depends on the angle of
the flight to the axis. Not included: the resolution of the vertex.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, in_range, positive
from darkfactory.experiments.declarations import Numbers, choice, of_card, positive_number
from darkfactory.experiments.detectors.base import EFFICIENCY, TARGET_HALF_LENGTH, TARGET_RADIUS, Detector
from darkfactory.experiments.detectors.helix import double_cone_vertex
from darkfactory.kinematics.flight import Flight, fly, seen_probability
from darkfactory.numerics.cache import kept
from darkfactory.settings import Setting

__all__ = ["DETECTOR", "GASES", "DecayVolume"]

Array = NDArray[np.float64]
BINS = 360
SCALE = 1.0
"""Flight distance [mm] from the first edge on at which bins are twice as wide as the first ones."""
RAYS = (10946, 6765)
"""Rays of one lattice, and the generator of the lattice: neighbours in the sequence of Fibonacci."""
SHIFTS = ((0.0, 0.0), (0.5, 0.381966))
"""Of the two lattices; their difference is the error."""
CONES = 26
"""Bins of the cosine of the flight to the axis, without its sign; a divisor of the rays."""


GASES: dict[str, tuple[float, float, float]] = {
    "He": (1.66e-4, 2.0, 4.0026),
    "air": (1.2e-3, 7.2, 14.4),
    "vacuum": (0.0, 1.0, 1.0),
}
"""What fills the volume: density [g/cm^3] at 20 C, mean Z and A."""


@dataclass(frozen=True)
class DecayVolume(Detector):
    r"""Fiducial volume of displaced vertices around a target that is a hollow double cone on the axis z.

    Parameters
    ----------
    target_radius, target_half_length : float
        Radius at z = 0 and half length of the cone [mm], > 0.
    radius, half_length : float
        A vertex has rho < radius and \|z\| < half_length [mm]; the volume encloses the target.
    wall_distance : float
        Least distance of a vertex from the wall of the cone [mm], >= 0.
    first_layer : float
        Radius of the innermost material around the target [mm]: the volume ends before it.

    Raises
    ------
    InvalidInput
        For lengths outside their range, a volume that reaches into material, and one in which nothing is seen.

    Examples
    --------
    >>> volume = DecayVolume(19.0, 50.0, 22.0, 60.0, 2.0, first_layer=23.3)
    >>> round(volume.seen_length, 2), round(float(volume.probability(10.0)), 3)
    (19.04, 0.446)
    """

    name: ClassVar[str] = "displaced-vertices"
    target_radius: float = of_card(TARGET_RADIUS, need="target")
    target_half_length: float = of_card(TARGET_HALF_LENGTH, need="target")
    radius: float = of_card(
        positive_number("detector.fiducial_radius", "displaced vertices have a smaller distance from the axis", "mm"),
        need="fiducial volume of displaced vertices",
    )
    half_length: float = of_card(
        positive_number("detector.fiducial_half_length", "displaced vertices have a smaller |z|", "mm"),
        need="fiducial volume of displaced vertices",
    )
    wall_distance: float = 0.0
    first_layer: float = math.inf
    others: ClassVar[tuple[Setting, ...]] = (
        EFFICIENCY,
        choice("detector.gas", "what fills the fiducial volume, where photons convert", *GASES),
    )

    @classmethod
    def from_card(cls, card: Numbers, **chosen: Any) -> Self:
        """Read a card; the first of its layers, if it has any, is the innermost material."""
        layers = card.value("detector.layers", ())
        inner = {"first_layer": min(float(radius) for radius, _ in layers)} if layers else {}
        return super().from_card(card, **(inner | chosen))

    def contradictions(self) -> list[str | None]:
        """What is wrong with numbers that are each within their range."""
        layer = min(self.first_layer, 1e300)
        encloses = "the volume encloses the target"
        problems = [
            positive("detector.target_radius", self.target_radius, unit="mm"),
            positive("detector.target_half_length", self.target_half_length, unit="mm"),
            positive("detector.first_layer", layer, unit="mm"),
            in_range(
                "detector.fiducial_radius",
                self.radius,
                self.target_radius,
                layer,
                unit="mm",
                open_low=True,
                remedy=f"{encloses}, and ends at the first layer of material",
            ),
            in_range(
                "detector.fiducial_half_length",
                self.half_length,
                self.target_half_length,
                unit="mm",
                open_low=True,
                remedy=encloses,
            ),
            in_range("search.d_min", self.wall_distance, 0, unit="mm"),
        ]
        if not any(problems) and not (self.wall_distance < self.longest and self.seen_length > 0):
            raise InvalidInput(
                f"search.d_min = {self.wall_distance:g} mm: no vertex within rho < {self.radius:g} mm and "
                f"|z| < {self.half_length:g} mm is so far from the wall of the target; choose a smaller one"
            )
        return problems

    @property
    def wall_area(self) -> float:
        """Area of the cone [mm^2]."""
        slant = math.hypot(self.target_radius, self.target_half_length)
        return 2 * math.pi * self.target_radius * slant

    @property
    def longest(self) -> float:
        """Distance [mm] beyond which no point of the volume lies from any stop."""
        return math.hypot(self.radius + self.target_radius, self.half_length + self.target_half_length)

    def _excluded(self, z: Array) -> tuple[Array, Array]:
        """Smallest and largest rho at height z that are too near to the wall; equal where none is."""
        R, H, d = self.target_radius, self.target_half_length, self.wall_distance
        z, slope = np.abs(z), d * R / math.hypot(R, H)
        ends = []
        for side in (-1.0, 1.0):
            foot = np.clip(z - side * slope, 0.0, H)
            reach = d * d - (z - foot) ** 2
            rho = R * (1 - foot / H) + side * np.sqrt(np.maximum(reach, 0.0))
            ends.append(np.where(reach >= 0, np.clip(rho, 0.0, self.radius), 0.0))
        return ends[0], ends[1]

    def contains(self, position: Any) -> Any:
        """Whether vertices are fiducial.

        Parameters
        ----------
        position : array_like
            Positions [mm], shape (..., 3).

        Returns
        -------
        array of bool
            Shape (...).
        """
        x = np.asarray(position, dtype=float)
        rho, z = np.hypot(x[..., 0], x[..., 1]), x[..., 2]
        low, high = self._excluded(z)
        away = (rho < low) | (rho > high) | (high <= 0)
        return ((rho < self.radius) & (np.abs(z) < self.half_length) & away)[()]

    @property
    def table(self) -> tuple[Array, Array, Array]:
        """Edges of bins of the flight distance [mm], probability f that a point at such a distance is fiducial, its error.

        The mean over all directions.
        """
        return _table(self)[:3]

    @property
    def by_direction(self) -> Array:
        """The same probability, (n, C), in even bins of the cosine of the flight to the axis, from 0 to 1 without its sign."""
        return _table(self)[3]

    @property
    def seen_length(self) -> float:
        """Integral of f over the distance [mm]: what the probability times a long decay length tends to."""
        edges, seen, _ = self.table
        return float(np.diff(edges) @ seen)

    def probability(self, length: Any) -> Any:
        """Probability that a particle that starts at a stop, in all directions alike, has a fiducial decay.

        Parameters
        ----------
        length : array_like
            Mean decay lengths [mm], >= 0; inf for what does not decay.

        Returns
        -------
        array
            In [0, 1): see :func:`darkfactory.kinematics.flight.seen_probability`.
        """
        edges, seen, _ = self.table
        return seen_probability(edges, seen, length)

    def stops(self, u_z: Any, u_phi: Any) -> Array:
        """Stopping points [mm], shape (..., 3), from two uniform numbers."""
        return np.stack(double_cone_vertex(u_z, u_phi, self.target_radius, self.target_half_length), axis=-1)

    def vertices(self, u: Any, momentum: Any, mass: float, ctau: float) -> Flight:
        """Vertices of decays that can be fiducial, and the weights that make them the decays of all particles.

        Parameters
        ----------
        u : array_like
            Three uniform numbers in [0, 1) for each particle, shape (..., 3): two of the stop, one of the distance.
        momentum : array_like
            Momenta [MeV], shape (..., 3).
        mass, ctau : float
            Mass [MeV], > 0, and proper decay length [mm], >= 0.

        Returns
        -------
        Flight
            Weight 0 for vertices that are not fiducial; the mean of the weights is the probability.
        """
        u = np.asarray(u, dtype=float)
        start = self.stops(u[..., 0], u[..., 1])
        made = fly(u[..., 2], start, momentum, mass, ctau, between=(self.wall_distance, self.longest))
        return Flight(made.position, made.time_ns, np.where(self.contains(made.position), made.weight, 0.0))


@functools.lru_cache(maxsize=64)
def _table(volume: DecayVolume) -> tuple[Array, Array, Array, Array]:
    """Integrate over stops and polar angles on two lattices, and over the azimuth in closed form."""
    found = kept("decay volumes", [repr(volume)], lambda: _integrated(volume))
    table = (found["edges"], found["seen"], found["error"], found["by_direction"])
    for column in table:
        column.flags.writeable = False
    return table


def _integrated(volume: DecayVolume) -> dict[str, Array]:
    """Columns of the table by name."""
    d, end = volume.wall_distance, volume.longest
    edges = d + SCALE * np.expm1(np.linspace(0.0, math.log1p((end - d) / SCALE), BINS + 1))
    middles = (edges[1:] + edges[:-1]) / 2
    number = (np.arange(RAYS[0]) + 0.5) / RAYS[0]
    found = []
    for shift in SHIFTS:
        u = (number + shift[0]) % 1
        cosine = 2 * ((np.arange(RAYS[0]) * RAYS[1] / RAYS[0] + shift[1]) % 1) - 1
        # of a lattice as many rays are in each bin
        order = np.argsort(np.abs(cosine))
        u, cosine = u[order], cosine[order]
        # the cone is the same above and below: stops above are enough
        radius, height = volume.target_radius * (1 - u), volume.target_half_length * u
        sine = np.sqrt(1 - cosine**2)
        rays = (_fiducial(volume, radius, height + at * cosine, at * sine) for at in middles)
        found.append(np.array([ray.reshape(CONES, -1).mean(axis=1) for ray in rays]))
    seen, apart = (found[0] + found[1]) / 2, (found[0] - found[1]).mean(axis=1) / 2
    return {"edges": edges, "seen": seen.mean(axis=1), "error": np.abs(apart), "by_direction": seen}


def _fiducial(volume: DecayVolume, radius: Array, z: Array, across: Array) -> Array:
    """Share of azimuths with which rays of transverse length ``across`` from rho = ``radius`` end at a fiducial rho."""
    low, high = volume._excluded(z)
    base, swing = radius**2 + across**2, np.maximum(2 * radius * across, 1e-280)

    def below(rho: Any) -> Array:
        return np.asarray(1 - np.arccos(np.clip((rho**2 - base) / swing, -1.0, 1.0)) / np.pi)

    inner = np.where(low > 0, below(low), 0.0)
    outer = np.maximum(below(volume.radius) - np.where(high > 0, below(high), 0.0), 0.0)
    return np.where(np.abs(z) < volume.half_length, inner + outer, 0.0)


DETECTOR = DecayVolume
