"""Processes by the name that physicists write, e.g. ``"mu -> e a"``: widths and lepton spectra."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.constants import LEPTON_MASS, MUON_WIDTH, TAU_WIDTH
from darkfactory.errors import UnknownName, did_you_mean

__all__ = ["PROCESSES", "Process", "find_process"]

_TOTAL_WIDTH = {"mu": MUON_WIDTH, "tau": TAU_WIDTH}


@dataclass(frozen=True)
class Process:
    """A decay of a charged lepton at rest into one visible lepton.

    Attributes
    ----------
    name, title : str
        As physicists write it, and in words.
    parent, daughter : str
        Decaying lepton and visible lepton (e, mu, tau).
    model : str or None
        Name of the model that it needs; None in the Standard Model.
    partial_width : callable
        (model, order) -> partial width [MeV].
    method : str
        How the width is computed.
    references : tuple of str
        Citation keys.
    """

    name: str
    title: str
    parent: str
    daughter: str
    model: str | None
    partial_width: Callable[[Any, str], float]
    method: str
    references: tuple[str, ...]

    @property
    def masses(self) -> tuple[float, float]:
        """Masses of parent and visible lepton [MeV]."""
        return LEPTON_MASS[self.parent], LEPTON_MASS[self.daughter]

    @property
    def total_width(self) -> float:
        """Total width hbar/tau of the parent [MeV]."""
        return _TOTAL_WIDTH[self.parent]

    @property
    def tree_width(self) -> float:
        """Tree-level leptonic width l_i -> e nu nu [MeV], the denominator of ``norm="lo"``."""
        return michel.total_width("born", LEPTON_MASS[self.parent], LEPTON_MASS["e"])


def _to_lepton_and_alp(parent: str, daughter: str) -> Process:
    m_i, m_j = LEPTON_MASS[parent], LEPTON_MASS[daughter]

    def partial_width(model: Any, order: str) -> float:
        return float(two_body_alp.width(m_i, m_j, model.mass, complex(model.C_V), complex(model.C_A), model.f_a))

    return Process(
        name=f"{parent} -> {daughter} a",
        title=f"{parent} to {daughter} and an invisible lepton-flavor-violating ALP, exact masses, tree level",
        parent=parent,
        daughter=daughter,
        model="lfv-alp",
        partial_width=partial_width,
        method="closed form",
        references=("Calibbi:2020jvd",),
    )


def _michel_width(model: Any, order: str) -> float:
    return michel.total_width(order)


PROCESSES: dict[str, Process] = {
    process.name: process
    for process in (
        Process(
            name="mu -> e nu nu",
            title="Michel decay with exact electron mass; O(alpha) inclusive in photons",
            parent="mu",
            daughter="e",
            model=None,
            partial_width=_michel_width,
            method="quadrature",
            references=("Kinoshita:1958ru", "ParticleDataGroup:2024cfk"),
        ),
        _to_lepton_and_alp("mu", "e"),
        _to_lepton_and_alp("tau", "e"),
        _to_lepton_and_alp("tau", "mu"),
    )
}
"""Every process by its name."""


def find_process(name: str) -> Process:
    """Process called ``name``; blanks do not matter.

    Raises
    ------
    UnknownName
        If there is none; the list and near names are given.

    Examples
    --------
    >>> find_process("mu->e a").daughter
    'e'
    """
    spelled = {"".join(known.split()): process for known, process in PROCESSES.items()}
    found = spelled.get("".join(name.split()))
    if found is None:
        raise UnknownName(
            f"process {name!r} does not exist; processes: {', '.join(PROCESSES)}{did_you_mean(name, list(PROCESSES))}"
        )
    return found
