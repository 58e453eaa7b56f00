r"""Decays into a heavy neutrino over those into a massless one, per \|U\|^2: what its mass takes from their rates.

Tree level; x and r are ratios of squared masses, and every function is 0 where its decay closes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.errors import in_range, require
from darkfactory.kinematics.phase_space import kallen

__all__ = ["boson_share", "higgs_share", "leptonic_share", "meson_share"]


def leptonic_share(x: Any) -> Any:
    """Leptons, l -> l' nu N with a massless l': 1 - 8x + 8x^3 - x^4 - 12 x^2 ln x, for x = (m_N / m_l)^2 in [0, 1].

    Also of a heavy neutrino that decays into one lepton of this mass and massless ones.

    Examples
    --------
    >>> [round(float(leptonic_share(x)), 6) for x in (0.0, (60 / 105.6583755) ** 2, 1.0)]
    [1.0, 0.089925, 0.0]
    """
    require(in_range("x", x, 0, 1))
    x = np.asarray(x, dtype=float)
    logarithm = np.log(np.where(x > 0, x, 1.0))
    return (1 - 8 * x + 8 * x**3 - x**4 - 12 * x**2 * logarithm)[()]


def boson_share(r: Any) -> Any:
    """Z -> nu N and W -> l N (massless l): (1 - r)^2 (1 + r/2) for r = (m_N / m_V)^2."""
    r = np.minimum(r, 1.0)
    return (1 - r) ** 2 * (1 + r / 2)


def higgs_share(r: Any) -> Any:
    """Higgs, h -> nu N: (1 - r)^2 for r = (m_N / m_h)^2, over y^2 m_h / 16 pi: the Yukawa coupling does not need the mass of N."""
    return (1 - np.minimum(r, 1.0)) ** 2


def meson_share(x_l: float, x_N: Any) -> Any:
    """Mesons, P -> l N, for the squared masses of l and N over that of the meson.

    Parameters
    ----------
    x_l : float
        (m_l / m_P)^2, in (0, 1).
    x_N : array_like
        (m_N / m_P)^2.

    Returns
    -------
    array
        [x_l + x_N - (x_l - x_N)^2] lambda^(1/2)(1, x_l, x_N) / x_l (1 - x_l)^2: helicity lets it rise above 1.

    Examples
    --------
    >>> x = (0.51099895 / 139.57039) ** 2
    >>> round(float(meson_share(x, 0.0)), 12), f"{meson_share(x, 0.25):.4g}"
    (1.0, '1.049e+04')
    """
    x_N = np.minimum(x_N, (1 - np.sqrt(x_l)) ** 2)
    root = np.sqrt(np.maximum(kallen(1.0, x_l, x_N), 0.0))
    return (x_l + x_N - (x_l - x_N) ** 2) * root / (x_l * (1 - x_l) ** 2)
