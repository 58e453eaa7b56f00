"""The binned Poisson model: a signal at many hypotheses over one background that nuisances move."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.errors import in_range, require
from darkfactory.statistics.systematics import Basis, Linear, Nuisance

if TYPE_CHECKING:
    from darkfactory.statistics.samples import Sample

__all__ = ["BinnedModel"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BinnedModel:
    r"""Expected counts :math:`n(\mu, \theta) = \mu\, f(\theta)\, s + w(\theta) \cdot T` in Poisson bins.

    The likelihood is :math:`\prod_i \mathrm{Pois}(d_i | n_i) \prod_k \mathrm{Gauss}(c_k | \theta_k, \sigma_k)`, with
    auxiliary measurements :math:`c_k` (0 unless toys move them) for the nuisances with a prior. Not included: the
    statistical error of simulated templates, unless it is declared as nuisances (``bin_errors`` of `Sample`); a change
    of the signal's shape.

    Parameters
    ----------
    signal : array_like, shape (H, B) or (B,)
        Expected signal counts per unit of the parameter of interest mu (e.g. a branching ratio) at H hypotheses; >= 0.
        A hypothesis without any signal is *closed*: its limit is inf.
    templates : array_like, shape (T, B), (H, T, B) or (B,)
        Background templates [counts], shared by all hypotheses or one set each.
    basis : Basis, optional
        Weights w of the templates; default `Linear` in all nuisances: templates (nominal, d/dtheta_1, ..., d/dtheta_K).
    nuisances : sequence of Nuisance
        Priors and bounds; the names must be those that ``basis`` and ``signal_basis`` read.
    signal_basis : Basis, optional
        One weight f that multiplies the signal (luminosity, efficiency), 1 at nominal; default f = 1.

    Raises
    ------
    InvalidInput
        On shapes that do not fit, numbers that are not finite, a negative signal or nominal background, or names that
        do not match.

    Notes
    -----
    Bins in which neither signal nor nominal background is expected drop out. Results do not depend on the order of
    bins.

    Examples
    --------
    >>> model = BinnedModel(signal=[[1e11, 3e11]], templates=[[100.0, 400.0], [10.0, 0.0]],
    ...                     nuisances=[Nuisance("slope", prior=1.0)])
    >>> model.expectation(1e-9, [1.0])
    array([[210., 700.]])
    """

    signal: ArrayLike
    templates: ArrayLike
    basis: Basis | None = None
    nuisances: Sequence[Nuisance] = ()
    signal_basis: Basis | None = None

    def __post_init__(self) -> None:
        nuisances = tuple(self.nuisances)
        signal = np.atleast_2d(np.array(self.signal, dtype=float))
        templates = np.atleast_2d(np.array(self.templates, dtype=float))
        basis = Linear(tuple(n.name for n in nuisances)) if self.basis is None else self.basis
        require(
            *_shape_problems(signal, templates, basis),
            *_name_problems(basis, self.signal_basis, nuisances),
        )
        require(
            in_range("signal", signal, 0.0, remedy="expected counts per unit of the parameter of interest"),
            in_range("templates", templates),
        )
        for name, array in (("signal", signal), ("templates", templates)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "basis", basis)
        object.__setattr__(self, "nuisances", nuisances)
        require(in_range("nominal background", self.background, 0.0, remedy="templates at nominal nuisances"))
        require(_unit_problem(self.signal_weight(np.zeros(len(nuisances)))))

    @classmethod
    def from_samples(
        cls,
        signal: ArrayLike,
        samples: Sequence[Sample],
        *,
        signal_normalisations: dict[str, float | tuple[float, float]] | None = None,
    ) -> BinnedModel:
        """Build the model from named backgrounds with their uncertainties, as a physicist lists them.

        Parameters
        ----------
        signal : array_like, shape (H, B) or (B,)
            As for the class.
        samples : sequence of Sample
            Backgrounds; a nuisance that several of them (or the signal) name is common to them.
        signal_normalisations : dict, optional
            Relative uncertainties of the signal, values as in `Sample.normalisations` but not free.

        Returns
        -------
        BinnedModel
            With one `Sum` term per sample; all priors are 1 (in standard deviations) or inf.

        Raises
        ------
        InvalidInput
            As for the class and for `Sample`.

        Examples
        --------
        >>> from darkfactory.statistics import Sample
        >>> rmd = Sample([50.0, 60.0], normalisations={"lumi": 0.03, "rmd": math.inf})
        >>> accidental = Sample([5.0, 5.0], normalisations={"lumi": 0.03}, shapes={"tilt": ([4.0, 6.0], [6.0, 4.0])})
        >>> [n.name for n in BinnedModel.from_samples([1.0, 0.0], [rmd, accidental]).nuisances]
        ['lumi', 'rmd', 'tilt']
        """
        from darkfactory.statistics.samples import assemble

        return cls(signal, *assemble(samples, signal_normalisations or {}))

    @property
    def n_hypotheses(self) -> int:
        """Number of hypotheses H."""
        return int(self._signal.shape[0])

    @property
    def n_bins(self) -> int:
        """Number of bins B."""
        return int(self._signal.shape[1])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the nuisances, in the order of theta."""
        return tuple(n.name for n in self.nuisances)

    @property
    def _signal(self) -> Array:
        return self.signal  # type: ignore[return-value]

    @property
    def _templates(self) -> Array:
        return self.templates  # type: ignore[return-value]

    @property
    def _basis(self) -> Basis:
        return self.basis  # type: ignore[return-value]

    @cached_property
    def background(self) -> Array:
        """Background counts at nominal nuisances, shape (H, B)."""
        weights = self.weights(np.zeros(len(self.nuisances)))
        nominal = weights @ self._templates
        # interpolation weights that should be 0 are so to rounding only; what they leave in an empty bin is no background
        noise = 1e-15 * np.einsum("t,...tb->...b", (weights != 0).astype(float), np.abs(self._templates))
        nominal = np.where(np.abs(nominal) <= noise, 0.0, nominal)
        return np.broadcast_to(nominal, self._signal.shape)

    @cached_property
    def closed(self) -> NDArray[np.bool_]:
        """Whether a hypothesis has no signal at all, shape (H,)."""
        return np.asarray(~np.any(self._signal > 0, axis=1))

    @cached_property
    def live(self) -> NDArray[np.bool_]:
        """Whether a bin expects anything, shape (H, B); others drop out of the likelihood."""
        return (self.background > 0) | (self._signal > 0)

    @cached_property
    def priors(self) -> Array:
        """Prior widths, shape (K,)."""
        return np.array([n.prior for n in self.nuisances], dtype=float)

    @cached_property
    def bounds(self) -> tuple[Array, Array]:
        """Lower and upper bounds kept by fits, shapes (K,): those of the nuisances within the range of the basis."""
        edge = self._ranges
        lower = np.array([n.lower for n in self.nuisances], dtype=float)
        upper = np.array([n.upper for n in self.nuisances], dtype=float)
        return np.maximum(lower, -edge), np.minimum(upper, edge)

    @cached_property
    def _ranges(self) -> Array:
        ranges = self._basis.half_ranges()
        if self.signal_basis is not None:
            for name, a in self.signal_basis.half_ranges().items():
                ranges[name] = min(a, ranges.get(name, math.inf))
        return np.array([ranges.get(n.name, math.inf) for n in self.nuisances], dtype=float)

    @cached_property
    def linear_ranges(self) -> Array:
        """Shift beyond which a limit is flagged ``nonlinear``, shape (K,): the declared range or the edge of a table."""
        declared = np.array([n.linear_range for n in self.nuisances], dtype=float)
        return np.asarray(np.minimum(declared, self._ranges * (1 - 1e-9)), dtype=float)

    def _columns(self, basis: Basis) -> list[int]:
        return [self.names.index(name) for name in basis.names]

    def weights(self, theta: ArrayLike) -> Array:
        """Weights of the templates at ``theta``, shape (T,)."""
        values = np.asarray(theta, dtype=float)
        return np.asarray(self._basis(values[self._columns(self._basis)]), dtype=float)

    def signal_weight(self, theta: ArrayLike) -> float:
        """Factor f of the signal at ``theta``."""
        if self.signal_basis is None:
            return 1.0
        values = np.asarray(theta, dtype=float)
        return float(self.signal_basis(values[self._columns(self.signal_basis)])[0])

    def weights_jacobian(self, theta: ArrayLike | None = None) -> tuple[Array, Array]:
        """Derivatives of the template weights, shape (T, K), and of the signal factor, shape (K,); at nominal by default."""
        values = np.zeros(len(self.nuisances)) if theta is None else np.asarray(theta, dtype=float)
        template = np.zeros((self._basis.size, len(self.nuisances)))
        columns = self._columns(self._basis)
        template[:, columns] = self._basis.jacobian(values[columns])
        factor = np.zeros(len(self.nuisances))
        if self.signal_basis is not None:
            columns = self._columns(self.signal_basis)
            factor[columns] = self.signal_basis.jacobian(values[columns])[0]
        return template, factor

    def expectation(self, mu: ArrayLike, theta: ArrayLike | None = None) -> Array:
        """Expected counts.

        Parameters
        ----------
        mu : array_like, scalar or shape (H,)
            Parameter of interest.
        theta : array_like, shape (K,), optional
            Nuisances; default nominal.

        Returns
        -------
        ndarray, shape (H, B)
            mu f(theta) s + w(theta) T; may be negative where a linear template is pushed too far.

        Raises
        ------
        InvalidInput
            If ``theta`` does not have one finite value per nuisance.
        """
        values = np.zeros(len(self.nuisances)) if theta is None else np.asarray(theta, dtype=float)
        require(
            None
            if values.shape == (len(self.nuisances),)
            else f"theta has shape {values.shape}, one of {self.names} each",
            in_range("theta", values),
            in_range("mu", mu),
        )
        strength = np.asarray(mu, dtype=float).reshape(-1, 1) * self.signal_weight(values)
        return np.asarray(strength * self._signal + self.weights(values) @ self._templates, dtype=float)

    def select(self, hypotheses: Any) -> BinnedModel:
        """Return the model with the chosen hypotheses only (an index, slice, mask or list of indices)."""
        rows = np.atleast_1d(np.arange(self.n_hypotheses)[hypotheses])
        templates = self._templates[rows] if self._templates.ndim == 3 else self._templates
        return BinnedModel(self._signal[rows], templates, self.basis, self.nuisances, self.signal_basis)


def _shape_problems(signal: Array, templates: Array, basis: Any) -> list[str | None]:
    if not isinstance(basis, Basis):
        return [f"basis = {basis!r}: must be a statistics.Basis, e.g. Linear(('norm',))"]
    if signal.ndim != 2 or signal.size == 0:
        return [f"signal has shape {signal.shape}: must be (hypotheses, bins), neither of them 0"]
    hypotheses, bins = signal.shape
    allowed = {(basis.size, bins), (hypotheses, basis.size, bins)}
    if templates.shape not in allowed:
        shown = " or ".join(map(str, sorted(allowed, key=len)))
        return [f"templates have shape {templates.shape}: allowed {shown}; one template per weight of the basis"]
    return []


def _name_problems(basis: Any, signal_basis: Any, nuisances: tuple[Nuisance, ...]) -> list[str | None]:
    if not isinstance(basis, Basis) or not isinstance(signal_basis, Basis | None):
        return ["basis and signal_basis must be statistics.Basis objects"]
    names = [n.name for n in nuisances]
    read = dict.fromkeys(basis.names + (signal_basis.names if signal_basis else ()))
    unknown = [name for name in read if name not in names]
    unused = [name for name in names if name not in read]
    return [
        f"nuisances {names}: a name occurs twice" if len(set(names)) < len(names) else None,
        f"basis reads {unknown}, which are not among the nuisances {names}; add a Nuisance for each"
        if unknown
        else None,
        f"nuisances {unused} move nothing; remove them or let a basis read them" if unused else None,
        f"signal_basis has {signal_basis.size} weights, must be 1" if signal_basis and signal_basis.size != 1 else None,
    ]


def _unit_problem(weight: float) -> str | None:
    if abs(weight - 1.0) < 1e-12:
        return None
    return f"signal_basis at nominal = {weight:g}: must be 1; put the factor into the signal"
