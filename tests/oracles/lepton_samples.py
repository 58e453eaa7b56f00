"""Events of l_i -> l_j nu nu and l_i -> l_j a at rest: the visible lepton, drawn from its polarised spectrum."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.amplitudes.soft_radiation import LOWEST_Z, tail_exponent
from darkfactory.constants import LEPTON_MASS
from darkfactory.errors import ClosedChannel, in_range, one_of, require
from darkfactory.kinematics.lorentz import four_vector
from darkfactory.kinematics.phase_space import two_body_momentum
from darkfactory.models import LfvAlp
from darkfactory.numerics.streams import chunks, stream

__all__ = ["LeptonSample", "sample_line", "sample_michel"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LeptonSample:
    """Visible leptons of decays at rest.

    Attributes
    ----------
    x : ndarray, shape (n,)
        Reduced energy E / W.
    cos_theta, phi : ndarray
        Direction; theta from minus the spin of l_i^+ (the beam axis of a surface mu+), phi about it [rad].
    weight : ndarray
        Weights; their mean is the fraction of the decays that the sample covers.
    m_i, m_j : float
        Masses of parent and lepton [MeV].
    """

    x: Array
    cos_theta: Array
    phi: Array
    weight: Array
    m_i: float
    m_j: float

    @property
    def momentum(self) -> Array:
        """Four-momenta (E, px, py, pz) [MeV], shape (n, 4), z along the beam."""
        energy = self.x * michel.endpoint_energy(self.m_i, self.m_j)
        p = np.sqrt(np.maximum(energy**2 - self.m_j**2, 0.0))
        sine = np.sqrt(1 - self.cos_theta**2)
        unit = np.stack([sine * np.cos(self.phi), sine * np.sin(self.phi), self.cos_theta], axis=-1)
        return np.asarray(four_vector(np.full_like(p, self.m_j), p[:, None] * unit))


def _polarised_cosine(slope: Array, u: Array) -> Array:
    """Cosine with density (1 + slope c)/2 at cumulative probability ``u``."""
    # (-1 + root)/slope, multiplied above and below by (1 + root): regular at slope 0
    root = np.sqrt((1 - slope) ** 2 + 4 * slope * u)
    return np.asarray(np.clip((slope - 2 + 4 * u) / (1 + root), -1.0, 1.0))


@functools.cache
def _inverse_cdf(order: str, m_i: float, m_j: float, low: float) -> tuple[Array, Array, float]:
    """Table of the cumulative x distribution above ``low``: CDF, 1 - x, and the fraction of all decays."""
    x0 = max(low, m_j / michel.endpoint_energy(m_i, m_j))
    t = np.linspace(0.0, 1.0, 20001)
    middle_t = (t[1:] + t[:-1]) / 2
    middle_y = (1 - x0) * middle_t**2
    n0, _ = michel.spectrum_functions(1 - middle_y, y=middle_y, order=order, m_i=m_i, m_j=m_j)
    steps = n0 * 2 * middle_t * (1 - x0) * np.diff(t)
    cdf = np.concatenate([[0.0], np.cumsum(steps)])
    return cdf / cdf[-1], t, float(2 * cdf[-1] / michel.normalization(order, m_i, m_j))


def sample_michel(
    n: int,
    *,
    polarization: float = 0.0,
    order: str = "exp",
    seed: int = 0,
    x_low: float = 0.0,
    parent: str = "mu",
    daughter: str = "e",
) -> LeptonSample:
    """Unweighted leptons of l_i^+ -> l_j^+ nu nu at rest with x > ``x_low``.

    Parameters
    ----------
    n : int
        Number of events.
    polarization : float
        Degree of polarisation in [-1, 1]; negative for a reversed spin.
    order : {"born", "oalpha", "exp"}
        Order of the spectrum.
    seed : int
        Seed; the same for any number of events up to where they agree.
    x_low : float
        Only leptons above this x are drawn; the weight is the fraction of decays there.
    parent, daughter : str
        Leptons.

    Returns
    -------
    LeptonSample
        All weights equal.

    Raises
    ------
    InvalidInput
        For n < 1, |polarization| > 1, x_low outside [0, 1), or an unknown order.

    Examples
    --------
    >>> sample = sample_michel(20000, polarization=0.99, seed=1, order="born")
    >>> bool(abs(sample.cos_theta.mean() + 0.1100202) < 4 * 0.577 / 20000**0.5)
    True
    """
    require(
        in_range("n", n, 1),
        in_range("polarization", polarization, -1, 1),
        in_range("x_low", x_low, 0, 1, open_high=True),
        one_of("order", order, michel.ORDERS),
    )
    m_i, m_j = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    cdf, t, fraction = _inverse_cdf(order, m_i, m_j, x_low)
    x0 = max(x_low, m_j / michel.endpoint_energy(m_i, m_j))
    parts = []
    for chunk, size in chunks(n):
        u = stream(seed, f"{parent} -> {daughter} nu nu", chunk).random((size, 3))
        y = (1 - x0) * np.interp(u[:, 0], cdf, t) ** 2
        n0, n1 = michel.spectrum_functions(1 - y, y=y, order=order, m_i=m_i, m_j=m_j)
        slope = np.clip(-polarization * n1 / np.where(n0 > 0, n0, 1.0), -1.0, 1.0)
        parts.append((1 - y, _polarised_cosine(slope, u[:, 1]), 2 * np.pi * u[:, 2]))
    x, cosine, phi = (np.concatenate(part) for part in zip(*parts, strict=True))
    return LeptonSample(x, cosine, phi, np.full(n, fraction), m_i, m_j)


def sample_line(
    n: int,
    model: LfvAlp,
    *,
    polarization: float = 0.0,
    tail: bool = True,
    seed: int = 0,
    parent: str = "mu",
    daughter: str = "e",
) -> LeptonSample:
    """Leptons of l_i^+ -> l_j^+ a at rest, with the soft radiative tail of the line.

    Parameters
    ----------
    n : int
        Number of events.
    model : LfvAlp
        Mass and couplings of the ALP.
    polarization : float
        Degree of polarisation in [-1, 1].
    tail : bool
        Whether soft photons are radiated; what falls below half the line's energy is missing from the weights.
    seed : int
        Seed.
    parent, daughter : str
        Leptons.

    Returns
    -------
    LeptonSample
        All weights equal, 1 without tail.

    Raises
    ------
    ClosedChannel
        If the ALP is too heavy.
    InvalidInput
        For n < 1 or |polarization| > 1.
    """
    require(in_range("n", n, 1), in_range("polarization", polarization, -1, 1))
    m_i, m_j = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    if not two_body_momentum(m_i, m_j, model.mass) > 0:
        raise ClosedChannel(
            f"model.mass = {model.mass:g} MeV: {parent} -> {daughter} a is closed, allowed below {m_i - m_j:.6g} MeV"
        )
    x_a = 1 - model.mass**2 / (m_i**2 + m_j**2)
    beta = float(tail_exponent(x_a, m_i, m_j)) if tail else 0.0
    fraction = (1 - LOWEST_Z) ** beta
    A = two_body_alp.asymmetry(m_i, m_j, model.mass, complex(model.C_V), complex(model.C_A))
    parts = []
    for chunk, size in chunks(n):
        u = stream(seed, f"{parent} -> {daughter} a", chunk).random((size, 3))
        one_minus_z = (fraction * u[:, 0]) ** (1 / beta) if beta > 0 else np.zeros(size)
        cosine = _polarised_cosine(np.full(size, A * polarization), u[:, 1])
        parts.append((x_a * (1 - one_minus_z), cosine, 2 * np.pi * u[:, 2]))
    x, cosine, phi = (np.concatenate(part) for part in zip(*parts, strict=True))
    return LeptonSample(x, cosine, phi, np.full(n, fraction), m_i, m_j)
