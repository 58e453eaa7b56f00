r"""Phase-space maps: uniform numbers to momenta of a decay at rest, flat where the squared amplitudes peak.

Every map takes uniform numbers u (a sequence of arrays (...,)) and returns the momenta in a body-fixed frame (mappings
from particle to (E, px, py, pz)) and the weight dPhi/du [MeV powers], with all factors of 2 pi and the trivial angles
integrated. Neutrino pairs are one particle ``nunu`` of mass squared q2 whose measure dq2/(2 pi) is included; their own
phase space is in the neutrino tensor of the squared amplitude. Weights are 0, never NaN, where a point lies outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from darkfactory.backend import computed_once, namespace

__all__ = ["breit_wigner", "emission", "log_between", "power_between", "three_leptons", "triangle_momentum", "two_body"]

Components = tuple[Any, Any, Any, Any]
PI = 3.141592653589793


def log_between(u: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """Number between ``low`` and ``high`` flat in its logarithm, and dx/du; exact at the lower end.

    Parameters
    ----------
    u, low, high : array_like
        Uniform number, and the ends, > 0.

    Returns
    -------
    x, slope : arrays
        Number and dx/du.
    """
    xp = namespace(u, low, high)
    span = xp.log(high / low)
    x = low * xp.exp(u * span)
    return x, x * span


def power_between(u: Any, low: Any, high: Any, power: float) -> tuple[Any, Any]:
    """Number between ``low`` and ``high`` with density proportional to x^(power - 1), and dx/du.

    Parameters
    ----------
    u, low, high : array_like
        Uniform number, and the ends, >= 0.
    power : float
        Power > 0 in which the number is flat.

    Returns
    -------
    x, slope : arrays
        Number and dx/du.
    """
    xp = namespace(u, low, high)
    start, span = low**power, high**power - low**power
    x = (start + u * span) ** (1 / power)
    return x, span / (power * xp.maximum(x, 1e-300) ** (power - 1))


def root(x: Any) -> Any:
    """Square root, 0 below 0: rounding must not make a NaN."""
    xp = namespace(x)
    return xp.sqrt(xp.maximum(x, 0.0))


def triangle_momentum(s: Any, a: Any, b: Any) -> Any:
    """Momentum of either daughter in the rest frame of their system; exactly 0 if closed.

    Parameters
    ----------
    s : array_like
        Mass squared of the system [MeV^2].
    a, b : array_like
        Masses of the daughters [MeV].

    Returns
    -------
    array
        Momentum [MeV].
    """
    w = root(s)
    xp = namespace(s, a, b)
    product = (w - a - b) * (w + a + b) * (w - a + b) * (w + a - b)
    return root(xp.where(w > a + b, product, 0.0)) / (2 * xp.maximum(w, 1e-300))


def breit_wigner(u: Any, low: Any, high: Any, mass: Any, width: Any) -> tuple[Any, Any]:
    """Number s between ``low`` and ``high`` flat in arctan((s - m^2)/(m Gamma)), and ds/du.

    Parameters
    ----------
    u, low, high : array_like
        Uniform number, and the ends [MeV^2].
    mass, width : array_like
        Of the resonance [MeV], > 0.

    Returns
    -------
    s, slope : arrays
        [MeV^2].
    """
    xp = namespace(u, low, high)
    scale = mass * width
    start, stop = xp.arctan((low - mass**2) / scale), xp.arctan((high - mass**2) / scale)
    angle = start + u * (stop - start)
    offset = xp.tan(angle)
    return mass**2 + scale * offset, scale * (1 + offset**2) * (stop - start)


def two_body(u: Sequence[Any], k: Mapping[str, Any]) -> tuple[dict[str, Components], Any]:
    """Decay of ``M`` at rest into ``first`` of mass ``m1`` along z and ``second`` of mass ``m2``; no random number."""
    M, m1, m2 = k["M"], k["m1"], k["m2"]
    xp = namespace(M, m1, m2, *u)
    p = triangle_momentum(xp.asarray(M) ** 2, m1, m2)
    zero = 0.0 * p
    first = (xp.sqrt(m1**2 + p**2), zero, zero, p)
    second = (xp.sqrt(m2**2 + p**2), zero, zero, -p)
    return {"first": first, "second": second}, p / (4 * PI * M)


def _emission_energy(u: Any, k: Mapping[str, Any], massless: bool, s_min: Any) -> tuple[Any, Any, Any]:
    """Energy and momentum of the emitted particle and dE/du."""
    M, mX = k["M"], k["mX"]
    xp = namespace(u, M, mX)
    high = xp.minimum((M**2 + mX**2 - s_min) / (2 * M), k["E_high"])
    low = xp.maximum(k["E_low"], mX)
    is_open = high > low
    high = xp.where(is_open, high, 2 * low + 1e-300)
    if massless:
        energy, slope = log_between(u, low, high)
        momentum = energy
    else:
        start, stop = xp.arccosh(low / mX), xp.arccosh(high / mX)
        rapidity = start + u * (stop - start)
        energy, momentum = mX * xp.cosh(rapidity), mX * xp.sinh(rapidity)
        slope = momentum * (stop - start)
    return energy, momentum, xp.where(is_open, slope, 0.0)


def emission(
    u: Sequence[Any], k: Mapping[str, Any], *, massless: bool, pair: bool
) -> tuple[dict[str, Components], Any]:
    r"""Decay mu -> e X Q: X along z, e in the xz half-plane; flat in ln E_X or rapidity, and in ln[(k+q)^2 - m^2].

    Parameters
    ----------
    u : sequence of arrays
        Three uniform numbers, (energy, collinear angle, q2), or two if Q has a fixed mass.
    k : mapping
        ``M``, ``m``, ``mX`` masses of parent, lepton and X [MeV]; ``E_low``, ``E_high`` range of E_X [MeV];
        ``q2_low``, ``q2_high`` range of the mass squared of Q [MeV^2], equal for a particle.
    massless : bool
        Whether X is massless; E_low must be > 0 then.
    pair : bool
        Whether Q is a neutrino pair (q2 is integrated) or a particle.

    Returns
    -------
    momenta : dict
        ``e``, ``X``, ``Q``.
    weight : array
        dPhi/du.
    """
    M, m, mX = k["M"], k["m"], k["mX"]
    xp = namespace(M, *u)
    E, p, slope = _emission_energy(u[0], k, massless, (m + root(k["q2_low"])) ** 2)
    s = xp.maximum(M**2 + mX**2 - 2 * M * E, 1e-300)
    W = xp.sqrt(s)
    if pair:
        top = xp.minimum(xp.maximum(W - m, 0.0) ** 2, k["q2_high"])
        span = xp.maximum(top - k["q2_low"], 0.0)
        q2 = k["q2_low"] + span * u[2]
        slope = slope * span / (2 * PI)
    else:
        q2 = k["q2_low"] + 0.0 * W
    p_star = triangle_momentum(s, m, root(q2))
    inside = p_star > 0
    E_star = xp.sqrt(m**2 + p_star**2)
    EX_star, pX_star = (M * E - mX**2) / W, M * p / W
    least = mX**2 + 2 * (m**2 * EX_star**2 + mX**2 * p_star**2) / (E_star * EX_star + p_star * pX_star)
    most = mX**2 + 2 * (E_star * EX_star + p_star * pX_star)
    d, d_slope = log_between(u[1], least, xp.maximum(most, least))
    bottom = xp.where(inside, 2 * p_star * pX_star, 1.0)
    versine = xp.clip((d - least) / bottom, 0.0, 2.0)
    c, sine = 1 - versine, xp.sqrt(versine * (2 - versine))
    gamma, gamma_beta = (M - E) / W, p / W
    kz = gamma * p_star * c - gamma_beta * E_star
    kx = p_star * sine
    zero = 0.0 * kx
    weight = p * slope * 4 * PI / (2 * (2 * PI) ** 3) * d_slope / (2 * xp.maximum(pX_star, 1e-300)) / (8 * PI * W)
    qz = -p - kz
    momenta = {
        "e": (xp.sqrt(m**2 + kx**2 + kz**2), kx, zero, kz),
        "X": (E, zero, zero, p + zero),
        "Q": (xp.sqrt(q2 + kx**2 + qz**2), -kx, zero, qz),
    }
    return momenta, xp.where(inside, weight, 0.0)


def _missing(u: Sequence[Any], k: Mapping[str, Any], pair: bool, low_energy: bool) -> tuple[Any, Any, Any]:
    """Mass squared s123 of the leptons, q2 of what is missing, and d(s123)dq2/du, with 1/(2 pi) per integral."""
    M, m = k["M"], k["m"]
    xp = namespace(M, *u)
    if low_energy:
        E, slope = power_between(u[0], k["E_low"], k["E_high"], 6.0)
        top = xp.minimum(E**2, k["q2_high"])
        span = xp.maximum(top - k["q2_low"], 0.0)
        q2 = k["q2_low"] + span * u[5]
        s123 = M**2 + q2 - 2 * M * E
        return s123, q2, 2 * M * slope * span / (2 * PI) ** 2
    Q = root(k["q2_low"])
    # E_Q = (M^2 + q2 - s123)/2M: a bound on the missing energy bounds s123
    top = xp.minimum((M - Q) ** 2, M**2 + k["q2_high"] - 2 * M * k["E_low"])
    bottom = xp.maximum(9 * m**2, M**2 + k["q2_low"] - 2 * M * k["E_high"])
    is_open = top > bottom
    t, slope = log_between(u[0], bottom - m**2, xp.where(is_open, top, 2 * bottom) - m**2)
    s123 = t + m**2
    slope = xp.where(is_open, slope, 0.0) / (2 * PI)
    if not pair:
        return s123, k["q2_low"] + 0.0 * s123, slope
    most = xp.minimum(xp.maximum(M - xp.sqrt(s123), 0.0) ** 2, k["q2_high"])
    span = xp.maximum(most - k["q2_low"], 0.0)
    return s123, k["q2_low"] + span * u[5], slope * span / (2 * PI)


def _pair_mass(u: Any, k: Mapping[str, Any], low: Any, high: Any, resonant: bool) -> tuple[Any, Any]:
    """s23 and ds23/du: flat in the logarithm, and for a part of the numbers in the resonance."""
    s, slope = log_between(u, low, high)
    if not resonant:
        return s, slope
    xp = namespace(u, low)
    share = k["share"]
    on_peak = u < share
    peak, _ = breit_wigner(xp.where(on_peak, u / share, 0.5), low, high, k["mX"], k["width"])
    smooth, _ = log_between(xp.where(on_peak, 0.5, (u - share) / (1 - share)), low, high)
    s = xp.where(on_peak, peak, smooth)
    return s, 1 / _pair_density(s, k, low, high, resonant)


def _pair_density(s: Any, k: Mapping[str, Any], low: Any, high: Any, resonant: bool) -> Any:
    """Density du/ds of :func:`_pair_mass` at any s."""
    xp = namespace(s, low)
    density = 1 / (s * xp.log(high / low))
    if not resonant:
        return density
    scale = k["mX"] * k["width"]
    angle = xp.arctan((high - k["mX"] ** 2) / scale) - xp.arctan((low - k["mX"] ** 2) / scale)
    peak = scale / ((s - k["mX"] ** 2) ** 2 + scale**2) / angle
    return (1 - k["share"]) * density + k["share"] * peak


def three_leptons(
    u: Sequence[Any], k: Mapping[str, Any], *, pair: bool, low_energy: bool = False, resonant: bool = False
) -> tuple[dict[str, Components], Any]:
    r"""Decay mu -> e1 e2 e3 Q, Q against z: ln(s123 - m^2), ln s23 and their mirror image with e1 and e2 exchanged.

    The channel of s23 alone is sampled; its weight times 2 w13 / (w23 + w13), w the weights of both channels, gives the
    integral of any function that is symmetric in e1 and e2 (partition of unity). The factor 1/2 of identical leptons is
    not included.

    Parameters
    ----------
    u : sequence of arrays
        (s123 or missing energy, s23, cosine of e1, cosine of e2, azimuth of e2[, q2]): six uniform numbers for a pair
        of neutrinos, five for a particle.
    k : mapping
        ``M``, ``m`` [MeV]; ``E_low``, ``E_high`` range of the missing energy [MeV]; ``q2_low``, ``q2_high`` range of
        the mass squared of Q [MeV^2]; with a resonance ``mX``, ``width`` [MeV] and ``share`` of the numbers for it.
    pair : bool
        Whether Q is a neutrino pair or a particle of mass squared q2_low.
    low_energy : bool
        For E_high much below M: flat in E^6, so that no number is lost.
    resonant : bool
        Whether a resonance of finite width is sampled in s23.

    Returns
    -------
    momenta : dict
        ``e1``, ``e2``, ``e3``, ``Q``.
    weight : array
        dPhi/du times the partition of unity.
    """
    M, m = k["M"], k["m"]
    xp = namespace(M, *u)
    s123, q2, slope = computed_once(_missing(u, k, pair, low_energy), xp.asarray(M > 0))
    inside = (s123 > 9 * m**2) & (slope > 0)
    s123 = xp.where(inside, s123, 12 * m**2)
    w123 = xp.sqrt(s123)
    low, high = 4 * m**2 + 0.0 * s123, (w123 - m) ** 2
    s23, pair_slope = _pair_mass(u[1], k, low, high, resonant)
    p123 = triangle_momentum(xp.asarray(M) ** 2 + 0.0 * s123, w123, root(q2))
    inside = inside & (p123 > 0)
    s23, pair_slope = computed_once((s23, pair_slope), xp.asarray(M > 0))
    e1, e2, e3, weight = computed_once(_leptons(u, m, w123, s23), xp.asarray(M > 0))
    s13 = 2 * m**2 + 2 * (e1[0] * e3[0] - e1[1] * e3[1] - e1[2] * e3[2] - e1[3] * e3[3])
    s13 = xp.clip(s13, low, high)
    mirror = _lepton_weight(s13, s123, m) / _pair_density(s13, k, low, high, resonant)
    own = weight * pair_slope
    total = own * 2 * mirror / xp.maximum(own + mirror, 1e-300)
    E123 = xp.sqrt(s123 + p123**2)
    boosted = {name: _boost_z(p, E123 / w123, p123 / w123, m) for name, p in (("e1", e1), ("e2", e2), ("e3", e3))}
    zero = 0.0 * p123
    boosted["Q"] = (xp.sqrt(q2 + p123**2), zero, zero, -p123)
    total = total * slope * p123 / (4 * PI * M)
    return boosted, xp.where(inside, total, 0.0)


def _lepton_weight(s23: Any, s123: Any, m: Any) -> Any:
    """dPhi_3 / (ds23 du^3) of e1 and the pair (23), with 1/(2 pi) of ds23."""
    xp = namespace(s23, s123)
    p1 = triangle_momentum(s123, m, xp.sqrt(s23))
    p23 = triangle_momentum(s23, m, m)
    return p1 / (4 * PI * xp.sqrt(s123)) * p23 / (4 * PI * xp.sqrt(s23)) / (2 * PI)


def _leptons(u: Sequence[Any], m: Any, w123: Any, s23: Any) -> tuple[Components, Components, Components, Any]:
    """Three leptons in their rest frame, e1 in the xz plane, and dPhi_3/(ds23 du^3)."""
    xp = namespace(w123, *u)
    w23 = xp.sqrt(s23)
    p1 = triangle_momentum(w123**2, m, w23)
    p23 = triangle_momentum(s23, m, m)
    c1, sine1 = 2 * u[2] - 1, 2 * xp.sqrt(u[2] * (1 - u[2]))
    c2, sine2 = 2 * u[3] - 1, 2 * xp.sqrt(u[3] * (1 - u[3]))
    azimuth = 2 * PI * u[4]
    E23 = xp.sqrt(s23 + p1**2)
    shift = p23 * c2 * E23 / w23
    x_prime, y = p23 * sine2 * xp.cos(azimuth), p23 * sine2 * xp.sin(azimuth)
    parts = (p1, p23, E23, shift, x_prime, y, c2 * p23 * p1 / w23)
    p1, p23, E23, shift, x_prime, y, boost = computed_once(parts, xp.asarray(m > 0))
    zero = 0.0 * p1
    e1 = (xp.sqrt(m**2 + p1**2), p1 * sine1, zero, p1 * c1)

    def lepton(sign: float) -> Components:
        # along -n1; x' = y x z'
        z_prime = p1 / 2 + sign * shift
        lx = -sign * x_prime * c1 - z_prime * sine1
        lz = sign * x_prime * sine1 - z_prime * c1
        energy = E23 / 2 + sign * boost
        return energy, lx, sign * y, lz

    weight = p1 / (4 * PI * w123) * p23 / (4 * PI * w23) / (2 * PI)
    return e1, lepton(1.0), lepton(-1.0), weight


def _boost_z(p: Components, gamma: Any, gamma_beta: Any, m: Any) -> Components:
    """Lepton in a frame that moves with -z; its energy from the mass shell."""
    energy, px, py, pz = p
    z = gamma * pz + gamma_beta * energy
    return namespace(z).sqrt(m**2 + px**2 + py**2 + z**2), px, py, z
