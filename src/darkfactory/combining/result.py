"""What ``combine`` returns: limits on one coupling from several results, and what each of them adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.glossary import Column, column
from darkfactory.result import Result, plain
from darkfactory.searches.expectations import binned_limits
from darkfactory.statistics import BinnedModel, to_pyhf

__all__ = ["Combination"]

LEVELS = {"m2": "-2", "m1": "-1", "p1": "+1", "p2": "+2"}


@dataclass(frozen=True, eq=False, repr=False)
class Combination(Result):
    """Limits of several results of one model as one likelihood.

    Attributes
    ----------
    labels : tuple of str
        Names of the parts.
    model : str
        Name of the model.
    parameters : dict
        What identifies it beside the coupling.
    coupling : str
        Coupling that is limited, with its unit.
    cl, z : float
        Confidence level and the number of standard deviations of the median limit.
    method : str
        Statistical method.
    shared : tuple of str
        Nuisances that are common to the parts that have them.
    nuisances : dict
        Priors of all nuisances by name; those that are not shared begin with the label of their part.
    rows : sequence of dict
        One row per mass.
    notes, references : tuple of str
        What a reader must know; citation keys of all parts.
    joint : BinnedModel, optional
        The joint likelihood of a single mass; its parameter of interest is the branching ratio of the first part that is in it.
    data : ndarray, shape (1, B), optional
        Observed counts in its bins.
    """

    kind: ClassVar[str] = "combine"
    axis: ClassVar[str] = "mass"

    labels: tuple[str, ...]
    model: str
    parameters: Mapping[str, Any]
    coupling: str
    cl: float
    z: float
    method: str
    shared: tuple[str, ...]
    nuisances: Mapping[str, float]
    rows: Sequence[Mapping[str, Any]]
    notes: tuple[str, ...]
    references: tuple[str, ...]
    joint: BinnedModel | None = None
    data: NDArray[np.float64] | None = None

    @property
    def title(self) -> str:
        """Line above the table."""
        return f"{self.parameters.get('chirality', self.model)}: {' + '.join(self.labels)}"

    @property
    def settings(self) -> dict[str, Any]:
        """What was asked for."""
        return {"share": list(self.shared), "cl": self.cl, "method": self.method, "coupling": self.coupling}

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        return {
            "parts": list(self.labels),
            "model": self.model,
            "model_parameters": dict(self.parameters),
            **self.settings,
            "z": self.z,
            "nuisances": plain(self.nuisances),
        }

    def own_columns(self) -> Mapping[str, Column]:
        """Limits on the coupling, and what belongs to a part by its label."""
        unit = column(self.coupling).unit
        own = {
            f"band.{name}": Column(name, unit, f"expected limit on {self.coupling}, {sigma} sigma of the background")
            for name, sigma in LEVELS.items()
        }
        for label in self.labels:
            own[f"parts.{label}"] = Column(label, unit, f"median expected limit of {label} alone on {self.coupling}")
            own[f"information.{label}"] = Column(label, "1", f"share of {label} in the information of the parts")
        own["best"] = Column("best", "", "part whose own limit is the strongest")
        own["gain"] = Column(
            "gain", "1", "combined limit on the coupling, as many times stronger as that of the best part"
        )
        for name in self.nuisances:
            about = f"correlation of the signal with {name} in the fit of the background"
            own[f"correlation.{name}"] = Column(name, "1", about)
        about = f"median expected excluded intervals of {self.coupling} [low, high]; no number where no edge was found"
        return own | {"excluded": Column("excluded", unit, about)}

    def to_pyhf(self) -> dict[str, Any]:
        """The joint likelihood of a single mass as a pyhf workspace, in the branching ratio of the first part, scaled.

        Raises
        ------
        InvalidInput
            If there are several masses, or the parts are counts, whose limits are no fit.
        DarkfactoryError
            If a nuisance is of a kind that pyhf cannot express.
        """
        if len(self.rows) != 1:
            raise InvalidInput(
                f"mass: {len(self.rows)} points; a pyhf workspace holds one, combine results of one mass"
            )
        if self.joint is None:
            raise InvalidInput(f"{self.title}: counts, or closed: there is no binned likelihood to export")
        band = binned_limits(self.joint, self.cl, self.method)["band"]
        data = None if self.data is None else self.data[0]
        return to_pyhf(self.joint, data, reach=float(np.max(band[np.isfinite(band)], initial=0.0)))

    def plot(self, ax: Any = None, quantity: str | None = None) -> Any:
        """Draw the combined limit with its 68% and 95% band, and those of the parts, against mass.

        Parameters
        ----------
        ax : Axes, optional
            Where; a new figure otherwise.
        quantity : str, optional
            The coupling, the only one.

        Returns
        -------
        Axes
            With labels and units.

        Raises
        ------
        InvalidInput
            For another quantity.
        """
        from darkfactory.plotting import axes_of, draw_against, numbers_of

        require(None if quantity is None else one_of("quantity", quantity, (self.coupling,)))
        axes, mass = axes_of(ax), ("mass", np.array([row["mass"] for row in self.rows]))
        for label in self.labels:
            own = numbers_of([row["parts"] for row in self.rows], label)
            draw_against(axes, mass, (self.coupling, own), label=label)
        m2, m1, p1, p2 = (numbers_of([row["band"] for row in self.rows], name) for name in LEVELS)
        y = numbers_of([row["expected"] for row in self.rows], self.coupling)
        label = f"combined, {self.cl:.0%} CL ({self.method})"
        # a scale has no upper end where the background may hide it all
        bands = [band for band in ((m1, p1, "68%"), (m2, p2, "95%")) if np.isfinite(band[0] + band[1]).any()]
        return draw_against(axes, mass, (self.coupling, y), label=label, bands=bands)
