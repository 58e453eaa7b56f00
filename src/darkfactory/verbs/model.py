"""What a model predicts, as a table: couplings, scales and branching ratios of every pair, neutrino masses, rates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from darkfactory.constants import HBAR_C_MEV_MM, HBAR_MEV_S
from darkfactory.glossary import Column
from darkfactory.models import build_model, find_model, given_settings
from darkfactory.models.alp import LfvAlp
from darkfactory.models.flavor import FlavorAlp
from darkfactory.models.mediator import Mediator
from darkfactory.models.portal import Portal
from darkfactory.models.seesaw import InverseSeesaw
from darkfactory.models.theories import build_flavor
from darkfactory.processes.muon_decay.scales import CHANNELS, branching_ratio_from_scale
from darkfactory.processes.requests import parameters
from darkfactory.result import Result, entries, run_block, setting_columns

__all__ = ["Description", "model"]

Rows = list[dict[str, Any]]


@dataclass(frozen=True, repr=False)
class Description(Result):
    """What a model predicts.

    Attributes
    ----------
    model : str
        Name.
    settings : dict
        What was given.
    rows : list of dict
        The predictions.
    notes : tuple of str
        What a reader must know.
    references : tuple of str
        Citation keys.
    """

    kind: ClassVar[str] = "model"

    model: str
    settings: Mapping[str, Any]
    rows: Rows
    notes: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def title(self) -> str:
        """Line above the table."""
        return f"model {self.model}"

    def own_columns(self) -> Mapping[str, Column]:
        """Keys of the model, with their own unit and meaning."""
        return setting_columns(find_model(self.model).keys)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        from darkfactory.version import __version__

        return {
            "model": self.model,
            "settings": dict(self.settings),
            "version": __version__,
            "notes": list(self.notes),
            "references": list(self.references),
            "rows": self.rows,
            "run": dict(self.run),
        }


def _plain(value: complex) -> float | str:
    return value.real if abs(value.imag) < 1e-15 else f"{value:.8g}".strip("()")


def _flavor(model: FlavorAlp) -> tuple[Rows, tuple[str, ...]]:
    rows = []
    for channel, (i, j) in CHANNELS.items():
        vector, axial = model.pair(i, j)
        F = model.F_gev(i, j)
        open_ = math.isfinite(F)
        rows.append(
            {
                "pair": f"{i}-{j}",
                "mass_mev": model.mass,
                "C_V": _plain(vector),
                "C_A": _plain(axial),
                "C": model.coupling(i, j),
                "F_gev": F if open_ else None,
                "chirality": model.chirality(i, j),
                "asymmetry": model.asymmetry(i, j),
                "branching_ratio": branching_ratio_from_scale(channel, F, model.mass, vector, axial) if open_ else 0.0,
            }
        )
    for lepton in ("e", "mu", "tau"):
        coupling = model.coupling(lepton, lepton)
        rows.append(
            {
                "pair": f"{lepton}-{lepton}",
                "mass_mev": model.mass,
                "C_V": None,
                "C_A": _plain(model.pair(lepton, lepton)[1]),
                "C": coupling,
                "F_gev": 2 * model.f_a_gev / coupling if coupling > 0 else None,
                "chirality": "A",
                "asymmetry": 0.0,
                "branching_ratio": None,
            }
        )
    notes = (
        f"f_a = {model.f_a_gev:.4g} GeV, m_a = {model.mass:.4g} MeV; diagonal C_V are unphysical and not shown",
        "branching ratios over hbar/tau; running and loop-induced couplings are not included",
    )
    return rows, notes


def _seesaw(model: Any) -> tuple[Rows, tuple[str, ...]]:
    if isinstance(model, InverseSeesaw):
        masses, shares = model.exact()
        row = {
            "mass_N": model.mass_N,
            "U2": model.U2,
            "y_N": model.y_N,
            "mu_N": model.mu_N,
            "mu_R": model.mu_R,
            "neutrino_mass_ev": masses[0] * 1e6,
            "mass_minus": masses[1],
            "mass_plus": masses[2],
            "U2_minus": shares[1],
            "U2_plus": shares[2],
        }
        return [row], ("masses [MeV] from diagonalisation with 60 digits; U2 = sum over the pseudo-Dirac pair",)
    light = [mass * 1e6 for mass in model.exact_masses()[:3]]
    rows = [
        {
            "flavor": flavor,
            **{f"eta_{other}": abs(model.eta[a, b]) for b, other in enumerate(("e", "mu", "tau"))},
            "U2": model.eta[a, a].real,
            "neutrino_mass_ev": light[a],
        }
        for a, flavor in enumerate(("e", "mu", "tau"))
    ]
    return rows, ("eta = Theta Theta^dagger; the light masses (in ascending order) are exact, with 60 digits",)


def _portal(model: Portal, sqrt_s_gev: float) -> tuple[Rows, tuple[str, ...]]:
    row = {
        "dimension": model.dimension,
        "sqrt_s_gev": sqrt_s_gev,
        "cutoff_gev": model.cutoff_gev,
        "cross_section_gev2": float(model.cross_section_gev2(sqrt_s_gev)),
        "cross_section_cm2": float(model.cross_section_cm2(sqrt_s_gev)),
    }
    return [row], ("power counting: orders of magnitude only, s << Lambda^2",)


def _decay(model: Mediator | LfvAlp) -> dict[str, float | None]:
    """Width, decay length and lifetime; None for what does not decay."""
    stable = not model.width > 0
    return {
        "width_mev": model.width,
        "ctau_mm": None if stable else HBAR_C_MEV_MM / model.width,
        "lifetime_s": None if stable else HBAR_MEV_S / model.width,
        "branching_ratio_ee": None if stable else model.branching_ratio_ee,
    }


def _mediator(model: Mediator) -> tuple[Rows, tuple[str, ...]]:
    return [parameters(model) | _decay(model)], (
        "couplings as they stand in the Lagrangian; the width is that into e+ e- unless total_width is given",
    )


def model(name: str, settings: Mapping[str, Any] | None = None) -> Description:
    """What a model predicts: couplings, scales and branching ratios; neutrino masses and mixing; or a cross section.

    Parameters
    ----------
    name : str
        Name of a model: ``anarchy``, ``mfv``, ``charges``, ``inverse-seesaw``, ``portal``, ``lfv-alp``, ...
    settings : mapping, optional
        Its keys, with or without the prefix ``model.``.

    Returns
    -------
    Description
        One row per pair of leptons, generation, or a single one.

    Raises
    ------
    DarkfactoryError
        For unknown names and keys, and values outside their domain.

    Examples
    --------
    >>> row = model("anarchy", {"f_a_gev": 5e9}).rows[0]
    >>> row["pair"], f"{row['F_gev']:.3g}", row["chirality"]
    ('mu-e', '1e+10', 'V+A')
    """
    asked = dict(locals())
    wanted = name.replace("_", "-")
    given = {key.removeprefix("model."): value for key, value in (settings or {}).items()}
    entry = find_model(wanted)
    given = given_settings(entry, given)
    if entry.gives == "lfv-alp":
        rows, notes = _flavor(build_flavor(wanted, given))
        if "channel" in given:
            rows = [row for row in rows if row["pair"] == given["channel"]]
    else:
        built = build_model(wanted, given)
        if isinstance(built, Portal):
            rows, notes = _portal(built, given.get("sqrt_s_gev", 10.0))
        elif isinstance(built, LfvAlp):
            rows, notes = _alp(built)
        elif isinstance(built, Mediator):
            rows, notes = _mediator(built)
        else:
            rows, notes = _seesaw(built)
    run = run_block(model, asked, settings=entries(given, given, "model."))
    return Description(wanted, given, rows, notes, entry.references, run=run)


def _alp(model: LfvAlp) -> tuple[Rows, tuple[str, ...]]:
    C_V, C_A = complex(model.C_V), complex(model.C_A)
    rows = [
        {
            "pair": f"{i}-{j}",
            "mass_mev": model.mass,
            "C_V": _plain(C_V),
            "C_A": _plain(C_A),
            "F_gev": model.F_gev,
            "chirality": model.chirality,
            "branching_ratio": branching_ratio_from_scale(channel, model.F_gev, model.mass, C_V, C_A),
        }
        | _decay(model)
        for channel, (i, j) in CHANNELS.items()
    ]
    return rows, ("the same couplings for every pair",)
