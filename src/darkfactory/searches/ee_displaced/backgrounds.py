"""Expected backgrounds of displaced pairs in the mass window, by source, each to be replaced by a number or a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_E
from darkfactory.errors import InvalidInput
from darkfactory.experiments import Card
from darkfactory.experiments.detectors.decay_volume import GASES, DecayVolume
from darkfactory.processes.muon_decay.accidentals import CM_PER_UM, MYLAR_DENSITY, MYLAR_Z_OVER_A
from darkfactory.processes.muon_decay.displaced_backgrounds import (
    accidental_triples,
    bhabha_pair_mass,
    bhabha_pairs,
    conversions,
    misvertex_probability,
)
from darkfactory.settings import Setting, Settings

__all__ = ["BACKGROUND_KEYS", "BHABHA_END", "SOURCES", "Window"]

Array = NDArray[np.float64]
SOURCES = ("conversions", "bhabha", "misvertex", "accidentals", "material")
BHABHA_END = float(bhabha_pair_mass(52.83))
"""Largest mass [MeV] of a Bhabha pair of a positron of muon decay."""
CARBON = (6.0, 12.011)
"""Z and A of what converts photons in Mylar, mostly."""


def _replaced(source: str, what: str) -> Setting:
    return Setting(
        f"background.{source}", None, f"{what}: events in the window, or a file of lines mass,events", "file"
    )


BACKGROUND_KEYS = (
    _replaced("conversions", "photons of radiative decays that convert in the gas"),
    _replaced("bhabha", "Bhabha pairs in the gas"),
    _replaced("misvertex", "internal conversion with a mis-measured vertex"),
    _replaced("accidentals", "three tracks of different muons"),
    _replaced("material", "pairs made in the target with a mis-measured vertex"),
    Setting("vertex.resolution", 0.3, "standard deviation of the vertex", unit="mm", low=0.0, open_low=True),
    Setting("vertex.tail_fraction", 1e-6, "size of the exponential tail of the vertex", low=0.0, high=1.0),
    Setting("vertex.tail_length", 2.0, "its length", unit="mm", low=0.0, open_low=True),
    Setting("accidentals.rate", 1e8, "muons stopped per second", unit="1/s", low=0.0, open_low=True),
    Setting("accidentals.time_window", 1e-9, "coincidence of tracks", unit="s", low=0.0, open_low=True),
    Setting("accidentals.electrons", 1.2e-4, "electrons seen per muon", low=0.0),
    Setting("accidentals.crossing", 0.03, "chance that two helices cross in the volume", low=0.0, high=1.0),
    Setting("accidentals.pointing", 1.0, "distance within which a pair points to the stop", unit="mm", low=0.0),
    Setting(
        "accidentals.mass_share", 0.025, "share of such pairs per MeV of the mass", low=0.0, high=1.0, unit="1/MeV"
    ),
    Setting(
        "reconstructed.neutrinos",
        1e-6,
        "share of pairs beside neutrinos with mass and momentum of a muon",
        low=0.0,
        high=1.0,
    ),
    Setting(
        "reconstructed.accidentals", 1e-5, "share of accidentals with mass and momentum of a muon", low=0.0, high=1.0
    ),
)
"""Settings of the backgrounds; those of accidentals and of the vertex are assumed, to be replaced by data."""


def _given(source: str, text: str, masses: Array) -> Array:
    """Events at the masses from a number or a file of two columns, interpolated in between."""
    try:
        events = np.full(len(masses), float(text))
    except ValueError:
        try:
            table = np.atleast_2d(np.genfromtxt(Path(text).expanduser(), delimiter=",", comments="#", dtype=float))
            table = table[np.isfinite(table).all(axis=1)]  # a line of names is no number
        except (OSError, ValueError) as error:
            raise InvalidInput(
                f"search.background.{source} = {text}: allowed a number of events >= 0, or a file of lines mass,events "
                f"({type(error).__name__})"
            ) from None
        if table.shape[1:] != (2,) or not len(table) or np.any(np.diff(table[:, 0]) <= 0):
            raise InvalidInput(
                f"search.background.{source} = {text}: allowed lines mass,events with rising masses"
            ) from None
        if masses.size and (masses.min() < table[0, 0] or masses.max() > table[-1, 0]):
            raise InvalidInput(
                f"search.background.{source} = {text}: masses from {table[0, 0]:g} to {table[-1, 0]:g} MeV, asked "
                f"{masses.min():g} to {masses.max():g} MeV; extend the file"
            ) from None
        events = np.interp(masses, table[:, 0], table[:, 1])
    if not np.all(np.isfinite(events) & (events >= 0)):
        raise InvalidInput(f"search.background.{source} = {text}: allowed [0, inf) events")
    return np.asarray(events)


@dataclass(frozen=True, eq=False)
class Window:
    """Windows of m_ee at an experiment, and what is expected in them per muon that makes three tracks.

    Attributes
    ----------
    settings : Settings
        Of the search: :data:`BACKGROUND_KEYS`, ``window``.
    card : Card
        Gas and target.
    volume : DecayVolume
        Fiducial volume.
    masses : ndarray, shape (H,)
        Centres [MeV].
    acceptance : ndarray, shape (H,)
        Of three tracks, a proxy: that of the signal.
    conversion : ndarray, shape (H,)
        Accepted internal conversion per MeV.
    neutrinos : bool
        Whether the signal has neutrinos: without, a background must look like a whole muon.
    softest : float
        Lowest energy of a photon that makes two tracks [MeV].
    """

    settings: Settings
    card: Card
    volume: DecayVolume
    masses: Array
    acceptance: Array
    conversion: Array
    neutrinos: bool
    softest: float

    @property
    def _whole(self) -> float:
        """Share of pairs beside neutrinos that look like the signal."""
        return 1.0 if self.neutrinos else float(self.settings["reconstructed.neutrinos"])

    @property
    def _light(self) -> NDArray[np.bool_]:
        """Whether Bhabha pairs are in the window."""
        return np.asarray(self.masses - self.settings["window"] < BHABHA_END)

    @property
    def _gas(self) -> tuple[float, float, float]:
        """Areal density [g/cm^2], Z and A of the gas."""
        density, Z, A = GASES[self.card.value("detector.gas")]
        return density * self.volume.seen_length / 10, Z, A

    @property
    def _missed(self) -> float:
        """Probability that a vertex in the target is seen away from it."""
        names = ("resolution", "tail_fraction", "tail_length")
        values = (self.settings[f"vertex.{name}"] for name in names)
        return float(misvertex_probability(self.volume.wall_distance, *values))

    def _converted(self, thickness: float, Z: float, A: float) -> Array:
        half = self.settings["window"]
        heavy, found = self.masses - half > 2 * M_E, np.zeros(len(self.masses))
        if thickness > 0 and heavy.any():
            found[heavy] = conversions(self.masses[heavy], half, thickness, Z, A, self.softest)
        return found

    def _scattered(self, thickness: float, z_over_a: float) -> Array:
        pairs = bhabha_pairs(thickness, z_over_a, self.softest / 2) if self._light.any() else 0.0
        return np.where(self._light, pairs, 0.0)

    def conversions(self) -> Array:
        """Photons of radiative decays that convert in the gas."""
        return np.asarray(self.acceptance * self._whole * self._converted(*self._gas))

    def bhabha(self) -> Array:
        """Bhabha pairs in the gas."""
        if not self._light.any():
            return np.zeros(len(self.masses))
        thickness, Z, A = self._gas
        return np.asarray(self.acceptance * self._whole * self._scattered(thickness, Z / A))

    def misvertex(self) -> Array:
        """Internal conversion in the target."""
        return np.asarray(2 * self.settings["window"] * self.conversion * self._whole * self._missed)

    def accidentals(self) -> Array:
        """Tracks of three muons."""
        s = self.settings
        rate = accidental_triples(
            s["accidentals.rate"],
            s["accidentals.time_window"],
            self.volume.wall_area,
            **{name: s[f"accidentals.{name}"] for name in ("electrons", "crossing", "pointing")},
            mass_share=min(2 * s["window"] * s["accidentals.mass_share"], 1.0),
        )
        return np.asarray(self.acceptance * rate * (1.0 if self.neutrinos else s["reconstructed.accidentals"]))

    def material(self) -> Array:
        """Conversions and Bhabha pairs in the target."""
        thickness = self.card.value("detector.target_path_um", 0.0) * CM_PER_UM * MYLAR_DENSITY
        made = self._converted(thickness, *CARBON) + self._scattered(thickness, MYLAR_Z_OVER_A)
        return np.asarray(self.acceptance * self._whole * made * self._missed)

    def expected(self, scale: float) -> dict[str, Array]:
        """Expected events at each mass by source; ``scale`` is muons times efficiency. Without acceptance there are none."""
        found = {}
        for source in SOURCES:
            text = self.settings[f"background.{source}"]
            events = scale * getattr(self, source)() if text is None else _given(source, text, self.masses)
            found[source] = np.where(self.acceptance > 0, events, 0.0)
        return found
