"""What a model is: what it is called, what a user can set, and what it offers to processes and searches."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from darkfactory.constants import HBAR_C_MEV_MM, HBAR_MEV_S, M_E, M_MU
from darkfactory.errors import require
from darkfactory.settings import Setting

__all__ = [
    "WIDTH",
    "BranchingRatio",
    "Decaying",
    "Model",
    "ModelEntry",
    "Rows",
    "mass_key",
    "plain",
    "require_one_mass",
    "to_floats",
]

Matrix = tuple[tuple[float, ...], ...]
Rows = list[dict[str, Any]]
BranchingRatio = Callable[[str, float, float, complex, complex], float]
"""(pair of leptons, F [GeV], mass [MeV], C_V, C_A) -> branching ratio of l -> l' a over hbar/tau."""


class Model:
    """Base of the models, which are small frozen dataclasses: what is said here is all that the rest of the package asks.

    A new model is a file in this folder with a class, and its name in :mod:`darkfactory.models.registry`. Which processes
    and searches take it follows from what it ``offers``:

    - ``lfv-alp``: couplings ``C_V``, ``C_A`` and ``f_a`` of a boson to two different leptons;
    - ``mediator``: vertices of a boson that charged leptons emit without changing flavor, and a scan along its couplings;
    - ``exchange``: the same boson as a propagator between two lepton lines;
    - ``pair``: something made in muon decay that ends as e+ e-, a scan along its couplings, :meth:`at_mass`
      and ``pair_masses``, the open range of the mass;
    - ``electrons``: vertices to electrons, ``electron_vertices``, a width into e+ e-, and a scan along its couplings;
    - ``quarks``: couplings to all electric charges, quarks too, by a kinetic mixing ``epsilon``;
    - ``portal``: the order of magnitude of a cross section;
    - ``continuum``: a density ``mixing`` of masses that a neutrino mixes with, times its ``insertion``, up to ``highest_gev``.

    Attributes
    ----------
    name, title : str
        Name on the command line and a line that says what it is.
    references : tuple of str
        Citation keys.
    keys : tuple of Setting
        What a user can set, without the prefix ``model.``.
    offers : frozenset of str
        What processes and searches may take it as.
    scannable : tuple of str
        Couplings that a scan can be asked for by name.
    pair_coupling : str, optional
        The one that a search for pairs scans by default; what ``scan`` does without a name by default.
    spin : int
        Of its boson.
    mass_setting : str
        Key of the mass that :meth:`at_mass` replaces.
    mass : float
        Of its boson [MeV]; a portal, which has none, is taken by no process that asks.
    sterile_mass : float
        Of its sterile neutrino [MeV], 0 without one.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    references: ClassVar[tuple[str, ...]] = ()
    keys: ClassVar[tuple[Setting, ...]] = ()
    offers: ClassVar[frozenset[str]] = frozenset()
    scannable: ClassVar[tuple[str, ...]] = ()
    pair_coupling: ClassVar[str | None] = None
    spin: ClassVar[int] = 0
    mass_setting: ClassVar[str] = "mass"

    mass: float

    @classmethod
    def build(cls, given: Mapping[str, Any]) -> Any:
        """Model from the typed values of the settings that are given."""
        return cls(**given)

    @classmethod
    def theory(cls, given: Mapping[str, Any]) -> Any:
        """What is described, from the same: the model itself, unless a larger theory gives it."""
        return cls.build(given)

    @property
    def kind(self) -> Hashable:
        """What events depend on beside numbers: amplitudes are chosen and kernels compiled by it."""
        return self.name

    @property
    def sterile_mass(self) -> float:
        """Mass of its sterile neutrino [MeV], 0 without one."""
        return 0.0

    def at_mass(self, mass: float) -> Self:
        """Return the same model with another mass [MeV] of its boson."""
        return dataclasses.replace(self, mass=mass)  # type: ignore[type-var]

    def parameters(self) -> dict[str, Any]:
        """Its numbers, ready for JSON."""
        return {key: value for key, value in _fields(self).items() if value is not None}

    def identity(self) -> dict[str, Any]:
        """What identifies it in a reach, beside its mass: see :meth:`parameters`."""
        return {key: value for key, value in self.parameters().items() if key not in ("mass", "width_ee_mev")}

    def quantities(self) -> dict[str, float]:
        """Sizes of its couplings in the words of searches, and of quantities of published limits that hold for it as they are.

        Those that a search scans are among them also where they are 0; empty for a model that no limit is about.
        """
        return {}

    def describe(self, given: Mapping[str, Any], branching_ratio: BranchingRatio) -> tuple[Rows, tuple[str, ...]]:
        """What it predicts, as a table, and notes to it.

        Parameters
        ----------
        given : mapping
            Typed values of the settings that are given.
        branching_ratio : callable
            See :data:`BranchingRatio`.

        Returns
        -------
        rows : list of dict
            Numbers that are ready for JSON.
        notes : tuple of str
            What a reader must know.
        """
        return [self.parameters()], ()


def _fields(model: Any) -> dict[str, Any]:
    return {field.name: getattr(model, field.name) for field in dataclasses.fields(model)}


class Decaying(Model):
    """A model of one boson that may decay into e+ e-."""

    total_width: float | None

    @property
    def pair_masses(self) -> tuple[float, float]:
        """Ends of the masses [MeV] at which a muon makes it and it decays into e+ e-."""
        return 2 * M_E, M_MU - M_E

    @property
    def width_ee(self) -> float:
        """Width into e+ e- [MeV], exactly 0 where closed."""
        raise NotImplementedError

    @property
    def width(self) -> float:
        """Total width [MeV]: ``total_width``, or that into e+ e- alone: above 2 m_mu give ``total_width`` for a lifetime."""
        return self.width_ee if self.total_width is None else self.total_width

    def width_of(self, parent: str) -> float:
        """Total width [MeV] of the particle that processes call ``parent``: of its boson, the only one."""
        return self.width

    @property
    def branching_ratio_ee(self) -> float:
        """Branching ratio into e+ e-; 0 where closed."""
        return min(self.width_ee / self.width, 1.0) if self.width > 0 else 0.0

    @property
    def ctau_mm(self) -> float:
        """Decay length c tau [mm]; inf for what does not decay."""
        return HBAR_C_MEV_MM / self.width if self.width > 0 else math.inf

    @property
    def longitudinal_growth(self) -> bool:
        """Whether the rate grows as 1/mass^2: axial or non-universal couplings of a vector."""
        return False

    def monomials(self) -> tuple[dict[str, float], Matrix]:
        """Products of couplings by name, and row by product how they multiply the pieces of the amplitude of its kind."""
        raise NotImplementedError

    def decay(self) -> dict[str, float | None]:
        """Width, decay length and lifetime; None for what does not decay."""
        stable = not self.width > 0
        return {
            "width_mev": self.width,
            "ctau_mm": None if stable else self.ctau_mm,
            "lifetime_s": None if stable else HBAR_MEV_S / self.width,
            "branching_ratio_ee": None if stable else self.branching_ratio_ee,
        }


@dataclass(frozen=True)
class ModelEntry:
    """A theory as users name it, which gives one of the models: to the registry the same as a class of models.

    Attributes
    ----------
    name, title : str
        Name on the command line and a line that says what it is.
    keys : tuple of Setting
        Its settings, without the prefix ``model.``.
    build : callable
        Makes the model from the typed values of the settings that are given.
    theory : callable
        Makes what is described, from the same.
    references : tuple of str
        Citation keys.
    offers : frozenset of str
        Those of the model that it gives.
    """

    name: str
    title: str
    keys: tuple[Setting, ...]
    build: Callable[[Mapping[str, Any]], Any]
    theory: Callable[[Mapping[str, Any]], Any]
    references: tuple[str, ...] = ()
    offers: frozenset[str] = frozenset()
    scannable: tuple[str, ...] = ()


def require_one_mass(mass: Any, given: Mapping[str, Any], key: str) -> None:
    """Refuse masses of a scan beside the same mass as a setting, which would change nothing.

    Parameters
    ----------
    mass : object
        Of the scan, None if there are none.
    given : mapping
        Settings of the model without their prefix.
    key : str
        The ``mass_setting`` of the model.

    Raises
    ------
    InvalidInput
        If both are given.
    """
    both = mass is not None and key in given
    require(f"model.{key}: the masses are given already (--mass); leave one of them out" if both else None)


def mass_key(default: float) -> Setting:
    """Setting of a mass [MeV]."""
    return Setting("mass", default, "mass", unit="MeV", low=0.0)


WIDTH = Setting("total_width", None, "total width, the width into e+ e- by default", unit="MeV", low=0.0)
"""Setting of the total width of what may decay into more than e+ e-."""


def plain(value: complex) -> float | str:
    """Real numbers as numbers, complex ones as text: JSON has none."""
    return value.real if abs(value.imag) < 1e-15 else f"{value:.8g}".strip("()")


def to_floats(model: Any, *keys: str) -> None:
    """Make fields of a frozen model Python floats, whatever numbers they were given as; None stays None.

    NumPy's numbers would otherwise travel into results, which are then no JSON.

    Raises
    ------
    InvalidInput
        For arrays of several numbers.
    """
    found = {key: np.asarray(getattr(model, key)) for key in keys if getattr(model, key) is not None}
    require(*(f"model.{key}: {v.size} numbers, must be one" for key, v in found.items() if v.size != 1))
    for key, value in found.items():
        object.__setattr__(model, key, float(value.reshape(())))
