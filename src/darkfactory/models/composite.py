r"""Composite neutrinos: model ``composite-neutrino``, an operator O of dimension Delta that mixes with a neutrino.

L = y Lambda^(3/2 - Delta) Obar Htilde^dagger L + h.c. gives m Obar P_L nu, m^2 = (y v)^2 Lambda^(3 - 2 Delta) / 2, and the
neutrino breaks up into dark jets of any mass above the gap M_N (:mod:`darkfactory.models.mixing_density`). What is called
psi is the lightest state of a jet, a Dirac fermion of mass M_N that decays by its mixing. Energies in GeV.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from darkfactory.constants import GEV, HBAR_C_MEV_MM, HBAR_MEV_S, HIGGS_VEV, M_Z
from darkfactory.errors import InvalidInput, in_range, one_of, positive, require
from darkfactory.kinematics.dark_jet import multiplicity
from darkfactory.kinematics.heavy_neutrino import boson_share
from darkfactory.models.base import BranchingRatio, Model, Rows, to_floats
from darkfactory.models.heavy_neutrino import open_channels, unit_width_gev
from darkfactory.models.mixing_density import FREE, GAP_MODELS, NORMS, MixingDensity
from darkfactory.settings import Setting

__all__ = ["CompositeNeutrino"]

UNITARITY = ("emission", "complete")
"""Signals: the new final states alone, or also what light neutrinos lose of their couplings."""
FLAVORS = ("e", "mu", "tau")
VEV_GEV = HIGGS_VEV / GEV
"""v [GeV]."""
WITHIN = {"eta": (-1.0, 1.0), "c_6": (-1e30, 1e30)}
"""Ranges of numbers that need not be given."""
LARGE_DIMENSION = 2.5
"""Dimension from which on the total mixing depends on what ends the continuum."""


@dataclass(frozen=True, kw_only=True)
class CompositeNeutrino(Model):
    r"""A neutrino that mixes with an operator of a strongly coupled dark sector.

    Parameters
    ----------
    dimension : float
        Delta, >= 3/2; there it is a sterile neutrino of mass ``gap_gev``.
    gap_gev : float
        Mass M_N [GeV] of the lightest dark state psi; > 0 where Delta <= 5/2.
    cutoff_gev : float
        Scale Lambda [GeV], > M_N.
    y : float
        Coupling, > 0; only y Lambda^(3/2 - Delta) is measurable.
    flavor : {"e", "mu", "tau"}
        Neutrino that it mixes with.
    norm : {"free", "gff", "cft", "unparticle"}
        Normalisation of O.
    kappa : float, optional
        The same as a number; that of ``norm`` by default.
    gap_model : {"shift", "hard", "tower"}
        How the continuum starts; a tower has narrow states instead.
    state_masses, state_residues : tuple of float, optional
        Of a tower: masses over M_N, the first of them 1, and residues over M_N^(2 Delta - 3).
    unitarity : {"emission", "complete"}
        Whether light neutrinos lose couplings, by :meth:`lost_mixing`.
    eta : float, optional
        That loss as a number.
    c_6 : float, optional
        Coefficient of the kinetic operator of dimension six, which adds c_6 v^2 / 2 Lambda^2 to it.
    mcut_gev : float or "cutoff", optional
        States of masses below it alone are there; ``cutoff`` is Lambda.
    ctau : float, optional
        Decay length c tau [mm] of psi; from its mixing by default.
    duality : float
        s_0 / M_N^2 up to which the continuum is psi; > 1.

    Raises
    ------
    InvalidInput
        Listing what lies outside its range, and what contradicts or changes nothing.
    """

    dimension: float = 4.5
    gap_gev: float = 1.0
    cutoff_gev: float = 100.0
    y: float = 1.0
    flavor: str = "mu"
    norm: str = "free"
    kappa: float | None = None
    gap_model: str = "shift"
    state_masses: tuple[float, ...] | None = None
    state_residues: tuple[float, ...] | None = None
    unitarity: str = "emission"
    eta: float | None = None
    c_6: float | None = None
    mcut_gev: float | str | None = None
    ctau: float | None = None
    duality: float = 4.0

    name: ClassVar[str] = "composite-neutrino"
    title: ClassVar[str] = "neutrino that is partly composite and breaks up into dark jets"
    references: ClassVar[tuple[str, ...]] = ("Borrello:2026",)
    offers: ClassVar[frozenset[str]] = frozenset(("continuum",))
    mass_setting: ClassVar[str] = "gap_gev"
    keys: ClassVar[tuple[Setting, ...]] = (
        Setting("dimension", 4.5, "dimension of the operator, at least 3/2 by unitarity", low=1.5, high=12.0),
        Setting("gap_gev", 1.0, "mass of the lightest dark state", unit="GeV", low=0.0, high=1e6),
        Setting(
            "cutoff_gev", 100.0, "scale Lambda; at least twice the gap by default", unit="GeV", low=0.0, open_low=True
        ),
        Setting("y", 1.0, "coupling", low=0.0, open_low=True),
        Setting("flavor", "mu", "neutrino that it mixes with", "choice", choices=FLAVORS),
        Setting("norm", "free", "normalisation of the operator", "choice", choices=tuple(NORMS), instead_of=("kappa",)),
        Setting("kappa", None, "normalisation as a number, 1 for free", low=0.0, open_low=True, instead_of=("norm",)),
        Setting("gap_model", "shift", "how the continuum starts at its gap", "choice", choices=GAP_MODELS),
        Setting("state_masses", None, "of a tower: masses over the gap, from 1 up", "numbers", low=1.0),
        Setting(
            "state_residues",
            None,
            "of a tower: residues over gap^(2 dimension - 3)",
            "numbers",
            low=0.0,
            open_low=True,
        ),
        Setting(
            "unitarity", "emission", "whether light neutrinos lose couplings: complete", "choice", choices=UNITARITY
        ),
        Setting("eta", None, "what light neutrinos lose", low=-1.0, high=1.0, instead_of=("c_6",)),
        Setting("c_6", None, "coefficient of the kinetic operator of dimension six", instead_of=("eta",)),
        Setting(
            "mcut_gev",
            None,
            "mass below which states count",
            unit="GeV",
            low=0.0,
            open_low=True,
            choices=("cutoff",),
        ),
        Setting("ctau", None, "decay length of the lightest dark state", unit="mm", low=0.0, open_low=True),
        Setting(
            "duality",
            4.0,
            "s_0 over the squared gap, up to which the continuum is the lightest state",
            low=1.0,
            open_low=True,
        ),
    )

    def __post_init__(self) -> None:
        number = ("kappa", "eta", "c_6", "ctau")
        to_floats(self, "dimension", "gap_gev", "cutoff_gev", "y", "duality", *number)
        require(
            in_range("model.dimension", self.dimension, 1.5, 12, remedy="at least 3/2 by unitarity"),
            in_range("model.gap_gev", self.gap_gev, 0, unit="GeV"),
            positive("model.y", self.y),
            one_of("model.flavor", self.flavor, FLAVORS),
            one_of("model.norm", self.norm, NORMS),
            one_of("model.gap_model", self.gap_model, GAP_MODELS),
            one_of("model.unitarity", self.unitarity, UNITARITY),
            in_range("model.duality", self.duality, 1, open_low=True),
            *(positive(f"model.{key}", getattr(self, key)) for key in self._given("kappa", "ctau")),
            *(in_range(f"model.{key}", getattr(self, key), *ends) for key, ends in WITHIN.items() if self._given(key)),
        )
        require(
            in_range(
                "model.cutoff_gev",
                self.cutoff_gev,
                self.gap_gev,
                open_low=True,
                unit="GeV",
                remedy="it lies above model.gap_gev",
            ),
            *self._of_tower(),
            *self._of_unitarity(),
            None
            if self.mcut_gev in (None, "cutoff")
            else positive("model.mcut_gev", self.mcut_gev, unit="GeV", remedy="or cutoff"),
        )
        exponent = 2 * math.log10(self.y) + (3 - 2 * self.dimension) * math.log10(self.cutoff_gev)
        remedy = f"model.cutoff_gev = {self.cutoff_gev:g}, model.y = {self.y:g}: choose others"
        require(in_range("log10 of y^2 cutoff_gev^(3 - 2 dimension)", exponent, -250, 250, remedy=remedy))
        self.mixing  # noqa: B018  # says what is wrong with its numbers

    def _given(self, *keys: str) -> list[str]:
        return [key for key in keys if getattr(self, key) is not None]

    def _of_tower(self) -> list[str]:
        masses, residues = self.state_masses, self.state_residues
        if self.gap_model != "tower":
            given = self._given("state_masses", "state_residues")
            return [f"model.{key}: changes nothing with gap_model = {self.gap_model}; choose tower" for key in given]
        if not masses or not residues or len(masses) != len(residues) or min(masses) != 1:
            shown = f"model.state_masses = {masses}, model.state_residues = {residues}"
            return [
                f"{shown}: a tower needs as many masses as residues, the lowest mass 1 (over the gap), e.g. 1,2 and 1,0.5"
            ]
        return [] if self.gap_gev > 0 else ["model.gap_gev = 0: a tower is in units of its gap; choose one above 0"]

    def _of_unitarity(self) -> list[str]:
        given = self._given("eta", "c_6")
        if self.unitarity == "emission":
            return [f"model.{key}: changes nothing with unitarity = emission; choose complete" for key in given]
        if len(given) == 2:
            return ["model.eta and model.c_6 are both given: they fix the same thing, keep one"]
        predicted = self.gap_model == "tower" or self.dimension < LARGE_DIMENSION
        if not predicted and not self._given("eta", "mcut_gev"):
            return [
                f"model.dimension = {self.dimension:g}: what light neutrinos lose is not predicted from 5/2 on with "
                "unitarity = complete; give model.eta, or model.mcut_gev (a mass or cutoff)"
            ]
        return []

    @classmethod
    def build(cls, given: Mapping[str, Any]) -> CompositeNeutrino:
        """Model from settings; those that change nothing are refused. Lambda lies above the gap if it is not given."""
        free = {} if "cutoff_gev" in given else {"cutoff_gev": max(cls.cutoff_gev, 2 * given.get("gap_gev", 0.0))}
        model = cls(**given, **free)
        one_state = model.gap_model == "tower" or model.dimension == FREE
        uses_cutoff = model.dimension > FREE or model.mcut_gev == "cutoff" or model.c_6 is not None
        require(
            "model.duality: changes nothing for narrow states; leave it out"
            if one_state and "duality" in given
            else None,
            None
            if uses_cutoff or "cutoff_gev" not in given
            else "model.cutoff_gev: changes nothing at model.dimension = 1.5; leave it out",
        )
        return model

    @property
    def mass(self) -> float:  # type: ignore[override]
        """Mass of psi [MeV]."""
        return self.gap_gev * GEV

    def at_mass(self, mass: float) -> CompositeNeutrino:
        """Return the same model with another gap, a mass of psi [MeV]; Lambda stays above it."""
        gap = mass / GEV
        return replace(self, gap_gev=gap, cutoff_gev=max(self.cutoff_gev, 2 * gap))

    @functools.cached_property
    def mixing(self) -> MixingDensity:
        """dU^2/dM^2 over m^2, of all masses; those above :attr:`highest_gev` do not count."""
        kappa = NORMS[self.norm](self.dimension) if self.kappa is None else self.kappa
        unit = self.gap_gev ** (2 * self.dimension - 3)
        pairs = zip(self.state_masses or (), self.state_residues or (), strict=True)
        states = tuple((mass * self.gap_gev, residue * unit) for mass, residue in pairs)
        return MixingDensity(self.dimension, self.gap_gev, kappa, self.gap_model, states)

    @property
    def highest_gev(self) -> float:
        """Mass [GeV] below which states count; inf for all."""
        return float(self.highest_at(self.cutoff_gev))

    @property
    def truncated(self) -> bool:
        """Whether states of M < Lambda alone count, whatever Lambda is."""
        return self.mcut_gev == "cutoff"

    def highest_at(self, cutoff_gev: Any) -> Any:
        """The same at other scales Lambda [GeV]."""
        fixed = math.inf if self.mcut_gev is None else self.mcut_gev
        return cutoff_gev if self.truncated else np.full(np.shape(cutoff_gev), fixed)[()]

    def insertion(self, cutoff_gev: Any = None) -> Any:
        """m^2 = (y v)^2 Lambda^(3 - 2 Delta) / 2 [GeV^(5 - 2 Delta)], at another Lambda [GeV] if given."""
        scale = self.cutoff_gev if cutoff_gev is None else cutoff_gev
        return 0.5 * (self.y * VEV_GEV) ** 2 * scale ** (3 - 2 * self.dimension)

    def cutoff_from(self, insertion: Any) -> Any:
        """Lambda [GeV] of an m^2 > 0 [GeV^(5 - 2 Delta)], at most 1e300.

        Raises
        ------
        InvalidInput
            At Delta = 3/2, where m does not depend on it.
        """
        if self.dimension == FREE:
            raise InvalidInput("model.dimension = 1.5: nothing depends on cutoff_gev, allowed above 1.5; scan model.y")
        log = np.log10(0.5 * (self.y * VEV_GEV) ** 2 / np.asarray(insertion)) / (2 * self.dimension - 3)
        return 10.0 ** np.clip(log, -300, 300)[()]

    def total_mixing(self, cutoff_gev: Any = None, highest_gev: Any = math.inf) -> Any:
        """U^2 of all states that count and are below ``highest_gev`` [GeV]; inf where it is not predicted."""
        scale = self.cutoff_gev if cutoff_gev is None else cutoff_gev
        highest = np.minimum(highest_gev, self.highest_at(scale))
        below = self.mixing.moments(np.where(np.isinf(highest), 0.0, highest) ** 2)[0]
        return self.insertion(scale) * np.where(np.isinf(highest), self.mixing.total, below)[()]

    def lost_mixing(self, cutoff_gev: Any = None, highest_gev: Any = math.inf) -> Any:
        """What light neutrinos lose: charged currents 1 - eta, neutral ones 1 - 2 eta; 0 for emission.

        Parameters
        ----------
        cutoff_gev : array_like, optional
            Lambda [GeV], its own by default.
        highest_gev : array_like
            Mass [GeV] above which states do not count.

        Returns
        -------
        array
            eta: that given, or total mixing + c_6 v^2 / 2 Lambda^2.
        """
        scale = self.cutoff_gev if cutoff_gev is None else cutoff_gev
        if self.unitarity == "emission" or self.eta is not None:
            return np.full(np.shape(scale), self.eta or 0.0)[()]
        return self.total_mixing(scale, highest_gev) + (self.c_6 or 0.0) * VEV_GEV**2 / (2 * scale**2)

    @property
    def delta_n_nu(self) -> float:
        """Number of neutrinos that Z -> nu X adds to three, less what light ones lose."""
        m_Z2 = (M_Z / GEV) ** 2
        found = self.mixing.integral(lambda M2: boson_share(M2 / m_Z2), min(m_Z2, self.highest_gev**2))
        return float(2 * self.insertion() * found - 2 * self.lost_mixing())

    @property
    def residue(self) -> float:
        """Z_1 of psi [GeV^(2 Delta - 3)]: by duality, the integral of rho up to s_0."""
        return self.mixing.residue(self.duality * self.gap_gev**2)

    def psi_mixing(self, cutoff_gev: float | None = None) -> float:
        """U^2 of psi = m^2 Z_1 / M_N^2, at another Lambda [GeV] if given; 0 without a gap."""
        return float(self.insertion(cutoff_gev)) * self.residue / self.gap_gev**2 if self.gap_gev > 0 else 0.0

    @property
    def psi_channels(self) -> dict[str, float]:
        """Widths of the decays of psi over U^2 and the unit width, by final state; empty without a gap."""
        return open_channels(self.gap_gev, self.flavor) if self.gap_gev > 0 else {}

    def ctau_at(self, cutoff_gev: float | None = None) -> float:
        """Decay length c tau [mm] of psi at Lambda [GeV]: that given, or by its mixing; inf for one that is stable."""
        if self.ctau is not None:
            return self.ctau
        width = self.psi_mixing(cutoff_gev) * sum(self.psi_channels.values()) * unit_width_gev(self.gap_gev) * GEV
        return HBAR_C_MEV_MM / width if width > 0 else math.inf

    @property
    def ctau_mm(self) -> float:
        """Decay length c tau [mm] of psi (see :meth:`ctau_at`)."""
        return self.ctau_at()

    def quantities(self) -> dict[str, float]:
        """Lambda [GeV], or the mixing of a heavy neutral lepton (see :meth:`darkfactory.models.base.Model.quantities`)."""
        if self.dimension > FREE or self.gap_model == "tower":
            return {"cutoff_gev": self.cutoff_gev}
        return {"U2_total": (U2 := float(self.total_mixing())), f"U2_{self.flavor}": U2}

    def parameters(self) -> dict[str, Any]:
        """Its numbers, ready for JSON; the norm is a number, kappa."""
        given = super().parameters() | {"kappa": self.mixing.kappa}
        return {key: list(v) if isinstance(v, tuple) else v for key, v in given.items() if key != "norm"}

    def identity(self) -> dict[str, Any]:
        """What identifies it in a reach, beside its gap (see :meth:`darkfactory.models.base.Model.identity`)."""
        return {key: value for key, value in self.parameters().items() if key != "gap_gev"}

    def describe(self, given: Mapping[str, Any], branching_ratio: BranchingRatio) -> tuple[Rows, tuple[str, ...]]:
        """Mixing, psi and the width of the Z (see :meth:`darkfactory.models.base.Model.describe`)."""
        ctau, total, channels = self.ctau_mm, float(self.total_mixing()), self.psi_channels
        decays = math.isfinite(ctau)
        row = self.parameters() | {
            "insertion": float(self.insertion()),
            "amplitude": self.mixing.amplitude,
            "U2_total": total if math.isfinite(total) else None,
            "eta": float(self.lost_mixing()),
            "Z_1": self.residue,
            "U2_psi": self.psi_mixing(),
            "K": sum(channels.values()) or None,
            "ctau_mm": ctau if decays else None,
            "lifetime_s": ctau * HBAR_MEV_S / HBAR_C_MEV_MM if decays else None,
            "psi_at_cutoff": int(multiplicity(self.cutoff_gev, self.gap_gev)) if self.gap_gev > 0 else None,
            "delta_n_nu": self.delta_n_nu,
        }
        return [row], _notes_of_mixing(total)

    def notes_to(self, heaviest_gev: float, name: str = "the heaviest jet") -> tuple[str, ...]:
        """What to say of a rate of jets up to a mass [GeV], called ``name``: where perturbation and effective theory end."""
        notes = _notes_of_mixing(float(self.total_mixing(highest_gev=heaviest_gev)))
        if self.highest_gev > self.cutoff_gev < heaviest_gev:
            notes += (
                f"model.cutoff_gev = {self.cutoff_gev:g} is below {name} = {heaviest_gev:.4g} GeV: the effective theory does "
                "not describe all of the rate; model.mcut_gev=cutoff keeps what it does",
            )
        return notes


def _notes_of_mixing(mixing: float) -> tuple[str, ...]:
    """Note to a total U^2 in the range that is used: perturbation theory ends at 1."""
    return (
        f"the total mixing is {mixing:.3g} > 1: perturbation theory fails; raise model.cutoff_gev or lower model.y",
    ) * (1 < mixing < math.inf)


MODELS = (CompositeNeutrino,)
