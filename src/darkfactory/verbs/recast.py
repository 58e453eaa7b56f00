"""Published limits on dark photons for other couplings: ``bounds recast NAME --model vector``."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from darkfactory.bounds.limit_curves import LimitCurves
from darkfactory.bounds.own import own_records
from darkfactory.bounds.registry import get_coupling_bound, load_coupling_bounds
from darkfactory.bounds.results import of_model
from darkfactory.bounds.vector_charges import DARK_PHOTON, PUBLISHED_FOR, VectorCharges, YukawaCharges, require_ratios
from darkfactory.bounds.vector_recast import Displaced, recast_couplings, refusal
from darkfactory.constants import HBAR_C_MEV_MM
from darkfactory.errors import InvalidInput, one_of, positive, require
from darkfactory.glossary import Column, named
from darkfactory.models import DarkPhoton, VectorBoson, build_model
from darkfactory.models.base import mass_key, require_one_mass
from darkfactory.result import run_block
from darkfactory.searches.beam_dump import MM_PER_M, SEARCH, region_of
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.settings import card_settings
from darkfactory.settings import Setting, mass_points, read_settings

__all__ = ["CouplingLimits", "charges_of", "dump_of", "more_keys", "recast"]

STRONG = math.sqrt(4 * math.pi)
"""Coupling above which nothing here holds: perturbation theory ends."""
ALL = "all"
"""Name that stands for every observed record that can be recast."""
_COLUMNS = named(
    Column("scale", "1", "factor on all couplings above which they are excluded"),
    Column("far_side", "1", "factor above which they are not; none where nothing is published"),
    Column("published", "1", "published limit on the coupling of the record"),
    Column("published_far", "1", "far side of the published region"),
    Column("branching_ratio", "1", "into what is seen"),
    Column("ctau_mm", "mm", "decay length c tau at the limit"),
)
_NOTES = (
    "scale multiplies the couplings that are given; hadrons by the R ratio of their current (10 to 20% locally), no X -> pi0 gamma",
    "geometry, energies and productions of the rules are assumed; of several productions or final states the weakest counts",
)


class CouplingLimits(LimitCurves):
    """Records on dark photons as limits on the scale of other couplings, against mass."""

    drawn = "scale"

    def own_columns(self) -> Mapping[str, Column]:
        """What these columns mean here."""
        return _COLUMNS


_PION_DUMPS = ("nucal",)
"""Cards whose protons make neutral pions, as those of the record do."""


@functools.cache
def _dump(name: str) -> tuple[Any, Any]:
    """Card of a beam dump, and the settings of its search."""
    card = load_experiment(name)
    return card, card_settings(card, SEARCH.keys, SEARCH.name)


def dump_of(name: str, charges: Any, mass: float) -> Displaced | None:
    """What a computed dump sees: of electrons, or of protons by the decay of neutral pions.

    Parameters
    ----------
    name : str
        Card.
    charges : VectorCharges or YukawaCharges
        Couplings.
    mass : float
        Mass [MeV].

    Returns
    -------
    Displaced or None
        Every decay is seen as one into e e is; None where nothing is made, or seen.

    Examples
    --------
    A dark photon has the edges of ``reach beam-dump --experiment e141``:

    >>> made = dump_of("e141", DARK_PHOTON, 12.0)
    >>> [float(f"{edge:.3g}") for edge in made.edges(made.log_allowed)]
    [2.64e-05, 0.000446]
    """
    card, settings = _dump(name)
    if name in _PION_DUMPS:
        model: Any = DarkPhoton(mass=mass, epsilon=1.0)
        production = charges.production("pi0")
    else:
        vector = charges.spin == 1
        model = (
            VectorBoson(mass=mass, g_V_e=charges.g_V_e, g_A_e=charges.g_A_e) if vector else charges.model.at_mass(mass)
        )
        production = max(map(abs, model.electron_vertices)) ** 2  # the search scans couplings of which the largest is 1
        model = model if production else DarkPhoton(mass=mass)
    signal = region_of(card, settings, model, settings["cl"]).at(mass)
    if signal is None:
        return None
    made, ctau_m = signal.made, HBAR_C_MEV_MM / MM_PER_M
    return Displaced(
        lambda z: float(made.log_events(math.exp(z), ctau_m * math.exp(-z))),
        production,
        math.fsum(charges.widths(mass).values()),
        start=math.log(ctau_m * float(made.boost.max()) / made.shield_m),
        log_allowed=math.log(signal.limit),
    )


def _of_vector(given: Mapping[str, Any]) -> VectorCharges:
    return VectorCharges.of_settings({key: value for key, value in given.items() if key != "mass"})


def _of_dark_photon(given: Mapping[str, Any]) -> VectorCharges:
    epsilon = build_model("dark-photon", given).epsilon
    require_ratios({"epsilon": epsilon})
    return VectorCharges(**{name: epsilon * g for name, g in asdict(DARK_PHOTON).items()})


def _of_yukawa(name: str, given: Mapping[str, Any]) -> YukawaCharges:
    return YukawaCharges(build_model(name, given))


_MODELS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "vector": _of_vector,
    "dark-photon": _of_dark_photon,
    "scalar": functools.partial(_of_yukawa, "scalar"),
    "pseudoscalar": functools.partial(_of_yukawa, "pseudoscalar"),
}


def charges_of(model: Any, given: Mapping[str, Any]) -> VectorCharges | YukawaCharges | None:
    """Couplings of a model that records on dark photons can be recast to.

    Parameters
    ----------
    model : Model
        The model; its boson's mass does not matter.
    given : mapping
        Further couplings, those of :func:`more_keys`.

    Returns
    -------
    VectorCharges or YukawaCharges or None
        None of a model that nothing is recast to.
    """
    made = _MODELS.get(model.name)
    return None if made is None else made({**model.couplings, **given})


def more_keys(model: Any) -> tuple[Setting, ...]:
    """Settings of a recast that the model itself does not have: couplings of quarks, neutrinos and tau."""
    known = {key.name for key in model.keys}
    return (
        tuple(key for key in VectorCharges.keys if key.name not in known)
        if _MODELS.get(model.name) is _of_vector
        else ()
    )


def recast(
    name: str, model: str, mass: Any = None, *, settings: Mapping[str, Any] | None = None, extra: Any = None
) -> CouplingLimits:
    """Limits on the scale of the couplings of a vector (or of spin 0) from records on dark photons.

    Parameters
    ----------
    name : str
        Name of the record, or ``all`` for every observed one that can be recast.
    model : str
        ``vector``, ``dark-photon``, ``scalar`` or ``pseudoscalar``.
    mass : number, array or ``START:STOP:N``, optional
        Masses [MeV]; ``model.mass`` by default.
    settings : mapping, optional
        Couplings: of a vector ``model.g_V_e``, ``g_A_e``, ``g_V_mu``, ``g_A_mu``, ``g_V_tau``, quarks ``g_V_u``, ``g_V_d``
        (all generations alike) and neutrinos ``g_nu_e``, ``g_nu_mu``, ``g_nu_tau``; of others the keys of the model.
    extra : path, optional
        Your own records, see :func:`~darkfactory.bounds.load_bounds`.

    Returns
    -------
    CouplingLimits
        Rows per record and mass; without a number ``status`` and ``reason`` say why.

    Raises
    ------
    InvalidInput, UnknownName
        For unknown names and keys, and numbers outside their domain.

    Examples
    --------
    >>> found = recast("na48-2-2015", "vector", 30, settings={"model.g_V_e": 1, "model.g_V_u": -1, "model.g_V_d": 2})
    >>> found.rows[0]["status"]  # protophobic: pions do not make it
    'allowed'
    """
    asked = dict(locals())
    given = of_model(settings)
    name_of_model = model.replace("_", "-")
    require(
        one_of("model", name_of_model, (*_MODELS, "composite-neutrino")),
        *(
            f"model.{key}: follows from the couplings in a recast; leave it out"
            for key in given
            if key == "total_width"
        ),
    )
    require_one_mass(mass, given, "mass")
    charges = _MODELS[name_of_model](given)
    default = read_settings((mass_key(20.0),), model, ("user", {key: given[key] for key in given if key == "mass"}))
    masses = [float(m) for m in mass_points(default["mass"] if mass is None else mass)]
    require(positive("mass", np.array(masses), unit="MeV"))
    with own_records(extra) as own:
        known = load_coupling_bounds()
    if name == ALL:
        records = [one for one in known.values() if one.kind == "observed" and not refusal(one, charges)]
    else:
        records = [get_coupling_bound(name, known)]
        record = records[0]
        if record.quantity not in PUBLISHED_FOR:
            raise InvalidInput(f"{record.name}: {refusal(record, charges)}")
    rows = [row for record in records for m in masses for row in recast_couplings(record, charges, m, dump_of)]
    if name == ALL:
        rows.sort(key=lambda row: (row["status"] != "ok", row.get("scale", 0.0)))
    keys = dict.fromkeys(key for row in rows for key in row)
    largest = max(map(abs, charges.couplings.values()), default=0.0)
    strong = [f"{row['name']} at {row['mass']:g} MeV" for row in rows if (row.get("scale") or 0.0) * largest > STRONG]
    notes = [] if name == ALL else list(dict.fromkeys(row["reason"] for row in rows if row["reason"]))
    silent = sum(row["status"] != "ok" for row in rows) if name == ALL else 0
    about = {"bound": name, "model": {"name": name_of_model, **charges.couplings}}
    return CouplingLimits(
        f"{name}: limits on the couplings of {name_of_model}",
        [{key: row.get(key) for key in keys} for row in rows],
        {"model": model, **(settings or {})},
        (
            *_NOTES,
            *notes,
            *_strong_notes(strong),
            *([f"{silent} rows without a number: column reason"] if silent else []),
        ),
        ("Ilten:2018crw", *dict.fromkeys(record.reference for record in records)),
        about,
        run=run_block(recast, asked, word="bounds recast couplings", records=own.told),
    )


def _strong_notes(places: Sequence[str]) -> tuple[str, ...]:
    """Note on limits on couplings that are too strong to mean anything, as where contributions to the production cancel."""
    more = f" and {len(places) - 4} others" if len(places) > 4 else ""
    told = f"couplings above sqrt(4 pi), where the rules do not hold: {', '.join(places[:4])}{more}"
    return (told,) if places else ()
