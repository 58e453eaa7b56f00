"""Registry entries of the theories of flavor, benchmarks and charges: they give an ``lfv-alp``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from darkfactory.models import benchmarks
from darkfactory.models.alp import CHIRALITIES, LEPTON_PAIRS, LfvAlp
from darkfactory.models.base import ModelEntry
from darkfactory.models.flavor import FlavorAlp, from_charges, haar_unitary
from darkfactory.models.pmns import pmns
from darkfactory.settings import Setting

__all__ = ["MODELS", "build_flavor"]

_SEED = Setting("seed", 1, "of the random rotation or coefficients", "integer", low=0, high=2**32 - 1)
_KEYS = {
    setting.name: setting
    for setting in (
        Setting("f_a_gev", 1e9, "decay constant", unit="GeV", low=0.0, open_low=True),
        Setting("mass", 0.0, "mass", unit="MeV", low=0.0),
        Setting("channel", "mu-e", "pair of leptons", "choice", choices=tuple(LEPTON_PAIRS)),
        Setting("chirality", "V+A", "chirality of the couplings", "choice", choices=tuple(CHIRALITIES)),
        _SEED,
        Setting("charged", "right", "which leptons carry charge", "choice", choices=("right", "left")),
        Setting("N", 1.5, "QCD anomaly, kappa = 1/(2N)", low=-1e6, high=1e6),
        Setting("eps", 0.2, "expansion parameter", low=0.0, high=1.0, open_low=True, open_high=True),
        Setting("q_L", (3.0, 2.0, 0.0), "charges of the doublets", "numbers", low=-100, high=100, length=3),
        Setting("q_E", (5.0, 2.0, 0.0), "charges of the singlets", "numbers", low=-100, high=100, length=3),
        Setting("f_gev", 1e3, "scale of lepton-number breaking", unit="GeV", low=0.0, open_low=True),
        Setting("yukawa2", 1e-2, "y y^dagger, one number for all entries", low=0.0, high=100.0),
        Setting("X_L", (0.0, 0.0, 0.0), "charges of the doublets, e.g. 1,0,0", "numbers", low=-100, high=100, length=3),
        Setting("X_E", (0.0, 0.0, 0.0), "charges of the singlets, e.g. 2,1,0", "numbers", low=-100, high=100, length=3),
        Setting("V_L", None, "rotation: theta12,theta13,theta23,delta [rad], or haar:SEED", "rotation", "rad"),
        Setting("V_R", None, "rotation of the singlets, the same", "rotation", "rad"),
    )
}
_USES = {
    "anarchy": ("f_a_gev", "mass", "chirality"),
    "mfv": ("f_a_gev", "mass"),
    "lfv-qcd-axion": ("f_a_gev", "seed", "charged", "N"),
    "lfv-axiflavon": ("f_a_gev", "seed", "q_L", "q_E", "eps", "N"),
    "leptonic-familon": ("f_a_gev", "mass", "seed", "eps"),
    "majoron": ("f_gev", "mass", "yukawa2"),
    "charges": ("f_a_gev", "mass", "X_L", "X_E", "V_L", "V_R", "N"),
}
_REFERENCES = {
    "lfv-qcd-axion": ("Calibbi:2020jvd", "GrillidiCortona:2015jxo"),
    "lfv-axiflavon": ("Calibbi:2016hwq", "Calibbi:2020jvd"),
    "leptonic-familon": ("Feng:1997tn", "Calibbi:2020jvd"),
    "majoron": ("Heeck:2017xbu", "Calibbi:2020jvd"),
}
_MAKE: dict[str, Callable[..., FlavorAlp]] = {
    "anarchy": benchmarks.anarchy,
    "mfv": benchmarks.minimal_violation,
    "lfv-qcd-axion": benchmarks.qcd_axion,
    "lfv-axiflavon": benchmarks.axiflavon,
    "leptonic-familon": benchmarks.familon,
    "majoron": benchmarks.majoron,
    "charges": from_charges,
}


def _rotation(value: Any) -> Any:
    """Matrix of four angles or ``haar:SEED``; a matrix stays what it is."""
    if isinstance(value, str):
        return haar_unitary(int(value.removeprefix("haar:")))
    return value if np.ndim(value) == 2 else pmns(*value)


def build_flavor(name: str, settings: Mapping[str, Any]) -> FlavorAlp:
    """Couplings to all leptons of a benchmark or of ``charges``.

    Parameters
    ----------
    name : str
        Benchmark, or ``charges``.
    settings : mapping
        Typed values by key without prefix, as `MODELS` lists them; ``channel`` does not matter here.

    Returns
    -------
    FlavorAlp

    Raises
    ------
    InvalidInput
        For values outside their domain.

    Examples
    --------
    >>> rotations = {"V_L": (0.3, 0.1, 0.5, 0.7), "V_R": (0.05, 0.02, 0.2, 0.0)}
    >>> alp = build_flavor("charges", {"X_L": (1, 0, 0), "X_E": (2, 1, 0), **rotations})
    >>> round(alp.asymmetry("mu", "e"), 5)
    -0.94277
    """
    values = {key: value for key, value in settings.items() if key != "channel"}
    values |= {key: _rotation(values[key]) for key in ("V_L", "V_R") if key in values}
    if name == "charges":
        zero, one = (0.0, 0.0, 0.0), np.eye(3)
        values = {"X_L": zero, "X_E": zero, "V_L": one, "V_R": one} | values
    return _MAKE[name](**values)


def _flavor_entry(name: str, title: str) -> ModelEntry:
    def build(settings: Mapping[str, Any]) -> LfvAlp:
        return build_flavor(name, settings).alp(*LEPTON_PAIRS[settings.get("channel", "mu-e")])

    return ModelEntry(
        name=name,
        title=title,
        keys=tuple(_KEYS[key] for key in (*_USES[name], "channel")),
        build=build,
        references=_REFERENCES.get(name, ("Calibbi:2020jvd",)),
        theory=functools.partial(build_flavor, name),
        offers=LfvAlp.offers,
    )


MODELS = (
    *(_flavor_entry(name, title) for name, title in benchmarks.BENCHMARKS.items()),
    _flavor_entry("charges", "ALP couplings from charges of the leptons and rotations to the mass basis"),
)
"""The theories."""
