"""Host side of the compiled fits: scales, padding to few shapes, chunks of bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.statistics.fisher import FisherInformation, fisher_information
from darkfactory.statistics.likelihood import BinnedModel

__all__ = ["Fits", "Fitter"]

Array = NDArray[np.float64]

CHUNK_BYTES = 48e6
"""Size of the Jacobians of one chunk of simultaneous fits."""


@dataclass(frozen=True, eq=False)
class Fits:
    """Fits of R data sets at H hypotheses; x is mu in units of `Fitter.scale`.

    Attributes
    ----------
    x, nll, slope : ndarray, shape (H, R)
        Signal, negative log likelihood (deviance form, with pulls) and its derivative with respect to x.
    theta : ndarray, shape (H, R, K)
        Nuisances.
    converged : ndarray of bool, shape (H, R)
        Whether the fit reached its tolerance.
    """

    x: Array
    nll: Array
    slope: Array
    theta: Array
    converged: NDArray[np.bool_]


class Fitter:
    """Profiles a model without closed hypotheses; mu is counted in units of its Fisher error.

    Parameters
    ----------
    model : BinnedModel
        No hypothesis may be closed.

    Attributes
    ----------
    information : FisherInformation
        Fisher information of the model.
    scale : ndarray, shape (H,)
        Statistical error of mu, the unit of x.
    """

    def __init__(self, model: BinnedModel) -> None:
        self.model = model
        self.information: FisherInformation = fisher_information(model)
        self.scale = self.information.sigma_statistics
        self._signal = model._signal * self.scale[:, None]

    def _shared(self, frozen: bool, x_lower: float) -> dict[str, Array | NDArray[np.bool_]]:
        lower, upper = self.model.bounds
        free = np.zeros(len(lower) + 1, dtype=bool)
        free[0] = frozen
        return {
            "precision": np.concatenate([[0.0], self.model.priors**-2.0]),
            "lower": np.concatenate([[x_lower], lower]),
            "upper": np.concatenate([[np.inf], upper]),
            "frozen": free,
        }

    def __call__(
        self,
        data: Array,
        x: Array,
        *,
        frozen: bool,
        start: Array | None = None,
        centre: Array | None = None,
        x_lower: float = -np.inf,
        live: NDArray[np.bool_] | None = None,
    ) -> Fits:
        """Fit ``data`` (H, R, B) with x held (``frozen``) or free above ``x_lower``, starting at ``x`` (H, R).

        ``start``, ``centre``: nuisances to start from and auxiliary measurements, (H, R, K), default 0. ``live`` (H,
        B): bins to use.
        """
        from darkfactory.statistics import _kernels

        model = self.model
        hypotheses, runs = x.shape
        count = len(model.nuisances)
        weights = _kernels.Weights(
            model._basis,
            tuple(model._columns(model._basis)),
            model.signal_basis,
            tuple(model._columns(model.signal_basis)) if model.signal_basis else (),
        )
        zeros = np.zeros((hypotheses, runs, count))
        lower, upper = model.bounds
        per_run = [
            data,
            x,
            zeros if start is None else np.clip(start, lower, upper),
            zeros if centre is None else centre,
        ]
        shared = self._shared(frozen, -np.inf if frozen else x_lower)
        # dead bins may hold anything on the way out of a template; the kernel masks them
        mask = model.live if live is None else live
        room = max(1, int(CHUNK_BYTES / (8 * model.n_bins * (count + 2))))
        columns = min(_padded(runs), 1 << (room.bit_length() - 1))
        rows = min(_padded(hypotheses), max(1, room // columns))
        out: dict[str, Any] = {}
        for top in range(0, hypotheses, rows):
            for left in range(0, runs, columns):
                block = np.s_[top : top + rows], np.s_[left : left + columns]
                pieces = [_pad(array[block], rows, columns) for array in per_run]
                fixed = [_pad(array[block[0]], rows) for array in (self._signal, mask)]
                shape = model._templates
                shape = _pad(shape[block[0]], rows) if shape.ndim == 3 else shape
                found = _kernels.fit(fixed[0], shape, fixed[1], *pieces, shared, weights=weights)
                size = per_run[1][block].shape
                for key in ("phi", "nll", "slope", "converged"):
                    value = np.asarray(found[key])
                    target = out.setdefault(key, np.empty((hypotheses, runs, *value.shape[2:]), dtype=value.dtype))
                    target[block] = value[: size[0], : size[1]]
        return Fits(out["phi"][..., 0], out["nll"], out["slope"], out["phi"][..., 1:], out["converged"])


def _padded(n: int) -> int:
    """Next size of a small set (up to 8, powers of two, 1.5 times them), so that few kernels are compiled."""
    if n <= 8:
        return n
    power = 1 << (n - 1).bit_length()
    return 3 * power // 4 if n <= 3 * power // 4 else power


def _pad(array: NDArray[Any], *sizes: int) -> NDArray[Any]:
    """Repeat the last entry of the leading axes up to ``sizes``."""
    for axis, size in enumerate(sizes):
        missing = size - array.shape[axis]
        if missing:
            tail = np.take(array, [-1], axis=axis)
            array = np.concatenate([array, np.repeat(tail, missing, axis=axis)], axis=axis)
    return array
