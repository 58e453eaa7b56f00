"""What cards of neutrino beams reach in the mixing of a heavy neutral lepton: the composite neutrino of dimension 3/2."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from darkfactory.figures.planes import Plane, Question
from darkfactory.verbs.reach import Reach

__all__ = ["SEARCH", "reaches_in_mixing"]

SEARCH = "neutral-current"
USUAL = np.geomspace(100.0, 1e4, 13)
"""Masses [MeV]; heavier ones than a beam can make are closed."""


def _rows(found: Reach, coupling: str, **common: Any) -> list[dict[str, Any]]:
    """Rows of the mixing at the limit; nothing depends on the scale that the search scans."""
    stated = {"cl": found.cl, "method": found.method, "z": found.z, "provenance": "computed"} | common
    limited = [point for point in found.rows if point[coupling] is not None]
    return [{"mass_mev": point["mass"], "U2": point[coupling], **stated} for point in limited]


def reaches_in_mixing(plane: Plane, flavors: Iterable[str], **tags: Any) -> tuple[list[dict[str, Any]], list[Reach]]:
    """Rows and reaches of the cards of a user, for a heavy neutral lepton that leaves as ``search.decay`` of the card says.

    Parameters
    ----------
    plane : Plane
        What was asked, with :data:`SEARCH` among its searches.
    flavors : iterable of str
        Neutrinos that it mixes with.
    **tags
        The same in every row.

    Returns
    -------
    rows, reaches
        With the mixing in column ``U2``; of an experiment with data the observed limit.
    """
    questions = [
        Question(
            SEARCH,
            "U2_total",
            plane.masses(USUAL),
            model="composite-neutrino",
            settings={"model.dimension": 1.5, "model.flavor": flavor},
            tags={**tags, "flavor": flavor},
            rows=_rows,
            label=flavor,
        )
        for flavor in flavors
    ]
    return plane.of_cards(*questions)
