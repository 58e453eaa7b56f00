"""What a model predicts, as a table: couplings, scales and branching ratios of every pair, neutrino masses, rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from darkfactory.errors import is_mapping, require
from darkfactory.glossary import Column
from darkfactory.models import find_model, given_settings
from darkfactory.models.base import Rows
from darkfactory.processes.muon_decay.scales import branching_ratio_from_scale
from darkfactory.result import Result, entries, run_block, setting_columns

__all__ = ["Description", "model"]


@dataclass(frozen=True, repr=False)
class Description(Result):
    """What a model predicts.

    Attributes
    ----------
    model : str
        Name.
    settings : dict
        What was given.
    rows : list of dict
        The predictions.
    notes : tuple of str
        What a reader must know.
    references : tuple of str
        Citation keys.
    """

    kind: ClassVar[str] = "model"
    rows_key: ClassVar[str] = "rows"

    model: str
    settings: Mapping[str, Any]
    rows: Rows
    notes: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def title(self) -> str:
        """Line above the table."""
        return f"model {self.model}"

    def own_columns(self) -> Mapping[str, Column]:
        """Keys of the model, with their own unit and meaning."""
        return setting_columns(find_model(self.model).keys)

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        return {"model": self.model, "settings": dict(self.settings)}


def model(name: str, settings: Mapping[str, Any] | None = None) -> Description:
    """What a model predicts: couplings, scales and branching ratios; neutrino masses and mixing; or a cross section.

    Parameters
    ----------
    name : str
        Name of a model: ``anarchy``, ``mfv``, ``charges``, ``inverse-seesaw``, ``portal``, ``lfv-alp``, ...
    settings : mapping, optional
        Its keys, with or without the prefix ``model.``.

    Returns
    -------
    Description
        One row per pair of leptons, generation, or a single one.

    Raises
    ------
    DarkfactoryError
        For unknown names and keys, and values outside their domain.

    Examples
    --------
    >>> row = model("anarchy", {"f_a_gev": 5e9}).rows[0]
    >>> row["pair"], f"{row['F_gev']:.3g}", row["chirality"]
    ('mu-e', '1e+10', 'V+A')
    """
    asked = dict(locals())
    wanted = name.replace("_", "-")
    settings = settings or {}
    require(is_mapping("settings", settings))
    given = {key.removeprefix("model."): value for key, value in settings.items()}
    entry = find_model(wanted)
    given = given_settings(entry, given)
    rows, notes = entry.theory(given).describe(given, branching_ratio_from_scale)
    run = run_block(model, asked, settings=entries(given, given, "model."))
    return Description(wanted, given, rows, notes, entry.references, run=run)
