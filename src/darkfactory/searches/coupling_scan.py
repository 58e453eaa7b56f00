"""Which coupling of a mediator a reach varies: one of a dark photon, scalar or pseudoscalar, the common scale of the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import HBAR_C_MEV_MM, M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.models import DarkPhoton, DerivativeAlp, Mediator, VectorBoson
from darkfactory.processes.muon_decay.one_lepton import vertex_matrix
from darkfactory.units import gev_to_mev

__all__ = ["COUPLINGS", "CouplingScan", "coupling_scan", "reported"]

Array = NDArray[np.float64]
COUPLINGS = ("epsilon2", "epsilon", "g_ee", "g_mumu")
"""Couplings that can be named; a vector and a derivative ALP scale all of theirs together."""


@dataclass(frozen=True)
class CouplingScan:
    """A line in the space of couplings, by a parameter x > 0 in which rates are quadratic.

    Attributes
    ----------
    start : Mediator
        The model as given.
    kind : Mediator
        The same without what is scanned or fixed: events of the slice are made for it.
    at : callable
        x -> model.
    typical : float
        An x to start from.
    scanned : tuple of str
        Keys of the model whose given value does not matter.
    """

    start: Mediator
    kind: Mediator
    at: Callable[[float], Mediator]
    typical: float
    scanned: tuple[str, ...] = ()

    def monomials(self, x: float) -> dict[str, float]:
        """Values of the coupling monomials of :func:`darkfactory.processes.muon_decay.on_slices.resonance_rates` at x."""
        model = self.at(x)
        if isinstance(model, DarkPhoton):
            return {"epsilon^2": model.epsilon**2}
        if isinstance(model, VectorBoson):
            return {"g^2": max(abs(g) for g in model.vertices) ** 2}
        values = vertex_matrix(model)[0]
        if isinstance(model, DerivativeAlp):
            # the matrix of the rates holds 1/f_a^2 of the kind
            moved = (self.kind.f_a / model.f_a) ** 2 if isinstance(self.kind, DerivativeAlp) else 1.0
            return {name: value * moved for name, value in values.items()}
        return values

    @property
    def one_shape(self) -> bool:
        """Whether every monomial goes with x^2, so that the signal has one shape."""
        one, two = self.monomials(1.0), self.monomials(2.0)
        return all(abs(two[name] - 4 * value) <= 1e-12 * abs(two[name]) for name, value in one.items())

    def decay(self, x: float) -> tuple[float, float]:
        """Decay length c tau [mm] and branching ratio into e+ e- at x; a total width is that given, or more if needed."""
        width_ee = self.at(x).width_ee
        width = max(width_ee, self.start.total_width or 0.0)
        return (HBAR_C_MEV_MM / width, width_ee / width) if width > 0 else (math.inf, 0.0)


def _needs_electrons(model: Mediator, lifetime: str, which: str) -> None:
    if lifetime == "prompt" or model.mass <= 2 * M_E:
        return
    raise InvalidInput(
        f"{which} = 0: X does not decay into e e at tree level; give {which}, or search.lifetime=prompt to take it as if "
        "it did at once; a displaced or invisible search fits an X that lives long"
    )


def coupling_scan(model: Mediator, coupling: str | None, lifetime: str) -> CouplingScan:
    """Scan of a model.

    Parameters
    ----------
    model : Mediator
        Its other couplings stay as they are; for a ``vector`` or ``derivative-alp`` only their ratios count.
    coupling : str, optional
        One of :data:`COUPLINGS`; epsilon of a dark photon, g_ee of a spin-0 particle by default (g_mumu if only that is set).
    lifetime : {"model", "prompt"}
        Whether the lifetime follows from the couplings.

    Returns
    -------
    CouplingScan
        Rates are quadratic forms of its x.

    Raises
    ------
    InvalidInput
        For a coupling that the model does not have, or an X that does not decay into e+ e-.
    """
    kept = replace(model, total_width=None)
    if isinstance(model, DarkPhoton):
        _check(model, coupling, ("epsilon2", "epsilon"))
        return CouplingScan(
            model, replace(kept, **{"epsilon": 1.0}), lambda x: replace(kept, **{"epsilon": x}), 1e-4, ("epsilon",)
        )
    if isinstance(model, VectorBoson):
        _check(model, coupling, ())
        size = max(abs(g) for g in model.vertices)
        if size == 0:
            raise InvalidInput("model.g_V_e, g_A_e, g_V_mu, g_A_mu = 0: give their ratios, e.g. model.g_V_e=1")
        if model.g_V_e == model.g_A_e == 0:
            _needs_electrons(model, lifetime, "model.g_V_e, model.g_A_e")
        unit = {name: value / size for name, value in model.couplings.items()}
        kind = replace(kept, **unit)
        return CouplingScan(model, kind, lambda x: replace(kept, **{name: g * x for name, g in unit.items()}), 3e-5)
    if isinstance(model, DerivativeAlp):
        _check(model, coupling, ())
        if model.C_e == 0 == model.C_mu:
            raise InvalidInput("model.C_e, model.C_mu = 0: give them, e.g. model.C_e=1 and model.C_mu=1")
        if model.C_e == 0:
            _needs_electrons(model, lifetime, "model.C_e")
        kind = replace(kept, **{"f_a_gev": 1.0})
        return CouplingScan(model, kind, lambda x: replace(kept, **{"f_a_gev": 1 / x}), 1e-3, ("f_a_gev",))
    _check(model, coupling, ("g_ee", "g_mumu"))
    kind = replace(kept, **{"g_e": 1.0, "g_mu": 1.0})
    by_default = "g_mumu" if model.couplings["g_mu"] and not model.couplings["g_e"] else "g_ee"
    if (coupling or by_default) == "g_ee":
        return CouplingScan(model, kind, lambda x: replace(kept, **{"g_e": x}), 1e-4, ("g_e",))
    if model.couplings["g_e"] == 0:
        _needs_electrons(model, lifetime, "model.g_e")
    scanned = ("g_mu",) if coupling else ()  # unasked, it was chosen because it is given
    return CouplingScan(model, kind, lambda x: replace(kept, **{"g_mu": x}), 1e-4, scanned)


def _check(model: Mediator, coupling: str | None, allowed: tuple[str, ...]) -> None:
    if coupling is None or coupling in allowed:
        return
    words = ", ".join(allowed) or "none: the common scale of its couplings is scanned, their ratios are those given"
    raise InvalidInput(f"coupling = {coupling}: {model.name} allows {words}")


def reported(scan: CouplingScan, x: Array) -> Mapping[str, Array]:
    """Limits on couplings by name from limits on x (inf where there is none).

    Parameters
    ----------
    scan : CouplingScan
        The scan.
    x : ndarray, shape (H,)
        Upper limits.

    Returns
    -------
    dict of str to ndarray
        ``epsilon`` and ``epsilon2``; ``g_ee`` or ``g_mumu``; every coupling of a vector; for a derivative ALP the lower limit
        ``f_a_gev`` and |g| = |C| m / f_a.
    """
    model = scan.start
    if isinstance(model, DarkPhoton):
        return {"epsilon": x, "epsilon2": x**2}
    if isinstance(model, VectorBoson):
        size = max(abs(g) for g in model.vertices)
        return {name: abs(g) / size * x for name, g in model.couplings.items() if g}
    if isinstance(model, DerivativeAlp):
        found = {"f_a_gev": np.where(np.isfinite(x), 1 / np.where(np.isfinite(x), x, 1.0), 0.0)}
        lepton = {"g_ee": (model.C_e, M_E), "g_mumu": (model.C_mu, M_MU)}
        return found | {name: abs(C) * m * x / gev_to_mev(1.0) for name, (C, m) in lepton.items() if C}
    scanned = "g_mumu" if scan.at(2.0).couplings["g_mu"] != scan.at(1.0).couplings["g_mu"] else "g_ee"
    return {scanned: x}
