"""Published limits on heavy neutral leptons for a composite neutrino, against its gap: ``bounds recast NAME --model``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkfactory.bounds.heavy_neutrinos import recast_continuum
from darkfactory.bounds.limit_curves import LimitCurves
from darkfactory.bounds.own import own_records
from darkfactory.bounds.registry import get_coupling_bound, load_coupling_bounds
from darkfactory.bounds.results import of_model
from darkfactory.errors import InvalidInput, require
from darkfactory.glossary import Column, named
from darkfactory.models import build_model
from darkfactory.models.base import require_one_mass
from darkfactory.result import run_block
from darkfactory.settings import mass_points

__all__ = ["ContinuumLimits", "limits_of_continuum"]

ALL = "all"
"""Name that stands for every record of the flavor."""
_WITHOUT_EFFECT = ("cutoff_gev", "mcut_gev", "unitarity", "eta", "c_6")
"""Keys of the model that say nothing of how jets are made: Lambda is found, of states of all masses."""
_COLUMNS = named(
    Column("cutoff_gev", "GeV", "lower limit on Lambda"),
    Column(
        "cutoff_median_gev", "GeV", "the same with the median of the published curve around mass_gev, which fluctuates"
    ),
    Column("cutoff_low_gev", "GeV", "lower end of the band of what the rule assumes"),
    Column("cutoff_high_gev", "GeV", "upper end of that band"),
    Column("truncated_cutoff_gev", "GeV", "the same with states below Lambda alone; 0 if none is excluded"),
    Column("far_side", "GeV", "Lambda below which the lightest state decays too early for the search"),
    Column("mass_gev", "GeV", "mass at which the published curve is read"),
    Column("U2_published", "1", "published limit on |U|^2 at that mass"),
    Column("effective_mixing", "GeV^(2 Delta - 5)", "mixing over m^2 that a narrow state would need to count as much"),
    Column("sideband_ratio", "1", "part of it that the fit of the sidebands leaves"),
    Column("residue", "GeV^(2 Delta - 3)", "Z_1 of the lightest state"),
    Column("ctau_mm", "mm", "decay length c tau of the lightest state at the limit"),
)


class ContinuumLimits(LimitCurves):
    """Records on heavy neutral leptons as limits on Lambda, against the gap."""

    drawn = "cutoff_gev"

    def own_columns(self) -> Mapping[str, Column]:
        """What these columns mean here."""
        return _COLUMNS


def limits_of_continuum(
    name: str,
    model: str,
    mass: Any = None,
    *,
    rule: str | None = None,
    settings: Mapping[str, Any] | None = None,
    extra: Any = None,
) -> ContinuumLimits:
    """Limits on Lambda of a composite neutrino from a record on heavy neutral leptons.

    Parameters
    ----------
    name : str
        Name of the record, or ``all`` for every observed one of the flavor.
    model : str
        ``composite-neutrino``.
    mass : number, array or ``START:STOP:N``, optional
        Gaps [MeV]; ``model.gap_gev`` by default.
    rule : str, optional
        ``peak``, ``displaced``, ``displaced-inclusive`` or ``count``; the one that fits the record by default.
    settings : mapping, optional
        Keys of the model.
    extra : path, optional
        Your own records, see :func:`~darkfactory.bounds.load_bounds`.

    Returns
    -------
    ContinuumLimits
        One row per record and gap; where no rule holds ``status`` is ``not-applicable`` and ``reason`` says why.

    Raises
    ------
    InvalidInput, UnknownName
        For unknown names and keys, and numbers outside their domain.

    Examples
    --------
    >>> found = limits_of_continuum("nutev", "composite-neutrino", 1000, settings={"model.dimension": 4.5})
    >>> f"{found.rows[0]['cutoff_gev']:.1f} GeV at {found.rows[0]['cl']:.0%} CL"
    '37.4 GeV at 90% CL'
    """
    asked = dict(locals())
    given = of_model(settings)
    require(*(f"model.{key}: changes nothing in a recast; leave it out" for key in given if key in _WITHOUT_EFFECT))
    composite = build_model(model, given)
    if "continuum" not in composite.offers:
        raise InvalidInput(f"model = {model}: has no continuum of masses; a recast to it takes composite-neutrino")
    with own_records(extra) as own:
        known = load_coupling_bounds()
    flavor = f"U2_{composite.flavor}"
    if name == ALL:
        records = [record for record in known.values() if record.quantity == flavor and record.kind == "observed"]
    else:
        records = [get_coupling_bound(name, known)]
        require(
            None
            if records[0].quantity.startswith("U2_")
            else f"{records[0].name}: limits {records[0].quantity}; a continuum takes limits on |U|^2 of heavy neutral leptons"
        )
    require_one_mass(mass, given, composite.mass_setting)
    masses = [composite.mass] if mass is None else [float(m) for m in mass_points(mass)]
    rows = [{"mass": m, **recast_continuum(record, composite.at_mass(m), rule)} for record in records for m in masses]
    keys = dict.fromkeys(key for row in rows for key in row)
    rows = [{key: row.get(key) for key in keys} for row in rows]
    notes: dict[str, list[str]] = {}
    for row in rows:
        if (said := row.pop("notes", None)) or (name != ALL and (said := row["reason"])):
            notes.setdefault(said, []).append(row["name"])
    silent = sum(row["status"] != "ok" for row in rows) if name == ALL else 0
    told = [f"{', '.join(dict.fromkeys(names))}: {said}" for said, names in notes.items()]
    told += [f"{silent} rows without a number: column reason"] if silent else []
    if name == ALL:
        rows.sort(key=lambda row: (row["status"] != "ok", 0.0 if row["cutoff_gev"] is None else -row["cutoff_gev"]))
    used = {"model": model, "rule": rule, **(settings or {})}
    about = {"bound": name, "model": {"name": model, **composite.identity()}}
    return ContinuumLimits(
        f"{name}: limits on Lambda of a neutrino mixed with nu_{composite.flavor}",
        rows,
        {key: value for key, value in used.items() if value is not None},
        tuple(told),
        tuple(dict.fromkeys([*composite.references, *(record.reference for record in records)])),
        about,
        run=run_block(limits_of_continuum, asked, word="bounds recast continuum", records=own.told),
    )
