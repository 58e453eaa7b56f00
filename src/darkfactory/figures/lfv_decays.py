"""What planes of LFV decays show of searches: those of the package, and those that a user's card can be used for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.figures import curves
from darkfactory.figures.planes import Plane, Question
from darkfactory.processes.muon_decay.scales import leptons

__all__ = ["LFV_SEARCHES", "labels_of", "searched"]

LFV_SEARCHES = {
    "mu -> e a": ("forward-positron", "missing-mass-photon", "missing-mass-tracks"),
    "tau -> mu a": ("forward-positron",),
    "tau -> e a": ("forward-positron",),
}
"""Searches that cards of the user are asked for."""


BETWEEN = (1.0, 3.0, 6.0, 15.0, 25.0, 35.0)
"""Masses [MeV] left out of the reaches of three tracks, which take longest and change slowly, unless masses are asked for."""


def labels_of(channel: str) -> tuple[str, ...]:
    """Names of the reaches of the package on a channel."""
    return tuple(label for label, *_ in curves.PLANNED[channel])


def searched(
    plane: Plane,
    channel: str,
    chirality: str,
    usual: Sequence[float],
    wanted: NDArray[np.float64],
    only: Iterable[str] | None = None,
    others: Sequence[Question] = (),
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Reaches of the package and of the user's cards on an LFV decay, of the curves that are shown.

    Parameters
    ----------
    plane : Plane
        The plane.
    channel, chirality : str
        Decay, and ``V+A``, ``V-A``, ``V``, ``A``.
    usual : sequence of float
        ALP masses [MeV] that are fitted together: a search over a wide range knows its background better.
    wanted : ndarray
        Masses [MeV] that are shown.
    only : iterable of str, optional
        Labels of the reaches of the package; all by default.
    others : sequence of Question
        What else the plane asks of the user's cards, with a ``panel`` among the tags.

    Returns
    -------
    rows, references, notes
        As of :func:`darkfactory.figures.curves.reaches`.
    """
    labels = plane.shown(label for label in labels_of(channel) if only is None or label in only)
    masses = np.unique([*usual, *wanted])
    rows: list[dict[str, Any]] = []
    used: list[str] = []
    notes: list[str] = []
    if labels and len(wanted):
        tracks_at = {*wanted} if plane.settings["mass"] else {*wanted} - {*BETWEEN}
        rows, used, notes = curves.reaches(channel, chirality, labels, tuple(masses), plane.cl, tracks_at)
    how: dict[str, Any] = {"model.chirality": chirality}
    if channel != "mu -> e a":
        how["search.channel"] = "-".join(leptons(channel))
    asked = []
    for search in LFV_SEARCHES[channel] if len(wanted) else ():
        tracks = search == "missing-mass-tracks"
        fewer = wanted[wanted <= curves.TRACKS_UP_TO] if tracks else wanted
        light = fewer if tracks else masses
        more = {"search.precision": 0.02} if tracks else {}
        tags = {"chirality": chirality}
        asked.append(Question(search, "F_gev", light, settings=how | more, tags=tags, fewer=fewer))
    mine, results = plane.of_cards(*asked, *others)
    shown = [row for row in [*rows, *mine] if "panel" in row or row["mass_mev"] in wanted]
    return shown, [*used, *(key for one in results for key in one.references)], notes
