"""Models by name, built from the ``model.*`` settings of a command line or a card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, positive, require
from darkfactory.models.alp import LfvAlp
from darkfactory.models.mediator import DarkPhoton, DerivativeAlp, Mediator, Pseudoscalar, Scalar, VectorBoson

__all__ = ["MODELS", "Model", "ModelEntry", "build_model"]

Model = LfvAlp | Mediator
"""Any model."""


@dataclass(frozen=True)
class ModelEntry:
    """A model as users name it.

    Attributes
    ----------
    name, title : str
        Name on the command line and a line that says what it is.
    keys : dict
        Settings and what they mean, with units.
    build : callable
        Makes the model from parsed settings.
    references : tuple of str
        Citation keys.
    """

    name: str
    title: str
    keys: Mapping[str, str]
    build: Callable[[Mapping[str, Any]], Model]
    references: tuple[str, ...] = ()


def _number(key: str, value: Any, kind: type) -> Any:
    try:
        return kind(value.replace(" ", "") if isinstance(value, str) else value)
    except (TypeError, ValueError):
        example = "1+0.5j" if kind is complex else "1e10"
        raise InvalidInput(f"model.{key} = {value!r}: must be a {kind.__name__} number, e.g. {example}") from None


def _lfv_alp(settings: Mapping[str, Any]) -> LfvAlp:
    for one, other in (("F_gev", "f_a_gev"), ("chirality", "C_V"), ("chirality", "C_A")):
        if one in settings and other in settings:
            raise InvalidInput(f"model.{one} and model.{other} are both given: give one, they fix the same thing")
    mass = _number("mass", settings.get("mass", 0.0), float)
    if "C_V" in settings or "C_A" in settings:
        C_V = _number("C_V", settings.get("C_V", 0.0), complex)
        C_A = _number("C_A", settings.get("C_A", 0.0), complex)
        alp = LfvAlp(mass=mass, f_a_gev=1.0, C_V=C_V, C_A=C_A)
    else:
        alp = LfvAlp.from_scale(F_gev=1.0, chirality=settings.get("chirality", "V+A"), mass=mass)
    if "f_a_gev" in settings:
        f_a_gev = _number("f_a_gev", settings["f_a_gev"], float)
    else:
        F_gev = _number("F_gev", settings.get("F_gev", 1e10), float)
        require(positive("model.F_gev", F_gev, unit="GeV"))
        f_a_gev = alp.f_a_gev * F_gev / alp.F_gev
    diagonal = _number("C_e", settings.get("C_e", 0.0), float)
    total = _number("total_width", settings["total_width"], float) if "total_width" in settings else None
    return LfvAlp(mass=mass, f_a_gev=f_a_gev, C_V=alp.C_V, C_A=alp.C_A, C_e=diagonal, total_width=total)


_MEDIATOR_KEYS = {
    "mass": "mass [MeV], default 20",
    "total_width": "total width [MeV], default the width into e+ e-",
}


def _mediator(kind: type[Mediator], title: str, keys: Mapping[str, str]) -> ModelEntry:
    def build(settings: Mapping[str, Any]) -> Mediator:
        return kind(**{key: _number(key, value, float) for key, value in settings.items()})

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
}
"""Every model by its name; a new one is a file in this folder and an entry here."""


def build_model(name: str = "lfv-alp", settings: Mapping[str, Any] | None = None) -> Model:
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
    name = name.replace("_", "-")
    if name not in MODELS:
        raise UnknownName(
            f"model {name!r} does not exist; models: {', '.join(MODELS)}{did_you_mean(name, list(MODELS))}"
        )
    entry = MODELS[name]
    settings = settings or {}
    unknown = [
        f"model.{key}: unknown key of {name}; keys: {', '.join(entry.keys)}{did_you_mean(key, list(entry.keys))}"
        for key in settings
        if key not in entry.keys
    ]
    if unknown:
        raise UnknownName("\n".join(unknown))
    return entry.build(settings)
