"""Limits on the cut-off scale from decays of Z, W, Higgs bosons and kaons into the same dark jets, next to those of a search.

Every rate is that of a heavy neutrino, summed over the masses of the jet that the decay leaves room for; energies in GeV.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import GEV, HIGGS_VEV, M_HIGGS, M_KAON, M_MU, M_W, M_Z
from darkfactory.kinematics.heavy_neutrino import boson_share, higgs_share, meson_share
from darkfactory.recorded.dark_jets import InCells, in_cells
from darkfactory.searches.neutral_current.scales import beyond, largest_scale, lost_mixing, scan_to
from darkfactory.settings import Setting, Settings

__all__ = ["DECAY_KEYS", "decay_limits"]

Array = NDArray[np.float64]
HIGGS_WIDTH_GEV, KAON_TO_MUON = 4.07e-3, 0.6356
"""Width of the Higgs boson (LHC-HXSWG) and branching ratio of K -> mu nu (PDG)."""
DECAY_KEYS = (
    Setting(
        "delta_n_nu", 0.01228, "allowed excess of invisible Z decays in neutrinos (LEP: 2.9963(74), 95%)", low=0.0, open_low=True
    ),
    Setting("w_precision", 0.01, "allowed excess of W -> l nu, relative (assumed, 95%)", low=0.0, open_low=True),
    Setting(
        "h_invisible", 0.107, "allowed branching ratio of invisible Higgs decays (ATLAS 2301.10731, 95%)",
        low=0.0, high=1.0, open_low=True, open_high=True,
    ),
    Setting(
        "k_branching_ratio", 1e-6, "allowed branching ratio of K -> mu X (NA62 2101.12304, K -> mu nu nu nu, 90%)",
        low=0.0, open_low=True,
    ),
)  # fmt: skip
"""Limits on the decays, of which the scales follow."""


@dataclass(frozen=True)
class _Decay:
    """Rate of a decay per dU^2 over what is allowed, against M^2 [GeV^2] up to ``highest``; ``lost``: what light neutrinos lose."""

    highest: float
    rate: Callable[[Array], Array]
    lost: float = 0.0


def _decays(settings: Settings, model: Any) -> dict[str, _Decay]:
    z, w, h, kaon = ((mass / GEV) ** 2 for mass in (M_Z, M_W, M_HIGGS, M_KAON))
    muon = (M_MU / M_KAON) ** 2
    invisible = settings["h_invisible"] / (1 - settings["h_invisible"]) * HIGGS_WIDTH_GEV
    width = 2 * math.sqrt(h) / (16 * math.pi) / (HIGGS_VEV / GEV) ** 2
    per_neutrino, per_lepton = 2 / settings["delta_n_nu"], 1 / settings["w_precision"]
    found = {
        "z": _Decay(z, lambda M2: per_neutrino * boson_share(M2 / z), per_neutrino),
        "w": _Decay(w, lambda M2: per_lepton * boson_share(M2 / w), per_lepton),
        "h": _Decay(h, lambda M2: width / invisible * M2 * higgs_share(M2 / h)),
    }
    highest = kaon * (1 - math.sqrt(muon)) ** 2
    if model.flavor == "mu" and model.gap_gev**2 < highest:
        allowed = settings["k_branching_ratio"] / KAON_TO_MUON
        found["k"] = _Decay(highest, lambda M2: meson_share(muon, M2 / kaon) / allowed)
    return found


def decay_limits(model: Any, settings: Settings) -> dict[str, float]:
    """Lower limits on Lambda from decays.

    Parameters
    ----------
    model : CompositeNeutrino
        With its gap.
    settings : Settings
        With ``DECAY_KEYS``.

    Returns
    -------
    dict
        ``cutoff_z_gev`` and so on, and with ``_truncated`` of states of M < Lambda alone; inf where there is none.
    """
    found = {f"cutoff_{name}{more}_gev": math.inf for name in "zwhk" for more in ("", "_truncated")}
    for name, decay in _decays(settings, model).items():
        cells = in_cells(model.mixing, [decay.rate], min(decay.highest, model.highest_at(math.inf) ** 2))
        if not cells.total > 0:
            continue
        plain, lost = float(model.cutoff_from(1 / cells.total)), decay.lost * (model.unitarity == "complete")
        for more, truncated in (("", model.mcut_gev == "cutoff"), ("_truncated", True)):
            scale = plain
            if lost or (truncated and plain < cells.edges_gev[-1]):
                excess = functools.partial(_excess, model, lost, cells, truncated)
                scale = largest_scale(excess, scan_to(plain * beyond(model)))
            found[f"cutoff_{name}{more}_gev"] = scale or math.inf
    return found


def _excess(model: Any, lost: float, cells: InCells, truncated: bool, cutoff: Array) -> Array:
    """Rate over what is allowed at scales [GeV]."""
    highest = cutoff if truncated else np.full(len(cutoff), math.inf)
    rates = model.insertion(cutoff) * cells.below(highest)
    return np.asarray(rates - lost * lost_mixing(model, cutoff, highest) if lost else rates)
