r"""Flavor-conserving mediators X of the lepton line: what dark photon, vector, scalar and derivative ALP have in common.

L_X = X_mu lbar g^mu (g_V + g_A g5) l for vectors, phi lbar (g_S + i g_P g5) l for scalars, and
d_mu a / (2 f_a) C_l lbar g^mu g5 l for the derivative ALP, each for l = e and mu. The derivative ALP is a pseudoscalar
with g_P = m_l C_l / f_a only if C_e = C_mu: the two are different models and are never converted silently.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import ALPHA, M_E
from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.models.base import BranchingRatio, Decaying, Matrix, Rows, to_floats
from darkfactory.models.scan import CouplingScan
from darkfactory.settings import Setting

__all__ = ["ELEMENTARY_CHARGE", "Mediator", "per_lepton", "scalar_width", "vector_width"]

Array = NDArray[np.float64]

ELEMENTARY_CHARGE = math.sqrt(4 * math.pi * ALPHA)
"""e = sqrt(4 pi alpha)."""


def _velocity_squared(mass: float, lepton_mass: float) -> float:
    """Squared velocity of the leptons of X -> l l, negative where the channel is closed."""
    return (1 - 2 * lepton_mass / mass) * (1 + 2 * lepton_mass / mass) if mass > 0 else -math.inf


def vector_width(mass: float, g_V: float, g_A: float, lepton_mass: float = M_E) -> float:
    """Width of a vector into a lepton pair [MeV], tree level.

    Parameters
    ----------
    mass : float
        Mass of the vector [MeV].
    g_V, g_A : float
        Vector and axial coupling.
    lepton_mass : float
        Mass of either lepton [MeV].

    Returns
    -------
    float
        m beta / (12 pi) [g_V^2 (1 + 2 m_l^2/m^2) + g_A^2 beta^2]; exactly 0 where closed.

    Examples
    --------
    >>> round(vector_width(20.0, 1e-3 * ELEMENTARY_CHARGE, 0.0) * 1e8, 6)
    4.864889
    """
    beta2 = _velocity_squared(mass, lepton_mass)
    if beta2 <= 0:
        return 0.0
    return mass * math.sqrt(beta2) / (12 * math.pi) * (g_V**2 * (1 + 2 * (lepton_mass / mass) ** 2) + g_A**2 * beta2)


def scalar_width(mass: float, g_S: float, g_P: float, lepton_mass: float = M_E) -> float:
    """Width of a scalar into a lepton pair [MeV], tree level: m beta / (8 pi) [g_S^2 beta^2 + g_P^2].

    Parameters
    ----------
    mass : float
        Mass of the scalar [MeV].
    g_S, g_P : float
        Scalar and pseudoscalar coupling.
    lepton_mass : float
        Mass of either lepton [MeV].

    Returns
    -------
    float
        Width [MeV]; exactly 0 where closed.
    """
    beta2 = _velocity_squared(mass, lepton_mass)
    if beta2 <= 0:
        return 0.0
    return mass * math.sqrt(beta2) / (8 * math.pi) * (g_S**2 * beta2 + g_P**2)


@dataclass(frozen=True, kw_only=True)
class Mediator(Decaying):
    """What the mediators share; a new one names its couplings, says what its vertices are and of which kind.

    The ``kind`` says which amplitude emits it and how its vertices are read: ``vector`` (g_V_e, g_A_e, g_V_mu, g_A_mu),
    ``photon`` (the same, a multiple of the electric charge), ``scalar`` (g_S_e, g_P_e, g_S_mu, g_P_mu) or ``derivative``
    (C_e, C_mu).

    Parameters
    ----------
    mass : float
        Mass [MeV], >= 0.
    total_width : float, optional
        Total width [MeV] if X decays into more than e+ e-; the width into e+ e- by default.

    Raises
    ------
    InvalidInput
        Listing every parameter outside its domain.
    """

    mass: float = 20.0
    total_width: float | None = None

    offers: ClassVar[frozenset[str]] = frozenset(("mediator", "exchange", "electrons", "pair"))
    coupling_names: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        require(*self._ranges())
        to_floats(self, *(field.name for field in fields(self)))
        require(*self._relations())
        width = self.width_ee
        if self.total_width is not None and self.total_width < width * (1 - 1e-9):
            raise InvalidInput(
                f"model.total_width = {self.total_width:g} MeV: allowed [{width:g}, inf) MeV, the width into e e; "
                "leave it out if e e is the only channel"
            )

    def _ranges(self) -> list[str | None]:
        """What is wrong with the numbers one by one."""
        width = self.total_width
        return [
            in_range("model.mass", self.mass, 0, unit="MeV"),
            None if width is None else in_range("model.total_width", width, 0, unit="MeV"),
            *(in_range(f"model.{key}", getattr(self, key)) for key in self.coupling_names),
        ]

    def _relations(self) -> list[str | None]:
        """What is wrong with them together."""
        return []

    @property
    def couplings(self) -> dict[str, float]:
        """Couplings that rates are quadratic in, by the names of the model's keys."""
        return {key: float(getattr(self, key)) for key in self.coupling_names}

    def quantities(self) -> dict[str, float]:
        """Sizes of its couplings (see :meth:`darkfactory.models.base.Model.quantities`)."""
        return {name: abs(g) for name, g in self.couplings.items()}

    @property
    def vertices(self) -> tuple[float, ...]:
        """Vertices as amplitudes take them, those of the electron first (see the class)."""
        return self.vertices_of(self.couplings)

    @property
    def electron_vertices(self) -> tuple[float, float]:
        """Vertices to electrons on their mass shell: (g_V, g_A) of a vector, (g_S, g_P) of spin 0."""
        first, second = self.vertices[:2]
        return first, second

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices of other values of the couplings, in which they are linear (see :attr:`vertices`)."""
        raise NotImplementedError

    def _column(self, name: str) -> tuple[float, ...]:
        """Vertices of one coupling of size 1."""
        return self.vertices_of(dict.fromkeys(self.coupling_names, 0.0) | {name: 1.0})

    def parameters(self) -> dict[str, Any]:
        """Its numbers, ready for JSON."""
        return super().parameters() | {"width_ee_mev": self.width_ee}

    def describe(self, given: Mapping[str, Any], branching_ratio: BranchingRatio) -> tuple[Rows, tuple[str, ...]]:
        """Couplings, width and lifetime (see :meth:`darkfactory.models.base.Model.describe`)."""
        note = "couplings as they stand in the Lagrangian; the width is that into e+ e- unless total_width is given"
        return [self.parameters() | self.decay()], (note,)

    def monomials(self) -> tuple[dict[str, float], Matrix]:
        """Products of couplings by name, and how they multiply the pieces, which belong to pairs of vertices."""
        names = self.coupling_names
        columns = [self._column(name) for name in names]
        pairs = list(itertools.combinations_with_replacement(range(len(columns[0])), 2))
        values, rows = {}, []
        for a, b in itertools.combinations_with_replacement(range(len(names)), 2):
            va, vb = columns[a], columns[b]
            rows.append(tuple(va[i] * vb[j] + (va[j] * vb[i] if a != b else 0.0) for i, j in pairs))
            label = f"{names[a]}^2" if a == b else f"{names[a]} {names[b]}"
            values[label] = self.couplings[names[a]] * self.couplings[names[b]]
        return values, tuple(rows)

    def common_scale(self) -> tuple[str, float]:
        """Name and value of what one amplitude with all couplings is proportional to, for spins that correlate."""
        return "g^2", 1.0

    def resonance_monomials(self, made_for: Any) -> dict[str, float]:
        """Values that multiply the rates of a resonance which were made for a model of the same class.

        Parameters
        ----------
        made_for : Mediator
            The same with other couplings.

        Returns
        -------
        dict of str to float
            The products of :meth:`monomials`.
        """
        return self.monomials()[0]

    def scan(self, coupling: str | None = None, lifetime: str = "model") -> CouplingScan:
        """Line in the space of couplings along one of them, or by default along the common scale of all.

        Parameters
        ----------
        coupling : str, optional
            One of ``scannable``; others stay as they are.
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
        self._check_scan(coupling)
        names, size = self.coupling_names, max(abs(g) for g in self.vertices)
        if size == 0:
            raise InvalidInput(f"model.{', '.join(names)} = 0: give their ratios, e.g. model.{names[0]}=1")
        self._require_electrons(lifetime)
        unit = {name: value / size for name, value in self.couplings.items()}
        kept = replace(self, total_width=None)

        def at(x: float) -> Mediator:
            return replace(kept, **{name: g * x for name, g in unit.items()})

        def reported(x: Array) -> Mapping[str, Array]:
            return {name: abs(g) / size * x for name, g in self.couplings.items() if g}

        return CouplingScan(self, replace(kept, **unit), at, 3e-5, reported)

    def _check_scan(self, coupling: str | None) -> None:
        if coupling is None or coupling in self.scannable:
            return
        none = "none: the common scale of its couplings is scanned, their ratios are those given"
        raise InvalidInput(f"coupling = {coupling}: {self.name} allows {', '.join(self.scannable) or none}")

    def _require_electrons(self, lifetime: str) -> None:
        """Refuse an X above threshold whose lifetime counts, but which has no coupling to electrons."""
        half = len(self.vertices) // 2
        if lifetime == "prompt" or self.mass <= 2 * M_E or any(self.vertices[:half]):
            return
        which = ", ".join(f"model.{name}" for name in self.coupling_names if any(self._column(name)[:half]))
        raise InvalidInput(
            f"{which} = 0: X does not decay into e e at tree level; give {which}, or the lifetime where a search has one "
            "(search.lifetime=prompt, search.ctau); a displaced or invisible search fits an X that lives long"
        )


def per_lepton(symbol: str, kind: str) -> tuple[Setting, ...]:
    """Settings of a coupling to the electron and to the muon, called ``symbol`` and the lepton."""
    return tuple(Setting(f"{symbol}_{flavor}", 0.0, f"{kind} coupling to {flavor}") for flavor in ("e", "mu"))
