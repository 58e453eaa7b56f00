r"""Decays l_i -> l_j l_j l_j-bar with neutrinos or an LFV ALP, the pair from a virtual photon, with exchange.

Closed forms written by FORM. k1 and k2 are the two leptons with the sign of l_i, k3 is the third; |M|^2 is symmetric in
k1 and k2 and holds no factor 1/2 for them. Tree level, exact in m_j. Other mediators, widths, and single
diagrams with other couplings are in :mod:`darkfactory.amplitudes.lepton_line`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from darkfactory.amplitudes import stokes
from darkfactory.amplitudes.alp_photon import COUPLINGS, coupling_monomials
from darkfactory.amplitudes.generated import three_leptons_alp, three_leptons_nu
from darkfactory.amplitudes.neutrino_pair import PAIR_COUPLING
from darkfactory.backend import namespace
from darkfactory.constants import ALPHA, M_E, M_MU

__all__ = ["COUPLINGS", "alp", "alp_pieces", "alp_unpolarised", "nu_nu", "nu_nu_pairings", "nu_nu_unpolarised"]

_CHARGE4 = (4 * math.pi * ALPHA) ** 2
_DIRECT = ("m", "D1", "E", "K1", "q2", "k1k2", "k1k3", "k1q", "k2q", "k3q")
_SWAPPED = {"D1": "D2", "D2": "D1", "K1": "K2", "K2": "K1", "k1k3": "k2k3", "k2k3": "k1k3", "k1q": "k2q", "k2q": "k1q"}
_SWAPPED_OUT = {"c1": "c2", "c2": "c1"}

Pieces = dict[str, dict[str, Any]]


def _call(function: Callable[..., Pieces], arguments: dict[str, Any], *, swap: bool = False) -> Pieces:
    """Call a generated function, with leptons 1 and 2 interchanged if ``swap``."""
    names = function.__kwdefaults__ or function.__annotations__
    values = {n: arguments[_SWAPPED.get(n, n) if swap else n] for n in names if n != "return"}
    pieces = function(**values)
    if not swap:
        return pieces
    return {m: {_SWAPPED_OUT.get(name, name): v for name, v in row.items()} for m, row in pieces.items()}


def _squared(direct: Any, interference: Any, arguments: dict[str, Any], exchange: bool) -> Pieces:
    """|M(1;2,3) - M(2;1,3)|^2 from its parts, or the first alone."""
    first = _call(direct, arguments)
    return _exchanged(first, direct, interference, arguments) if exchange else first


def _exchanged(first: Pieces, direct: Any, interference: Any, arguments: dict[str, Any]) -> Pieces:
    """|M(1;2,3) - M(2;1,3)|^2 from |M(1;2,3)|^2."""
    second, cross = _call(direct, arguments, swap=True), _call(interference, arguments)
    return {
        monomial: {
            name: first[monomial].get(name, 0.0) + second[monomial].get(name, 0.0) - 2 * cross[monomial].get(name, 0.0)
            for name in row
        }
        for monomial, row in first.items()
    }


def _momenta(k1: Any, k2: Any, k3: Any) -> dict[str, Any]:
    return {"c1": k1, "c2": k2, "c3": k3, "cq": stokes.invisible(0.0, k1, k2, k3)}


def nu_nu(k1: Any, k2: Any, k3: Any, *, exchange: bool = True, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Stokes components of l_i^- -> l_j^-(k1) l_j^-(k2) l_j^+(k3) nu nu through a photon, neutrinos integrated.

    Parameters
    ----------
    k1, k2, k3 : array_like
        Momenta [MeV] in the rest frame of l_i, shape (..., 4) (or tuples of components, which is faster).
    exchange : bool
        Without it, |M(k1; k2, k3)|^2 alone: the pair is (k2, k3).
    m_i, m_j : float
        Masses of the decaying and the final leptons [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), [MeV^-4]; no factor 1/2 for identical leptons.

    Examples
    --------
    >>> from darkfactory.kinematics.lorentz import four_vector
    >>> k = [four_vector(M_E, p) for p in ([10.0, 5.0, -20.0], [-12.0, 8.0, 15.0], [4.0, -9.0, 3.0])]
    >>> [float(f"{s:.6e}") for s in nu_nu(*k)]
    [2.500371e-23, -2.403578e-24, 3.471231e-24, -7.011692e-25]
    """
    k1, k2, k3 = map(stokes.components, (k1, k2, k3))
    arguments = stokes.three_leptons(k1, k2, k3, m_i=m_i, m_j=m_j)
    form = three_leptons_nu
    pieces = _squared(form.direct_polarised, form.interference_polarised, arguments, exchange)[""]
    return PAIR_COUPLING * _CHARGE4 * stokes.vector(pieces, _momenta(k1, k2, k3), m_i)


def nu_nu_unpolarised(k1: Any, k2: Any, k3: Any, *, exchange: bool = True, m_i: float = M_MU, m_j: float = M_E) -> Any:
    """First component S_0 of :func:`nu_nu` alone, at a third of its cost; see :func:`nu_nu`."""
    arguments = stokes.three_leptons(k1, k2, k3, m_i=m_i, m_j=m_j)
    pieces = _squared(three_leptons_nu.direct, three_leptons_nu.interference, arguments, exchange)[""]
    return PAIR_COUPLING * _CHARGE4 * pieces["S0"]


def nu_nu_pairings(k1: Any, k2: Any, k3: Any) -> tuple[Any, Any]:
    """S_0 of mu -> e e e nu nu without and with exchange, at the cost of the latter alone; see :func:`nu_nu_unpolarised`."""
    arguments, form = stokes.three_leptons(k1, k2, k3, m_i=M_MU, m_j=M_E), three_leptons_nu
    pair = _call(form.direct, arguments)
    both = _exchanged(pair, form.direct, form.interference, arguments)
    return PAIR_COUPLING * _CHARGE4 * pair[""]["S0"], PAIR_COUPLING * _CHARGE4 * both[""]["S0"]


def alp_pieces(
    k1: Any, k2: Any, k3: Any, m_a: Any, *, exchange: bool = True, m_i: float = M_MU, m_j: float = M_E
) -> Any:
    r"""Stokes components of l_i^- -> l_j^- l_j^- l_j^+ a for each monomial of :data:`COUPLINGS`, at f_a = 1 MeV.

    Parameters
    ----------
    k1, k2, k3 : array_like
        Momenta [MeV] in the rest frame of l_i, shape (..., 4) (or tuples of components, which is faster).
    m_a : array_like
        ALP mass [MeV]; it must be that of the momenta.
    exchange : bool
        Without it, |M(k1; k2, k3)|^2 alone.
    m_i, m_j : float
        Masses of the decaying and the final leptons [MeV].

    Returns
    -------
    array
        Shape (..., 3, 4), dimensionless: sum with :func:`~darkfactory.amplitudes.alp_photon.coupling_monomials`, divide
        by f_a^2 [MeV^2] for (S_0, S_x, S_y, S_z) [MeV^-2].
    """
    k1, k2, k3 = map(stokes.components, (k1, k2, k3))
    arguments = stokes.three_leptons(k1, k2, k3, m_i=m_i, m_j=m_j, q2=m_a**2)
    form = three_leptons_alp
    pieces = _squared(form.direct_polarised, form.interference_polarised, arguments, exchange)
    return _CHARGE4 / 4 * stokes.vectors(_alp_rows(pieces), _momenta(k1, k2, k3), m_i)


def _alp_rows(pieces: Pieces) -> list[dict[str, Any]]:
    """Coefficients of the monomials of COUPLINGS; the closed form counts CV*CA once, COUPLINGS has the factor 2."""
    half = {name: 0.5 * value for name, value in pieces["CV CA"].items()}
    return [pieces["CV CV"], pieces["CA CA"], half]


def alp_unpolarised(
    k1: Any, k2: Any, k3: Any, m_a: Any, *, exchange: bool = True, m_i: float = M_MU, m_j: float = M_E
) -> Any:
    """S_0 of |C_V|^2 and |C_A|^2 at f_a = 1 MeV, shape (..., 2); otherwise see :func:`alp_pieces`."""
    arguments = stokes.three_leptons(k1, k2, k3, m_i=m_i, m_j=m_j, q2=m_a**2)
    pieces = _squared(three_leptons_alp.direct, three_leptons_alp.interference, arguments, exchange)
    S0 = [pieces[name]["S0"] for name in ("CV CV", "CA CA")]
    return _CHARGE4 / 4 * namespace(*S0).stack(S0, axis=-1)


def alp(
    k1: Any,
    k2: Any,
    k3: Any,
    m_a: Any,
    C_V: Any,
    C_A: Any,
    f_a: Any,
    *,
    exchange: bool = True,
    m_i: float = M_MU,
    m_j: float = M_E,
) -> Any:
    r"""Stokes components of l_i^- -> l_j^-(k1) l_j^-(k2) l_j^+(k3) a through a photon and an LFV ALP.

    Parameters
    ----------
    k1, k2, k3 : array_like
        Momenta [MeV] in the rest frame of l_i, shape (..., 4) (or tuples of components, which is faster).
    m_a : array_like
        ALP mass [MeV].
    C_V, C_A : complex
        Couplings; Im(C_V C_A*) does not contribute.
    f_a : float
        Decay constant [MeV].
    exchange : bool
        Without it, |M(k1; k2, k3)|^2 alone.
    m_i, m_j : float
        Masses of the decaying and the final leptons [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), [MeV^-2]; no factor 1/2 for identical leptons.
    """
    k1, k2, k3 = map(stokes.components, (k1, k2, k3))
    arguments = stokes.three_leptons(k1, k2, k3, m_i=m_i, m_j=m_j, q2=m_a**2)
    form = three_leptons_alp
    rows = _alp_rows(_squared(form.direct_polarised, form.interference_polarised, arguments, exchange))
    total: dict[str, Any] = {}
    for weight, row in zip(coupling_monomials(C_V, C_A), rows, strict=True):
        for name, value in row.items():
            total[name] = total.get(name, 0.0) + weight * value
    return _CHARGE4 / (4 * f_a**2) * stokes.vector(total, _momenta(k1, k2, k3), m_i)
