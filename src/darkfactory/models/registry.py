"""Models by name, built from the ``model.*`` settings of a command line or a card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.models.alp import CHIRALITIES, LfvAlp
from darkfactory.models.base import ModelEntry
from darkfactory.models.mediator import DarkPhoton, DerivativeAlp, Mediator, Pseudoscalar, Scalar, VectorBoson
from darkfactory.models.theories import THEORIES
from darkfactory.settings import Setting, read_settings

__all__ = ["MODELS", "Model", "build_model", "find_model", "given_settings"]

Model = LfvAlp | Mediator
"""Any model that a process of the lepton line takes."""


def _lfv_alp(given: Mapping[str, Any]) -> LfvAlp:
    mass = given.get("mass", 0.0)
    if "C_V" in given or "C_A" in given:
        alp = LfvAlp(mass=mass, f_a_gev=1.0, C_V=given.get("C_V", 0.0), C_A=given.get("C_A", 0.0))
    else:
        alp = LfvAlp.from_scale(F_gev=1.0, chirality=given.get("chirality", "V+A"), mass=mass)
    f_a_gev = given["f_a_gev"] if "f_a_gev" in given else alp.f_a_gev * given.get("F_gev", 1e10) / alp.F_gev
    own = {key: given[key] for key in ("C_e", "total_width") if key in given}
    return LfvAlp(mass=mass, f_a_gev=f_a_gev, C_V=alp.C_V, C_A=alp.C_A, **own)


def _mass(default: float) -> Setting:
    return Setting("mass", default, "mass", unit="MeV", low=0.0)


def _scale(name: str, default: float | None, doc: str, other: str = "") -> Setting:
    others = (other,) if other else ()
    return Setting(name, default, doc, unit="GeV", low=0.0, open_low=True, instead_of=others)


_WIDTH = Setting("total_width", None, "total width, the width into e+ e- by default", unit="MeV", low=0.0)


def _mediator(kind: type[Mediator], title: str, *keys: Setting) -> ModelEntry:
    return ModelEntry(
        name=kind.name, title=title, keys=(_mass(20.0), *keys, _WIDTH), build=lambda given: kind(**dict(given))
    )


def _per_lepton(symbol: str, kind: str) -> tuple[Setting, ...]:
    return tuple(Setting(f"{symbol}_{flavor}", 0.0, f"{kind} coupling to {flavor}") for flavor in ("e", "mu"))


MODELS: dict[str, ModelEntry] = {
    "lfv-alp": ModelEntry(
        name="lfv-alp",
        title="invisible ALP with lepton-flavor-violating couplings C_V, C_A",
        keys=(
            _mass(0.0),
            _scale("F_gev", 1e10, "LFV scale F = 2 f_a / sqrt(|C_V|^2 + |C_A|^2)", "f_a_gev"),
            _scale("f_a_gev", None, "decay constant, instead of F_gev", "F_gev"),
            Setting(
                "chirality",
                "V+A",
                "named couplings, instead of C_V and C_A",
                "choice",
                choices=tuple(CHIRALITIES),
                instead_of=("C_V", "C_A"),
            ),
            Setting("C_V", None, "vector coupling", "complex", instead_of=("chirality",)),
            Setting("C_A", None, "axial coupling", "complex", instead_of=("chirality",)),
            Setting("C_e", 0.0, "diagonal axial coupling to the electron, for a -> e e"),
            _WIDTH,
        ),
        build=_lfv_alp,
        references=("Calibbi:2020jvd",),
    ),
    "dark-photon": _mediator(
        DarkPhoton,
        "vector with g_V = epsilon e for every charged lepton",
        Setting("epsilon", 1e-3, "kinetic mixing"),
    ),
    "vector": _mediator(
        VectorBoson,
        "vector with its own vector and axial couplings to e and mu",
        *_per_lepton("g_V", "vector"),
        *_per_lepton("g_A", "axial"),
    ),
    "scalar": _mediator(Scalar, "scalar with Yukawa couplings to e and mu", *_per_lepton("g", "scalar")),
    "pseudoscalar": _mediator(
        Pseudoscalar,
        "lepton-flavor-conserving ALP with Yukawa couplings to e and mu",
        *_per_lepton("g", "pseudoscalar"),
    ),
    "derivative-alp": _mediator(
        DerivativeAlp,
        "lepton-flavor-conserving ALP with derivative couplings to e and mu",
        _scale("f_a_gev", 1e3, "decay constant"),
        *_per_lepton("C", "axial"),
    ),
    **THEORIES,
}
"""Every model by its name; a new one is a file in this folder and an entry here."""


def find_model(name: str) -> ModelEntry:
    """Entry of model ``name``; hyphens and underscores are the same.

    Raises
    ------
    UnknownName
        If there is none; near names are listed.
    """
    wanted = str(name).replace("_", "-")
    if wanted not in MODELS:
        hint = did_you_mean(wanted, list(MODELS))
        raise UnknownName(f"model {wanted!r} does not exist; models: {', '.join(MODELS)}{hint}")
    return MODELS[wanted]


def given_settings(entry: ModelEntry, settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Typed values of those settings of a model that are given (keys without the prefix ``model.``).

    Raises
    ------
    DarkfactoryError
        Listing unknown keys, values outside their range, and what is given twice.
    """
    typed = read_settings(entry.keys, entry.name, ("user", settings or {}), label="model.")
    return {key: value for key, value in typed.echo().items() if key in typed.origins and value is not None}


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
    entry = find_model(name)
    return entry.build(given_settings(entry, settings))
