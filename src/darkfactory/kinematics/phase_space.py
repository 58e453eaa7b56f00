"""Phase space of decays: the two-body kinematics of m_parent -> m_1 + m_2."""

from __future__ import annotations

from typing import Any

from darkfactory.backend import namespace

__all__ = ["kallen", "two_body_energy", "two_body_momentum"]


def kallen(a: Any, b: Any, c: Any) -> Any:
    """Källén function a^2 + b^2 + c^2 - 2 (ab + bc + ca), symmetric in its arguments.

    Parameters
    ----------
    a, b, c : array_like
        Squared masses [MeV^2], broadcast together.

    Returns
    -------
    array
        [MeV^4]; negative where the decay is closed.

    Examples
    --------
    >>> kallen(9.0, 1.0, 1.0)  # (9 - 1 - 1)^2 - 4
    45.0
    """
    return (a - b - c) ** 2 - 4 * b * c


def two_body_momentum(m_parent: Any, m_1: Any, m_2: Any) -> Any:
    """Momentum [MeV] of either daughter in the rest frame of the parent, 0 where the decay is closed.

    Parameters
    ----------
    m_parent, m_1, m_2 : array_like
        Masses [MeV], broadcast together.

    Returns
    -------
    array
        sqrt(lambda(M^2, m_1^2, m_2^2)) / (2 M) [MeV].

    Notes
    -----
    Written as a product of sums and differences of masses, which keeps all digits at threshold.
    """
    xp = namespace(m_parent, m_1, m_2)
    total, difference = m_1 + m_2, m_1 - m_2
    product = (m_parent - total) * (m_parent + total) * (m_parent - difference) * (m_parent + difference)
    is_open = m_parent > total
    return xp.where(is_open, xp.sqrt(xp.where(is_open, product, 0.0)) / (2 * m_parent), 0.0)[()]


def two_body_energy(m_parent: Any, m_1: Any, m_2: Any) -> Any:
    """Energy [MeV] of daughter 1 in the rest frame of the parent: (M^2 + m_1^2 - m_2^2) / (2 M).

    Parameters
    ----------
    m_parent, m_1, m_2 : array_like
        Masses [MeV], broadcast together.

    Returns
    -------
    array
        Energy [MeV]; means something only where the decay is open.

    Examples
    --------
    >>> from darkfactory.constants import M_E, M_MU
    >>> round(two_body_energy(M_MU, M_E, 0.0), 6)  # the Michel endpoint
    52.830423
    """
    return (m_parent**2 + m_1**2 - m_2**2) / (2 * m_parent)
