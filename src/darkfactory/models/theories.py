"""Registry entries of the theories: flavor benchmarks and charges (they give an ``lfv-alp``), seesaw, portals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.models import benchmarks
from darkfactory.models.alp import LfvAlp
from darkfactory.models.entry import ModelEntry, number, numbers
from darkfactory.models.flavor import FlavorAlp, from_charges, haar_unitary
from darkfactory.models.portal import PORTALS, Portal
from darkfactory.models.seesaw import InverseSeesaw, InverseSeesawThree, pmns

__all__ = ["THEORIES", "build_flavor"]

CHANNELS = {"mu-e": ("mu", "e"), "tau-e": ("tau", "e"), "tau-mu": ("tau", "mu")}
_KEYS = {
    "f_a_gev": "decay constant [GeV], default 1e9",
    "mass": "mass [MeV], default 0",
    "channel": "pair of leptons: mu-e (default), tau-e, tau-mu",
    "chirality": "V+A (default), V-A, V or A",
    "seed": "of the random rotation or coefficients, default 1",
    "charged": "which leptons carry charge: right (default) or left",
    "N": "QCD anomaly, kappa = 1/(2N)",
    "eps": "expansion parameter, default 0.2",
    "q_L": "charges of the doublets, default 3,2,0",
    "q_E": "charges of the singlets, default 5,2,0",
    "f_gev": "scale of lepton-number breaking [GeV], default 1e3",
    "yukawa2": "y y^dagger, one number for all entries, default 1e-2",
    "X_L": "charges of the doublets, e.g. 1,0,0",
    "X_E": "charges of the singlets, e.g. 2,1,0",
    "V_L": "rotation: theta12,theta13,theta23,delta [rad], or haar:SEED; default none",
    "V_R": "rotation of the singlets, the same",
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


def _rotation(key: str, value: Any) -> Any:
    """Rotation from four angles, ``haar:SEED`` or a matrix."""
    if isinstance(value, str) and value.startswith("haar:"):
        return haar_unitary(int(number(key, value.removeprefix("haar:"), int)))
    if not isinstance(value, str) and np.ndim(value) == 2:
        return value
    angles = numbers(key, value)
    if len(angles) != 4:
        raise InvalidInput(f"model.{key} = {value!r}: must be theta12,theta13,theta23,delta [rad] or haar:SEED")
    return pmns(*angles)


def _read(key: str, value: Any) -> Any:
    if key in ("chirality", "charged"):
        return value
    if key in ("q_L", "q_E", "X_L", "X_E"):
        return numbers(key, value)
    if key in ("V_L", "V_R"):
        return _rotation(key, value)
    return number(key, value, int if key == "seed" else float)


def build_flavor(name: str, settings: Mapping[str, Any]) -> FlavorAlp:
    """Couplings to all leptons of a benchmark or of ``charges``.

    Parameters
    ----------
    name : str
        Benchmark, or ``charges``.
    settings : mapping
        Its keys without prefix, as :data:`THEORIES` lists them; ``channel`` does not matter here.

    Returns
    -------
    FlavorAlp

    Raises
    ------
    InvalidInput
        For values outside their domain.

    Examples
    --------
    >>> rotations = {"V_L": "0.3,0.1,0.5,0.7", "V_R": "0.05,0.02,0.2,0"}
    >>> alp = build_flavor("charges", {"X_L": "1,0,0", "X_E": "2,1,0", **rotations})
    >>> round(alp.asymmetry("mu", "e"), 5)
    -0.94277
    """
    values = {key: _read(key, value) for key, value in settings.items() if key != "channel"}
    if name == "charges":
        zero, one = (0.0, 0.0, 0.0), np.eye(3)
        values = {"X_L": zero, "X_E": zero, "V_L": one, "V_R": one} | values
    return _MAKE[name](**values)


def _flavor_entry(name: str, title: str) -> ModelEntry:
    def build(settings: Mapping[str, Any]) -> LfvAlp:
        channel = settings.get("channel", "mu-e")
        require(one_of("model.channel", channel, CHANNELS))
        return build_flavor(name, settings).alp(*CHANNELS[channel])

    return ModelEntry(
        name=name,
        title=title,
        keys={key: _KEYS[key] for key in (*_USES[name], "channel")},
        build=build,
        references=_REFERENCES.get(name, ("Calibbi:2020jvd",)),
        gives="lfv-alp",
    )


def _inverse_seesaw(settings: Mapping[str, Any]) -> InverseSeesaw | InverseSeesawThree:
    masses = numbers("mass_N", settings.get("mass_N", 50.0))
    if len(masses) in (3, 9):
        taken = [key for key in ("U2", "y_N", "mu_R") if key in settings]
        if taken:
            raise InvalidInput(f"model.{taken[0]}: of one generation; three follow from mu_N and the neutrino masses")
        M = masses if len(masses) == 3 else np.array(masses).reshape(3, 3)
        light = {"neutrino_masses_ev": numbers("m_nu_ev", settings["m_nu_ev"])} if "m_nu_ev" in settings else {}
        return InverseSeesawThree(M, numbers("mu_N", settings.get("mu_N", (2e-3, 3e-3, 5e-3))), **light)
    if len(masses) != 1:
        raise InvalidInput(f"model.mass_N: one, three (diagonal) or nine numbers, are {len(masses)}")
    if "U2" in settings and "y_N" in settings:
        raise InvalidInput("model.U2 and model.y_N are both given: give one, they fix the same thing")
    if "m_nu_ev" in settings:
        raise InvalidInput("model.m_nu_ev: of three generations; for one use target inverse-seesaw")
    mu = {key: number(key, settings.get(key, default)) for key, default in (("mu_N", 0.0), ("mu_R", 0.0))}
    if "mu_N" not in settings and "mu_R" not in settings:
        mu["mu_N"] = 0.05
    if "y_N" in settings:
        return InverseSeesaw.from_yukawa(mass_N=masses[0], y_N=number("y_N", settings["y_N"]), **mu)
    return InverseSeesaw.from_mixing(mass_N=masses[0], U2=number("U2", settings.get("U2", 1e-6)), **mu)


def _portal(settings: Mapping[str, Any]) -> Portal:
    values = {key: number(key, value) for key, value in settings.items() if key not in ("portal", "sqrt_s_gev")}
    if "portal" in settings:
        if "d_ds" in values or "d_sm" in values:
            raise InvalidInput("model.portal fixes d_ds and d_sm: give one or the other")
        return Portal.named(str(settings["portal"]), **values)
    return Portal(**values)


THEORIES: dict[str, ModelEntry] = {
    **{name: _flavor_entry(name, title) for name, title in benchmarks.BENCHMARKS.items()},
    "charges": _flavor_entry("charges", "ALP couplings from charges of the leptons and rotations to the mass basis"),
    "inverse-seesaw": ModelEntry(
        name="inverse-seesaw",
        title="inverse seesaw of one generation, or of three (three or nine masses)",
        keys={
            "mass_N": "Dirac mass M [MeV], default 50; three or nine numbers: three generations",
            "U2": "mixing squared of the pair, default 1e-6 (or y_N)",
            "y_N": "Yukawa coupling (instead of U2)",
            "mu_N": "Majorana mass [MeV] of the state that does not couple to H L, default 0.05; or three numbers",
            "mu_R": "Majorana mass [MeV] of the state that does; alone it gives no neutrino mass",
            "m_nu_ev": "three light masses [eV], for three generations",
        },
        build=_inverse_seesaw,
        references=("Mohapatra:1986bd", "Casas:2001sr", "Esteban:2024eli"),
    ),
    "portal": ModelEntry(
        name="portal",
        title="power counting of a portal to a dark sector",
        keys={
            "portal": f"{', '.join(PORTALS)} (instead of d_ds, d_sm)",
            "d_ds": "dimension of the dark operator, default 2",
            "d_sm": "dimension of the Standard Model operator, default 3",
            "c": "coefficient, default 1",
            "cutoff_gev": "scale Lambda [GeV], default 1e3",
            "sqrt_s_gev": "centre-of-mass energy [GeV], default 10",
        },
        build=_portal,
    ),
}
"""Theories by their name."""
