"""Limits on the cut-off scale from decays of Z, W, Higgs bosons and kaons into the same dark jets, next to those of a search.

Every rate is that of a heavy neutrino, summed over the masses of the jet that the decay leaves room for; energies in GeV.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.continuum_decays import DECAYS, ContinuumDecay
from darkfactory.numerics.crossings import last_crossing
from darkfactory.recorded.dark_jets import InCells, in_cells
from darkfactory.searches.neutral_current.scales import beyond, scale_of, scan_to
from darkfactory.settings import Setting, Settings

__all__ = ["DECAY_KEYS", "decay_limits"]

Array = NDArray[np.float64]
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


# decay, key of its limit, and the ratio of rates that is allowed; a total width grows with what it loses
_LIMITS: dict[str, tuple[str, str, Callable[[float, ContinuumDecay], float]]] = {
    "z": ("Z -> nu X", "delta_n_nu", lambda limit, decay: limit),
    "w": ("W -> l X", "w_precision", lambda limit, decay: limit),
    "h": ("h -> nu X", "h_invisible", lambda limit, decay: limit / (1 - limit)),
    "k": ("K -> l X", "k_branching_ratio", lambda limit, decay: limit / (decay.standard or 1.0)),
}


def decay_limits(model: Any, settings: Settings) -> dict[str, float]:
    """Lower limits on Lambda from decays; that of the kaon is one on muons.

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
    found = {f"cutoff_{name}{more}_gev": math.inf for name in _LIMITS for more in ("", "_truncated")}
    for name, (label, key, to_ratio) in _LIMITS.items():
        decay = DECAYS[label](model.flavor)
        if model.gap_gev >= decay.highest_gev or (name == "k" and model.flavor != "mu"):
            continue
        allowed = to_ratio(settings[key], decay)
        if name in ("h", "k"):  # ratios to decays of Z and W need no measured number
            decay.trace()
        end = min(decay.highest_gev, model.highest_at(math.inf))
        cells = in_cells(model.mixing, [functools.partial(_rate, decay, allowed)], end**2)
        if not cells.total > 0:
            continue
        plain = float(scale_of(model, 1 / cells.total))
        if math.isinf(plain):
            continue
        lost = decay.lost / allowed if model.unitarity == "complete" else 0.0
        for more, truncated in (("", model.truncated), ("_truncated", True)):
            scale = plain
            if lost or (truncated and plain < end):
                excess = functools.partial(_excess, model, lost, cells, truncated)
                scale = last_crossing(excess, scan_to(plain * beyond(model)))
            found[f"cutoff_{name}{more}_gev"] = scale or math.inf
    return found


def _rate(decay: ContinuumDecay, allowed: float, M2: Array) -> Array:
    """Ratio of rates per dU^2 over the allowed one."""
    return np.asarray(decay.kernel(M2) / allowed)


def _excess(model: Any, lost: float, cells: InCells, truncated: bool, cutoff: Array) -> Array:
    """Rate over what is allowed at scales [GeV]."""
    highest = cutoff if truncated else np.full(len(cutoff), math.inf)
    rates = model.insertion(cutoff) * cells.below(highest)
    return np.asarray(rates - lost * model.lost_mixing(cutoff, highest) if lost else rates)
