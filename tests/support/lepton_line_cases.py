"""Every squared amplitude of the lepton line twice: the oracle's and the package's, under one name, and random events.

``CASES`` holds the pairs that the tests compare at fixed points, at random points, under rotations, for both charges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.amplitudes import (
    alp_photon,
    bosons,
    dark_boson,
    lepton_line,
    neutrino_pair,
    radiative_michel,
    two_body_alp,
)
from darkfactory.amplitudes import three_leptons as closed_three
from oracles import helicity_spinors as hs
from oracles.five_body import flat_events

M_MU, M_E, E = hs.M_MU, hs.M_E, hs.E_CHARGE
WEAK = hs.Weak()
CHIRAL = (0.3, 0.2, -0.1, 0.5)


@dataclass(frozen=True)
class Case:
    """One squared amplitude.

    Attributes
    ----------
    masses : tuple
        Of the final particles e, (e, e,) emission, then what is heavy: (0, 0) for neutrinos, an ALP mass, or nothing.
    visible : int
        How many of them the amplitude takes.
    oracle : callable
        (momenta..., charge) -> Stokes vectors.
    package : dict
        Forms in the package by name, (momenta..., charge) -> Stokes vectors.
    """

    masses: tuple[float, ...]
    visible: int
    oracle: Callable[..., Any]
    package: dict[str, Callable[..., Any]]

    def events(self, n, seed=1):
        """Momenta of ``n`` events, flat in phase space."""
        momenta, _ = flat_events(self.masses, n, np.random.default_rng(seed))
        return [momenta[:, i] for i in range(self.visible)]


def _closed(function, *more, **options):
    sign = np.array([1.0, -1.0, -1.0, -1.0])

    def call(*momenta, charge=-1):
        stokes = np.asarray(function(*momenta, *more, **options))
        return stokes * sign if charge > 0 else stokes

    return call


def _line(function, *more, **options):
    return lambda *momenta, charge=-1: np.asarray(function(*momenta, *more, charge=charge, **options))


def _emission(heavy, emission, boson, closed, alp=None):
    def oracle(k, q, charge=-1):
        return hs.stokes_emission(heavy, k, q, emission, charge=charge)

    forms = {"line": _line(lepton_line.emission, boson, alp=alp)}
    if closed is not None:
        forms["closed form"] = closed
    return Case((M_E, emission.mass, *((0.0, 0.0) if alp is None else (30.0,))), 2, oracle, forms)


def _three(heavy, mediators, the_bosons, closed=None, alp=None, **options):
    def oracle(k1, k2, k3, charge=-1):
        return hs.stokes_three(heavy, k1, k2, k3, mediators, charge=charge, **options)

    names = {"resonant_only": "on_shell"}
    renamed = {names.get(key, key): value for key, value in options.items()}
    forms = {"line": _line(lepton_line.three_leptons, the_bosons, alp=alp, **renamed)}
    if closed is not None:
        forms["closed form"] = closed
    return Case((M_E, M_E, M_E, *((0.0, 0.0) if alp is None else (30.0,))), 3, oracle, forms)


def _vector(mass, couplings, width=0.0):
    return hs.Vector(mass, *couplings, width), bosons.Vector(mass, width, *couplings)


def _scalar(mass, couplings, width=0.0):
    return hs.Scalar(mass, *couplings, width), bosons.Scalar(mass, width, *couplings)


def _boson(kind, couplings):
    pair = {"V": _vector, "S": _scalar}[kind](20.0, couplings)
    names = {"V": ("g_V_e", "g_A_e", "g_V_mu", "g_A_mu"), "S": ("g_S_e", "g_P_e", "g_S_mu", "g_P_mu")}[kind]
    function = {"V": dark_boson.vector, "S": dark_boson.scalar}[kind]
    closed = _closed(function, 20.0, **dict(zip(names, couplings, strict=True)))
    return _emission(WEAK, *pair, closed)


def _derivative(C_e, C_mu):
    oracle = hs.DerivativeAlp(20.0, C_e, C_mu, 1e3)
    closed = _closed(dark_boson.derivative_alp, 20.0, C_e=C_e, C_mu=C_mu, f_a=1e3)
    return _emission(WEAK, oracle, bosons.DerivativeAlp(20.0, C_e, C_mu, 1e3), closed)


def _resonance():
    couplings, scalar = (1.0, 0.5 - 0.5j, 1e12), (30.0, 5.0, 0.3, 0.7)

    def oracle(k1, k2, k3, charge=-1):
        hidden = hs.Scalar(scalar[0], scalar[2], scalar[3], width=scalar[1])
        return hs.stokes_resonance(hs.LfvAlp(*couplings), k1, k2, k3, hidden, charge=charge)

    boson = bosons.LfvResonance(scalar[0], scalar[1], *couplings, scalar[2], scalar[3])
    return Case((M_E, M_E, M_E), 3, oracle, {"line": _line(lepton_line.resonance, boson)})


_ALP = hs.LfvAlp(1.0, 0.5 - 0.5j, 1e12)
_ALP_PACKAGE = bosons.LfvAlp(1.0, 0.5 - 0.5j, 1e12)
_DARK = _vector(20.0, (1e-3 * E, 0.0, 1e-3 * E, 0.0), 0.01)
_PSEUDO = _scalar(20.0, (0.0, 1e-3, 0.0, 2e-3), 0.01)
_WIDE = (_vector(20.0, CHIRAL, 5.0), _scalar(35.0, CHIRAL, 4.0))

CASES: dict[str, Case] = {
    "Michel": Case(
        (M_E, 0.0, 0.0),
        1,
        lambda k, charge=-1: hs.stokes_tree(WEAK, k, charge=charge),
        {"closed form": _closed(neutrino_pair.michel), "line": _line(lepton_line.no_emission)},
    ),
    "ea": Case(
        (M_E, 30.0),
        1,
        lambda k, charge=-1: hs.stokes_tree(_ALP, k, charge=charge),
        {
            "line": _line(lepton_line.no_emission, alp=_ALP_PACKAGE),
            "closed form": _closed(two_body_alp.stokes, *_ALP_PACKAGE),
        },
    ),
    "RMD": _emission(WEAK, hs.photon(), bosons.Photon(), _closed(radiative_michel.stokes)),
    "nunuV universal": _boson("V", (E, 0.0, E, 0.0)),
    "nunuV chiral": _boson("V", CHIRAL),
    "nunuS g_S_e": _boson("S", (1.0, 0.0, 0.0, 0.0)),
    "nunuS g_P": _boson("S", (0.0, 1.0, 0.0, 1.0)),
    "nunuS chiral": _boson("S", CHIRAL),
    "nunua C_e": _derivative(1.0, 0.0),
    "nunua C_e C_mu": _derivative(0.3, -0.7),
    "eagamma": _emission(
        _ALP, hs.photon(), bosons.Photon(), _closed(alp_photon.stokes, 30.0, *_ALP_PACKAGE), _ALP_PACKAGE
    ),
    "eaV": _emission(_ALP, *_vector(20.0, CHIRAL), None, _ALP_PACKAGE),
    "eaS": _emission(_ALP, *_scalar(20.0, CHIRAL), None, _ALP_PACKAGE),
    "3e2nu": _three(WEAK, (hs.PHOTON,), [bosons.Photon()], _closed(closed_three.nu_nu)),
    "3e2nu direct": _three(
        WEAK, (hs.PHOTON,), [bosons.Photon()], _closed(closed_three.nu_nu, exchange=False), exchange=False
    ),
    "3e2nu photon + dark photon": _three(WEAK, (hs.PHOTON, _DARK[0]), [bosons.Photon(), _DARK[1]]),
    "3e2nu photon + pseudoscalar": _three(WEAK, (hs.PHOTON, _PSEUDO[0]), [bosons.Photon(), _PSEUDO[1]]),
    "3e2nu photon + wide V + wide S": _three(
        WEAK, (hs.PHOTON, *(w[0] for w in _WIDE)), [bosons.Photon(), *(w[1] for w in _WIDE)]
    ),
    "3e2nu narrow V": _three(WEAK, (_WIDE[0][0],), [_WIDE[0][1]], exchange=False, resonant_only=True),
    "3ea": _three(_ALP, (hs.PHOTON,), [bosons.Photon()], _closed(closed_three.alp, 30.0, *_ALP_PACKAGE), _ALP_PACKAGE),
    "3ea direct": _three(
        _ALP,
        (hs.PHOTON,),
        [bosons.Photon()],
        _closed(closed_three.alp, 30.0, *_ALP_PACKAGE, exchange=False),
        _ALP_PACKAGE,
        exchange=False,
    ),
    "3ea photon + wide V + wide S": _three(
        _ALP, (hs.PHOTON, *(w[0] for w in _WIDE)), [bosons.Photon(), *(w[1] for w in _WIDE)], alp=_ALP_PACKAGE
    ),
    "e a*, a* -> ee": _resonance(),
}
"""Every squared amplitude by name."""

FORMS = [(name, form) for name, case in CASES.items() for form in case.package]
"""Every form of the package: (case, form)."""
