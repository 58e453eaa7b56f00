"""Host side of the compiled fits: scales, padding to few shapes, chunks of bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.statistics.fisher import FisherInformation, fisher_information
from darkfactory.statistics.likelihood import BinnedModel

if TYPE_CHECKING:
    from darkfactory.statistics import _kernels

__all__ = ["Fits", "Fitter", "backgrounds"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

CHUNK_BYTES = 1e6
"""Size of the Jacobians of one chunk of simultaneous fits: what the cache of a core holds, or every step waits for memory."""


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
    converged: Flags


class Fitter:
    """Profiles a model without closed hypotheses; mu is counted in units of its Fisher error.

    Parameters
    ----------
    model : BinnedModel
        No hypothesis may be closed.
    information : FisherInformation, optional
        That of the model, if it is known.

    Attributes
    ----------
    information : FisherInformation
        Fisher information of the model.
    scale : ndarray, shape (H,)
        Statistical error of mu, the unit of x.
    """

    def __init__(self, model: BinnedModel, information: FisherInformation | None = None) -> None:
        self.model = model
        self.information = fisher_information(model) if information is None else information
        self.scale = self.information.sigma_statistics
        self._signal = _fill(model._signal * self.scale[:, None])
        self._templates = _fill(model._templates)
        self._live = _fill(model.live)

    @cached_property
    def _weights(self) -> _kernels.Weights:
        from darkfactory.statistics import _kernels

        model = self.model
        # names become numbers: models that differ in names only share a kernel
        numbers = {name: str(k) for k, name in enumerate(model.names)}
        signal = model.signal_basis
        return _kernels.Weights(
            model._basis.renamed(numbers),
            tuple(model._columns(model._basis)),
            None if signal is None else signal.renamed(numbers),
            () if signal is None else tuple(model._columns(signal)),
        )

    def _shared(self, frozen: bool, x_lower: float) -> dict[str, Array | Flags]:
        lower, upper = self.model.bounds
        held = np.zeros(len(lower) + 1, dtype=bool)
        held[0] = frozen
        return {
            "precision": np.concatenate([[0.0], self.model.priors**-2.0]),
            "lower": np.concatenate([[x_lower], lower]),
            "upper": np.concatenate([[np.inf], upper]),
            "frozen": held,
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
        live: Flags | None = None,
    ) -> Fits:
        """Fit ``data`` (H, R, B) with x held (``frozen``) or free above ``x_lower``, starting at ``x`` (H, R).

        ``start``, ``centre``: nuisances to start from and auxiliary measurements, (H, R, K), default 0. ``live`` (H,
        B): bins to use.
        """
        zeros = np.zeros((*x.shape, len(self.model.nuisances)))
        begin = zeros if start is None else np.clip(start, *self.model.bounds)
        per_run = (_fill(data), x, begin, zeros if centre is None else centre)
        mask = self._live if live is None else _fill(live)
        shared = self._shared(frozen, -np.inf if frozen else x_lower)
        # fits of one chunk hold one Jacobian each
        room = max(1, int(CHUNK_BYTES / (8 * mask.shape[-1] * (zeros.shape[-1] + 2))))
        columns = min(_padded(x.shape[1]), 1 << (room.bit_length() - 1))
        rows = min(_padded(x.shape[0]), 1 << (max(room // columns, 1).bit_length() - 1))
        out: dict[str, NDArray[Any]] = {}
        for top in range(0, x.shape[0], rows):
            for left in range(0, x.shape[1], columns):
                block = np.s_[top : top + rows, left : left + columns]
                found = self._chunk(block, rows, columns, per_run, mask, shared)
                for key, value in found.items():
                    whole = out.setdefault(key, np.empty((*x.shape, *value.shape[2:]), dtype=value.dtype))
                    height, width = whole[block].shape[:2]
                    whole[block] = value[:height, :width]
        return Fits(out["phi"][..., 0], out["nll"], out["slope"], out["phi"][..., 1:], out["converged"])

    def _chunk(
        self, block: Any, rows: int, columns: int, per_run: tuple[Array, ...], mask: Flags, shared: dict[str, Any]
    ) -> dict[str, NDArray[Any]]:
        """One call of the kernel, padded to (rows, columns)."""
        from darkfactory.statistics import _kernels

        pieces = [_pad(array[block], rows, columns) for array in per_run]
        signal, live = (_pad(array[block[0]], rows) for array in (self._signal, mask))
        templates = self._templates
        templates = _pad(templates[block[0]], rows) if templates.ndim == 3 else templates
        found = _kernels.fit(signal, templates, live, *pieces, shared, weights=self._weights)
        return {key: np.asarray(value) for key, value in found.items()}


def backgrounds(model: BinnedModel, theta: Array) -> Array:
    """Background counts at ``theta`` (H, R, K), shape (H, R, B); never negative."""
    weights = np.array([[model.weights(row) for row in rows] for rows in theta])
    counts = np.einsum("hrt,...tb->hrb" if model._templates.ndim == 2 else "hrt,htb->hrb", weights, model._templates)
    return np.maximum(np.where(model.background[:, None, :] > 0, counts, 0.0), 0.0)


def _padded(n: int) -> int:
    """Next size among 5, the powers of two and 1.5 times them, so that few kernels are compiled."""
    power = 1 << (n - 1).bit_length()
    return n if n == 5 else 3 * power // 4 if n <= 3 * power // 4 else power


def _fill(array: NDArray[Any]) -> NDArray[Any]:
    """Add dead bins (0, not live) up to a multiple of 64, so that few kernels are compiled."""
    missing = -array.shape[-1] % 64
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(0, missing)])


def _pad(array: NDArray[Any], *sizes: int) -> NDArray[Any]:
    """Repeat the last entry of the leading axes up to ``sizes``."""
    for axis, size in enumerate(sizes):
        missing = size - array.shape[axis]
        if missing:
            tail = np.take(array, [-1], axis=axis)
            array = np.concatenate([array, np.repeat(tail, missing, axis=axis)], axis=axis)
    return array
