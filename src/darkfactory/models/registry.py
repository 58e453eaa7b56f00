"""Models by name, built from the ``model.*`` settings of a command line or a card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, positive, require
from darkfactory.models.alp import LfvAlp
from darkfactory.models.entry import ModelEntry, number
from darkfactory.models.mediator import DarkPhoton, DerivativeAlp, Mediator, Pseudoscalar, Scalar, VectorBoson
from darkfactory.models.theories import THEORIES

__all__ = ["MODELS", "Model", "build_model", "find_model"]

Model = LfvAlp | Mediator
"""Any model that a process of the lepton line takes."""


def _lfv_alp(settings: Mapping[str, Any]) -> LfvAlp:
    for one, other in (("F_gev", "f_a_gev"), ("chirality", "C_V"), ("chirality", "C_A")):
        if one in settings and other in settings:
            raise InvalidInput(f"model.{one} and model.{other} are both given: give one, they fix the same thing")
    mass = number("mass", settings.get("mass", 0.0), float)
    if "C_V" in settings or "C_A" in settings:
        C_V = number("C_V", settings.get("C_V", 0.0), complex)
        C_A = number("C_A", settings.get("C_A", 0.0), complex)
        alp = LfvAlp(mass=mass, f_a_gev=1.0, C_V=C_V, C_A=C_A)
    else:
        alp = LfvAlp.from_scale(F_gev=1.0, chirality=settings.get("chirality", "V+A"), mass=mass)
    if "f_a_gev" in settings:
        f_a_gev = number("f_a_gev", settings["f_a_gev"], float)
    else:
        F_gev = number("F_gev", settings.get("F_gev", 1e10), float)
        require(positive("model.F_gev", F_gev, unit="GeV"))
        f_a_gev = alp.f_a_gev * F_gev / alp.F_gev
    diagonal = number("C_e", settings.get("C_e", 0.0), float)
    total = number("total_width", settings["total_width"], float) if "total_width" in settings else None
    return LfvAlp(mass=mass, f_a_gev=f_a_gev, C_V=alp.C_V, C_A=alp.C_A, C_e=diagonal, total_width=total)


_MEDIATOR_KEYS = {
    "mass": "mass [MeV], default 20",
    "total_width": "total width [MeV], default the width into e+ e-",
}


def _mediator(kind: type[Mediator], title: str, keys: Mapping[str, str]) -> ModelEntry:
    def build(settings: Mapping[str, Any]) -> Mediator:
        return kind(**{key: number(key, value, float) for key, value in settings.items()})

    return ModelEntry(name=kind.name, title=title, keys={**_MEDIATOR_KEYS, **keys}, build=build)


def _per_lepton(symbol: str, kind: str) -> dict[str, str]:
    return {f"{symbol}_{flavor}": f"{kind} coupling to {flavor}, default 0" for flavor in ("e", "mu")}


MODELS: dict[str, ModelEntry] = {
    "lfv-alp": ModelEntry(
        name="lfv-alp",
        title="invisible ALP with lepton-flavor-violating couplings C_V, C_A",
        keys={
            "mass": "mass [MeV], default 0",
            "F_gev": "LFV scale F = 2 f_a / sqrt(|C_V|^2 + |C_A|^2) [GeV], default 1e10 (or f_a_gev)",
            "f_a_gev": "decay constant [GeV] (instead of F_gev)",
            "chirality": "V+A | V-A | V | A, default V+A (or C_V and C_A)",
            "C_V": "complex vector coupling, e.g. 1+0.5j",
            "C_A": "complex axial coupling",
            "C_e": "diagonal axial coupling to the electron, for a -> e e; default 0",
            "total_width": "total width [MeV], default the width into e+ e-",
        },
        build=_lfv_alp,
        references=("Calibbi:2020jvd",),
    ),
    "dark-photon": _mediator(
        DarkPhoton, "vector with g_V = epsilon e for every charged lepton", {"epsilon": "kinetic mixing, default 1e-3"}
    ),
    "vector": _mediator(
        VectorBoson,
        "vector with its own vector and axial couplings to e and mu",
        _per_lepton("g_V", "vector") | _per_lepton("g_A", "axial"),
    ),
    "scalar": _mediator(Scalar, "scalar with Yukawa couplings to e and mu", _per_lepton("g", "scalar")),
    "pseudoscalar": _mediator(
        Pseudoscalar, "lepton-flavor-conserving ALP with Yukawa couplings to e and mu", _per_lepton("g", "pseudoscalar")
    ),
    "derivative-alp": _mediator(
        DerivativeAlp,
        "lepton-flavor-conserving ALP with derivative couplings to e and mu",
        {"f_a_gev": "decay constant [GeV], default 1e3"} | _per_lepton("C", "axial"),
    ),
    **THEORIES,
}
"""Every model by its name; a new one is a file in this folder and an entry here."""


def find_model(name: str, settings: Mapping[str, Any] | None = None) -> ModelEntry:
    """Entry of model ``name``, if it has all keys of ``settings`` (see :func:`build_model` for the errors)."""
    wanted = name.replace("_", "-")
    if wanted not in MODELS:
        hint = did_you_mean(wanted, list(MODELS))
        raise UnknownName(f"model {wanted!r} does not exist; models: {', '.join(MODELS)}{hint}")
    keys = MODELS[wanted].keys
    unknown = [
        f"model.{key}: unknown key of {wanted}; keys: {', '.join(keys)}{did_you_mean(key, list(keys))}"
        for key in settings or {}
        if key not in keys
    ]
    require(*unknown, error=UnknownName)
    return MODELS[wanted]


def build_model(name: str = "lfv-alp", settings: Mapping[str, Any] | None = None) -> Any:
    """Model ``name`` with ``settings`` (keys without the prefix ``model.``; values may be text).

    Raises
    ------
    UnknownName
        For an unknown model or key; near ones are listed.
    InvalidInput
        For values outside their domain or settings that contradict each other.

    Examples
    --------
    >>> build_model("lfv-alp", {"C_V": "1", "C_A": "-1", "mass": "20"}).chirality
    'V-A'
    """
    return find_model(name, settings).build(settings or {})
