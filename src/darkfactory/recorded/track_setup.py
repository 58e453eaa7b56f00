"""What the searches with three tracks of Mu3e share: detector and exposure of a card, angles, resolution of a mass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_E, M_MU
from darkfactory.experiments import Card
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.numerics.streams import stream
from darkfactory.processes.muon_decay.slices import PARTS, Slice

__all__ = [
    "TrackSetup",
    "cosine",
    "energies",
    "line_width",
    "line_widths",
    "missing_mass2",
    "pair_mass",
]

Array = NDArray[np.float64]
SMEARED_EVENTS = 150000
"""Events at most from which a resolution is found."""


def energies(momenta: Sequence[Array]) -> list[Array]:
    """Energies [MeV] of electrons of three-momenta (n, 3) [MeV]."""
    return [np.sqrt(M_E**2 + np.einsum("ij,ij->i", p, p)) for p in momenta]


def pair_mass(momenta: Sequence[Array]) -> Array:
    """Invariant mass [MeV] of the second and third track, from three-momenta (n, 3)."""
    _, E2, E3 = energies(momenta)
    p = momenta[1] + momenta[2]
    return np.asarray(np.sqrt(np.maximum((E2 + E3) ** 2 - np.einsum("ij,ij->i", p, p), 0.0)))


def missing_mass2(momenta: Sequence[Array]) -> Array:
    """Missing mass squared [MeV^2] of three tracks from a muon at rest; negative where the resolution makes it so."""
    p = momenta[0] + momenta[1] + momenta[2]
    return np.asarray((M_MU - sum(energies(momenta))) ** 2 - np.einsum("ij,ij->i", p, p))


def cosine(p: Array, q: Array) -> Array:
    """Cosine of the angle between three-momenta (n, 3)."""
    length = np.sqrt(np.einsum("ij,ij->i", p, p) * np.einsum("ij,ij->i", q, q))
    return np.asarray(np.clip(np.einsum("ij,ij->i", p, q) / np.maximum(length, 1e-300), -1.0, 1.0))


def line_widths(
    made: Slice, weight: Array, detector: TrackDetector, variable: Callable[[Sequence[Array]], Array]
) -> Array:
    """Resolution of a mass variable: half of the central 68.27% interval of smeared events, weighted with the signal.

    Parameters
    ----------
    made : Slice
        Events of one true value of the variable.
    weight : ndarray, shape (n,)
        Signal of each event, >= 0.
    detector : TrackDetector
        What smears.
    variable : callable
        Of three measured three-momenta (n, 3).

    Returns
    -------
    ndarray, shape (1 + PARTS,)
        In the unit of the variable, of all events and with each subsample left out.
    """
    step = -(-len(made) // SMEARED_EVENTS)
    rng = stream(0, f"smearing {made.variable}")
    tracks = [p[::step, 1:] for p in made.momenta]
    measured = [detector.smeared(p, rng.standard_normal(p.shape)) for p in tracks]
    values = variable(measured)
    order = np.argsort(values)
    values, weight, part = values[order], weight[::step][order], made.part[::step][order]
    widths = []
    for left_out in range(-1, PARTS):
        share = np.cumsum(np.where(part == left_out, 0.0, weight))
        low, high = np.interp(np.array([0.158655, 0.841345]) * share[-1], share, values)
        widths.append(float(high - low) / 2)
    return np.array(widths)


def line_width(
    made: Slice, weight: Array, detector: TrackDetector, variable: Callable[[Sequence[Array]], Array]
) -> float:
    """Resolution of a mass variable from all events (see :func:`line_widths`)."""
    return float(line_widths(made, weight, detector, variable)[0])


@dataclass(frozen=True)
class TrackSetup:
    """Detector, exposure and spin of an experiment with three tracks.

    Attributes
    ----------
    detector : TrackDetector
        Acceptance, efficiency and resolution.
    exposure : float
        Stopped muons.
    polarization : float
        Degree of polarization that the search may use.
    notes : tuple of str
        What a reader must know.
    """

    detector: TrackDetector
    exposure: float
    polarization: float
    notes: tuple[str, ...]

    @classmethod
    def from_card(cls, card: Card) -> TrackSetup:
        """Read a card; a polarization that the card merely assumes is not used: it would make the reach better."""
        entry = card.quantity("beam.polarization")
        assumed = entry.tag == "assumed" and entry.value > 0
        notes = []
        if assumed:
            notes.append(
                f"beam.polarization = {entry.value:g} of the card is assumed and not used; give it with "
                f"beam.polarization={entry.value:g} to use the direction of the spin"
            )
        detector = TrackDetector.from_card(card)
        return cls(detector, card.exposure, 0.0 if assumed else float(entry.value), tuple(notes))

    @property
    def scale(self) -> float:
        """Events per unit of accepted branching ratio."""
        return self.exposure * self.detector.efficiency

    def along_spin(self, density: Any) -> Array:
        """Density (n,) at the polarization from the spin average and the coefficient of the degree, (n, 2)."""
        return np.asarray(density[:, 0] + self.polarization * density[:, 1])
