"""Published limits on l_i -> l_j a with an invisible ALP: the numbers as they were published, per channel."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.bounds.records import Limit, Number
from darkfactory.constants import BR_TAU_E_NU_NU, BR_TAU_MU_NU_NU, M_MU
from darkfactory.processes.muon_decay.photon_nodes import alp_nodes

__all__ = ["ASYMMETRY", "Measured", "PhotonCuts", "PublishedLimit"]

ASYMMETRY = {"isotropic": 0.0, "V+A": 1.0, "V-A": -1.0}
"""Decay asymmetry A of the chiralities that experiments publish; ``any`` has none."""
_LEPTONIC = {"tau -> e a": BR_TAU_E_NU_NU, "tau -> mu a": BR_TAU_MU_NU_NU}


@dataclass(frozen=True)
class PhotonCuts:
    """Region of mu -> e a gamma in which a limit was published.

    Attributes
    ----------
    electron_min, photon_min : float
        Lowest energies [MeV].
    opening_angle_min : float
        Smallest opening angle [rad].
    tag, provenance, source : str
        Where they come from (see :class:`Number`).
    """

    electron_min: float
    photon_min: float
    opening_angle_min: float
    tag: str
    source: str
    provenance: str = ""

    def fraction(self, mass: float) -> float:
        """Branching ratio of mu -> e a gamma within the cuts over that of mu -> e a, at an ALP mass [MeV].

        Tree level, massless electron (the angle keeps away from collinear photons).

        Examples
        --------
        >>> f"{PhotonCuts(38, 38, math.radians(140), 'paper', '').fraction(0.0):.4e}"
        '1.2601e-05'
        """
        eta, half = (mass / M_MU) ** 2, M_MU / 2
        cosine = math.cos(self.opening_angle_min)
        nodes = alp_nodes(eta, self.electron_min / half, self.photon_min / half, cosine)
        return float(nodes.weight.sum()) / (1 - eta) ** 2

    @property
    def text(self) -> str:
        """The cuts in words."""
        return (
            f"E_e > {self.electron_min:g} MeV, E_gamma > {self.photon_min:g} MeV, opening angle above "
            f"{math.degrees(self.opening_angle_min):g} degrees [{self.provenance or self.tag}]"
        )


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured beside a limit: a branching ratio with a Gaussian error, or counted events.

    Attributes
    ----------
    best_fit, error : float or None
        Branching ratio, of either sign, and its standard deviation.
    observed, background, events_per_branching_ratio : float or None
        Events, expected background, and signal events of unit branching ratio (decays times efficiency).
    tag, provenance, source : str
        Where they come from (see :class:`Number`).
    """

    best_fit: float | None = None
    error: float | None = None
    observed: float | None = None
    background: float | None = None
    events_per_branching_ratio: float | None = None
    tag: str
    source: str
    provenance: str = ""

    @property
    def numbers(self) -> list[float]:
        """Those that are given."""
        found = (self.best_fit, self.error, self.observed, self.background, self.events_per_branching_ratio)
        return [number for number in found if number is not None]


@dataclass(frozen=True, kw_only=True)
class PublishedLimit(Limit):
    """One published number, table or range: an upper limit on a decay, as it was published.

    Attributes
    ----------
    cl, mass_min, mass_max, chirality, form, tag, source, provenance, masses, values, mass_range_tag, because, note ...
        As of :class:`~darkfactory.bounds.records.Limit`; ``because`` is shown in every basis text. Forms: ``value``,
        ``points`` (linear in between), ``steps`` (constant between edges) or ``range`` (only weakest and strongest are
        known: the weakest is used).
    channel, observable : str
        A channel of :mod:`darkfactory.processes.muon_decay.scales`; ``branching_ratio``, ``ratio`` to tau -> l nu nu, or
        ``with_photon``: a limit on mu -> e a gamma within ``cuts``.
    rule : str
        ``none``, ``angular`` or ``by-chirality``.
    polarization, mean_cosine : Number or None
        P in [0, 1] and cbar of the rule ``angular``.
    no_cl_rescaling : str
        Reason why it must not be rescaled to another CL; empty if it may be.
    alternative : str
        Label of a number that is kept next to the default one and only used when asked for.
    cuts : PhotonCuts or None
        Region of a limit ``with_photon``.
    measured : Measured or None
        What a combination needs, where the publication states it.
    """

    cl: float
    channel: str
    observable: str
    rule: str
    polarization: Number | None = None
    mean_cosine: Number | None = None
    no_cl_rescaling: str = ""
    alternative: str = ""
    cuts: PhotonCuts | None = None
    measured: Measured | None = None

    def published(self, mass: float) -> float:
        """Branching-ratio limit as published, at a mass [MeV] of the range: own CL, own chirality.

        Ratios to tau -> l nu nu are multiplied by B(tau -> l nu nu), limits with a photon divided by the fraction of
        mu -> e a with such a photon; of a range it is the weakest end.
        """
        if self.form == "points":
            value = float(np.interp(mass, self.masses, self.values))
        elif self.form == "steps":
            value = self.values[min(bisect.bisect_right(self.masses, mass), len(self.values)) - 1]
        else:
            value = max(self.values)
        if self.cuts is not None:
            return value / self.cuts.fraction(mass)
        return value * (_LEPTONIC[self.channel] if self.observable == "ratio" else 1.0)

    def origins(self) -> list[tuple[str, Any, str, str]]:
        """As of :class:`~darkfactory.bounds.records.Limit`, with the numbers of the recast."""
        found = super().origins()
        for name in ("polarization", "mean_cosine"):
            number: Number | None = getattr(self, name)
            if number is not None:
                found.append((name, number.value, number.provenance or number.tag, number.source))
        if self.cuts is not None:
            edges = [self.cuts.electron_min, self.cuts.photon_min, self.cuts.opening_angle_min]
            found.append(("cuts", edges, self.cuts.provenance or self.cuts.tag, self.cuts.source))
        if self.measured is not None:
            numbers = self.measured
            found.append(("measured", numbers.numbers, numbers.provenance or numbers.tag, numbers.source))
        if self.form == "points":
            found.append(("interpolation", None, "assumed", "linear between published masses"))
        return found

    @property
    def text(self) -> str:
        """Chirality, form, CL and provenance in words."""
        form = {
            "value": "",
            "points": ", linear between published masses [assumed]",
            "steps": ", per mass interval",
            "range": ", weakest end of the published range over masses",
        }[self.form]
        ratio = f" from the ratio to {self.channel.removesuffix('a')}nu nu" if self.observable == "ratio" else ""
        if self.cuts is not None:
            ratio = f" from mu -> e a gamma < {max(self.values):g} with {self.cuts.text}, tree level [derived]"
        chirality = "any chirality" if self.chirality == "any" else self.chirality
        return f"{chirality}{form}{ratio}, {100 * self.cl:g}% CL [{self.origin}]"
