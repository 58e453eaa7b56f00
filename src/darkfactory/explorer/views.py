"""Which settings the page shows of each search, the masses it begins with, and what makes the first look quick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

__all__ = ["VIEWS", "View", "view_of"]


@dataclass(frozen=True)
class View:
    """What the page shows of a search.

    Attributes
    ----------
    keys : tuple of str
        Settings of card and search, in order; one that a card does not give is left out.
    masses : tuple of float
        First, last and largest mass [MeV] of the reach.
    points : int
        Number of masses.
    mass : float
        Mass [MeV] of the spectrum.
    quick : mapping
        Settings with which it is quick enough to follow the hand; the command says them.
    spacing : str
        ``log`` for masses with equal ratios.
    """

    keys: tuple[str, ...]
    masses: tuple[float, float, float]
    points: int
    mass: float
    quick: Mapping[str, str] = field(default_factory=dict)
    spacing: str = ""

    @property
    def range(self) -> str:
        """Masses that the page begins with, as one writes them."""
        low, high, _ = self.masses
        return ":".join(filter(None, (f"{low:g}", f"{high:g}", str(self.points), self.spacing)))


BEAM = ("beam.stopping_rate", "beam.days", "beam.exposure_muons", "beam.pot")
TRACKS = ("detector.p_T_min", "detector.momentum_resolution", "detector.angle_resolution", "detector.efficiency")
VIEWS = {
    "forward-positron": View(
        (
            *BEAM,
            "beam.polarization",
            "detector.x_resolution",
            "search.focus",
            "search.focus_mode",
            "search.systematics.polarization",
            "search.systematics.energy_scale",
        ),
        (0.0, 40.0, 95.0),
        21,
        20.0,
    ),
    "missing-mass-photon": View(
        (
            *BEAM,
            "trigger.threshold",
            "detector.positron_threshold",
            "detector.photon_energy_resolution",
            "detector.positron_energy_resolution",
            "detector.time_resolution",
            "search.shift_prior",
        ),
        (0.0, 40.0, 60.0),
        11,
        15.0,
        {"search.sampling": "0.5"},
    ),
    "missing-mass-tracks": View(
        (*BEAM, "beam.polarization", *TRACKS, "search.angles", "search.systematics.shape"),
        (0.0, 60.0, 75.0),
        9,
        30.0,
        {"search.precision": "0.05"},
    ),
    "ee-resonance": View(
        (*BEAM, "beam.polarization", *TRACKS, "search.angles", "search.accidentals.rate"),
        (5.0, 80.0, 100.0),
        7,
        20.0,
        {"search.precision": "0.05"},
        "log",
    ),
    "ee-displaced": View(
        (*BEAM, "detector.momentum_resolution", "detector.efficiency"), (10.0, 60.0, 100.0), 6, 15.0, spacing="log"
    ),
    "beam-dump": View((*BEAM, "search.acceptance"), (2.0, 40.0, 200.0), 9, 10.0, spacing="log"),
}
"""By search; of another one only model, masses and lines of settings are shown."""


def view_of(search: str, channel: str = "") -> View:
    """What the page shows of a search; of a decay of the tau lepton with masses up to its own."""
    view = VIEWS.get(search, View((), (100.0, 1000.0, 5000.0), 4, 500.0))
    return replace(view, masses=(0.0, 1500.0, 1700.0), points=13, mass=500.0) if channel.startswith("tau") else view
