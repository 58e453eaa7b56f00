"""What the median experiment discovers: the weakest signal that is seen with a significance, local or of a whole scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from darkfactory.errors import in_range, one_of, require
from darkfactory.searches.base import SearchResult, listed
from darkfactory.statistics.limits import DISCOVERY
from darkfactory.statistics.look_elsewhere import Upcrossings, local_significance, trial_factor

__all__ = ["LOOK_ELSEWHERE", "Discovery", "discovery_of", "scan_upcrossings", "scanned_masses"]

Array = NDArray[np.float64]
LOOK_ELSEWHERE = ("none", "gross-vitells", "toys")
MOST_Z = 7.0
"""Largest significance; the probabilities of larger ones are below the precision of a confidence level."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Discovery:
    """The weakest signal that is seen in the median experiment, at H masses.

    Attributes
    ----------
    z, z_local, trial_factor : float
        Significance [standard deviations] in the whole scan; the local one that gives it; the ratio of their p-values.
    branching_ratio : ndarray, shape (H,)
        Branching ratio; inf where none is seen.
    couplings : dict
        Couplings by name and unit, shape (H,) each: the largest scales, the smallest of all others, as of limits.
    intervals : dict, optional
        All couplings that are seen, one array (k, 2) per mass (0 and inf are edges that were not found), of a search that looks
        for both edges.
    status : ndarray of str, shape (H,)
        As of limits.
    notes : tuple of str
        How it was computed.
    """

    z: float
    z_local: float
    trial_factor: float
    branching_ratio: Array
    couplings: Mapping[str, Array]
    intervals: Mapping[str, tuple[Array, ...]] | None
    status: NDArray[np.str_]
    notes: tuple[str, ...]


def discovery_of(result: SearchResult, z: float, look_elsewhere: str, seed: int = 0) -> Discovery:
    """Discovery reach of a search.

    Parameters
    ----------
    result : SearchResult
        Of the search; with a look-elsewhere correction the range from its lightest to its heaviest mass is scanned.
    z : float
        Significance [standard deviations], in (0, 7].
    look_elsewhere : str
        One of :data:`LOOK_ELSEWHERE`.
    seed : int
        Of the toys.

    Raises
    ------
    InvalidInput
        For numbers outside their domain, a correction of a single mass, and searches that cannot say.
    """
    require(
        in_range(
            "discovery", z, 0.0, MOST_Z, open_low=True, remedy="a significance in standard deviations, such as 3 or 5"
        ),
        one_of("look-elsewhere", look_elsewhere, LOOK_ELSEWHERE),
    )
    expected, masses = result.expectation, result.masses
    z_local, notes = float(z), []
    if look_elsewhere != "none":
        rising = scanned_masses(result)
        z_local = local_significance(z, scan_upcrossings(result, z, look_elsewhere, seed))
        require(
            None
            if z_local <= MOST_Z + 0.5
            else f"discovery = {z:g}: is a local significance of {z_local:.2f}; ask for less, or scan less"
        )
        notes.append(
            f"discovery: {z:g} standard deviations in a scan from {rising[0]:g} to {rising[-1]:g} MeV are "
            f"{z_local:.3f} at one mass ({look_elsewhere}, trial factor {trial_factor(z, z_local):.3g})"
        )
    seen = expected.limits(masses, float(ndtr(z_local)), DISCOVERY)
    notes += _notes(seen.poisson, seen.status, masses, z_local)
    return Discovery(
        z=float(z),
        z_local=z_local,
        trial_factor=trial_factor(z, z_local),
        branching_ratio=seen.branching_ratio,
        couplings=seen.couplings,
        intervals=seen.excluded,
        status=seen.status,
        notes=tuple(notes),
    )


def scanned_masses(result: SearchResult) -> Array:
    """Open masses of a result [MeV], rising, of which the first and last end the range of a scan; all where none is open."""
    is_open = result.status != "closed"
    return np.unique(result.masses[is_open] if is_open.any() else result.masses)


def scan_upcrossings(result: SearchResult, z: float, look_elsewhere: str, seed: int) -> Upcrossings:
    """Mean number of upcrossings of a local significance by the background in a scan of all open masses.

    Parameters
    ----------
    result, z, look_elsewhere, seed
        As of :func:`discovery_of`.

    Raises
    ------
    InvalidInput
        For a single open mass, and searches that cannot say.
    """
    rising = scanned_masses(result)
    require(
        one_of("look-elsewhere", look_elsewhere, LOOK_ELSEWHERE[1:]),
        None
        if len(rising) > 1
        else f"look-elsewhere = {look_elsewhere}: allowed with several masses that are open, of which the first and last "
        f"end the range that is scanned, such as --mass 0:100:21; here only {rising[0]:g} MeV",
    )
    there = result.expectation if np.array_equal(rising, result.masses) else result.anew(rising)
    return there.upcrossings(rising, there.limits(rising, float(ndtr(z)), DISCOVERY), look_elsewhere, result.anew, seed)


def _notes(few: NDArray[np.bool_], status: NDArray[np.str_], masses: Array, z: float) -> list[str]:
    """How it was computed, and where there is no answer."""
    quoted = np.isin(status, ("ok", "excluded-by-fixed"))
    notes = []
    if few.any():
        notes.append(
            f"discovery at {listed(masses[few])} MeV: exact Poisson p-value of the median count; without any background one event "
            "is enough"
        )
    if (many := quoted & ~few).any():
        notes.append(f"discovery at {listed(masses[many])} MeV: q0 = {z:.4g}^2 of the Asimov data")
    for word in dict.fromkeys(status[~quoted & (status != "closed")]):
        notes.append(f"discovery at {listed(masses[status == word])} MeV: none, {word}")
    return notes
