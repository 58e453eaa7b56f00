"""Deep inelastic scattering of chapter 06, section 3.1, as plain integrals over (x, y, M^2): no closed form in M^2.

The cross section of a heavy neutrino is integrated over its own support for each mass, and the continuum over masses
last; where many masses are needed, the first integral is a polynomial of Chebyshev in sqrt(M). GeV and cm^2.
"""

import math

import numpy as np

from oracles import composite_density as density
from oracles import composite_partons as partons

M_N, M_Z, M_W, M_C = 0.93891875, 91.1876, 80.377, 1.3


def prefactor(energy):
    """G_F^2 s/pi in cm^2."""
    return density.G_F**2 * 2 * M_N * energy / math.pi * density.CM2


def gauss(n, low, high):
    """Points and weights on [low, high], which may be arrays."""
    u, w = np.polynomial.legendre.leggauss(n)
    low, high = np.asarray(low, float)[..., None], np.asarray(high, float)[..., None]
    return (low + high) / 2 + (high - low) / 2 * u, (high - low) / 2 * w


def propagator(q2, mass):
    return 1.0 if mass is None else 1 / (1 + q2 / mass**2) ** 2


def window(energy, cut):
    """Limits of y of a cut on the hadronic energy."""
    return cut[0] / energy, min(1.0, cut[1] / energy)


def hnl(energy, mass, *, anti=False, protons=0.5, cut=(0.0, np.inf), m_z=M_Z, sw2=partons.SW2, n=(64, 40), moment=None):
    """Cross section per |U|^2 of nu N -> N' X with one neutrino of this mass; moment(x, y) weights the integrand."""
    s = 2 * M_N * energy
    y_low, y_high = window(energy, cut)
    if y_low >= 1 or mass**2 >= s * (1 - y_low):
        return 0.0
    x_low = mass**2 / s / (1 - y_low)
    u, wu = gauss(n[0], 0.0, 1.0)
    x, wx = x_low + (1 - x_low) * u**4, (1 - x_low) * 4 * u**3 * wu
    r = mass**2 / (x * s)
    y, wy = gauss(n[1], np.full_like(x, y_low), np.maximum(np.minimum(y_high, 1 - r), y_low))
    x, r = x[:, None], r[:, None]
    q2 = x * y * s
    a = partons.interpolate(partons.neutral_tables(protons, anti, sw2), np.broadcast_to(x, q2.shape), q2)
    inside = propagator(q2, m_z) * (a[..., 0] * (1 - r) + a[..., 1] * (1 - y) * (1 - y - r))
    if moment is not None:
        inside = inside * moment(x, y)
    return prefactor(energy) * float(np.sum(wx[:, None] * wy * inside))


def nc(energy, **options):
    """Neutral current of the Standard Model."""
    return hnl(energy, 0.0, **options)


def cc(energy, *, anti=False, protons=0.5, cut=(0.0, np.inf), m_w=M_W, m_c=M_C, n=(64, 40)):
    """Charged current, with charm integrated over the slow-rescaled x instead of x."""
    s = 2 * M_N * energy
    tables = partons.charged_tables(protons, anti)
    y_low, y_high = window(energy, cut)
    if y_low >= 1:
        return 0.0
    y, wy = gauss(n[1], y_low, y_high)
    u, wu = gauss(n[0], 0.0, 1.0)
    x, wx = (u**4)[:, None], (4 * u**3 * wu)[:, None]
    f = partons.interpolate(tables[..., :2], np.broadcast_to(x, (n[0], n[1])), x * y * s)
    total = np.sum(wx * wy * propagator(x * y * s, m_w) * (f[..., 0] + (1 - y) ** 2 * f[..., 1]))
    least = max(y_low, m_c**2 / s)
    if least < y_high:
        v, wv = gauss(n[1], 0.0, 1.0)  # the range in xi opens linearly at y = m_c^2/s: nodes crowd there
        y, wy = least + (y_high - least) * v**2, (y_high - least) * 2 * v * wv
        low = m_c**2 / (y * s)
        xi = low + (1 - low) * u[:, None] ** 4
        w = (1 - low) * 4 * u[:, None] ** 3 * wu[:, None] * wy
        q2 = np.maximum(xi * y * s - m_c**2, 0.0)
        charm = partons.interpolate(tables[..., 2:], xi, q2)[..., 0]
        total += np.sum(w * propagator(q2, m_w) * charm * (1 - m_c**2 / (s * xi)))
    return prefactor(energy) * float(total)


class MassSpectrum:
    """hnl(M) of one energy as a polynomial in sqrt(M/M_max), for all dimensions and gaps at once."""

    def __init__(self, energy, n_mass=44, **options):
        cut = options.get("cut", (0.0, np.inf))
        self.top = math.sqrt(max(2 * M_N * energy * (1 - min(1.0, cut[0] / energy)), 0.0))
        self.energy = energy
        self.nodes = (1 - np.cos(np.pi * (np.arange(n_mass) + 0.5) / n_mass)) / 2
        self.values = np.array([hnl(energy, self.top * u**2, **options) for u in self.nodes]) if self.top else None
        self.weights = (-1.0) ** np.arange(n_mass) * np.sin(np.pi * (np.arange(n_mass) + 0.5) / n_mass)

    def __call__(self, mass):
        """Barycentric interpolation, zero beyond the last mass."""
        mass = np.atleast_1d(np.asarray(mass, float))
        if not self.top:
            return np.zeros_like(mass)
        u = np.sqrt(np.minimum(mass / self.top, 1.0))
        gap = u[:, None] - self.nodes
        gap[gap == 0] = 1e-300
        ratio = self.weights / gap
        return np.where(mass < self.top, ratio @ self.values / ratio.sum(axis=1), 0.0)

    def sigma_x(self, dimension, gap, *, norm="free", m_cut=np.inf):
        """Cross section per m_hat^2 of the continuum with M < m_cut."""
        return density.over_density(self, dimension, gap, min(self.top, m_cut) ** 2, norm)

    def mass_below(self, dimension, gap, share):
        """Mass below which this share of the cross section lies."""
        low, high = gap, self.top
        whole = self.sigma_x(dimension, gap)
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if self.sigma_x(dimension, gap, m_cut=middle) < share * whole else (low, middle)
        return (low + high) / 2


def sigma_x(energy, dimension, gap, *, m_cut=np.inf, norm="free", **options):
    """Cross section per m_hat^2."""
    return MassSpectrum(energy, **options).sigma_x(dimension, gap, norm=norm, m_cut=m_cut)


def triple(
    energy, dimension, gap, *, anti=False, protons=0.5, cut=(0.0, np.inf), m_cut=np.inf, norm="free", n=(40, 28, 20)
):
    """The same in the other order: M^2 first, at every (x, y), by points that crowd at the gap."""
    s, a, mu = 2 * M_N * energy, dimension - 2.5, gap**2
    y_low, y_high = window(energy, cut)
    if y_low >= 1 or mu >= s * (1 - y_low):
        return 0.0
    x_low = mu / s / (1 - y_low)
    u, wu = gauss(n[0], 0.0, 1.0)
    x, wx = (x_low + (1 - x_low) * u**2)[:, None], ((1 - x_low) * 2 * u * wu)[:, None]
    v, wv = gauss(n[1], 0.0, 1.0)
    top = np.maximum(np.minimum(y_high, 1 - mu / (x * s)), y_low)
    # y crowds at both ends: at the upper one the masses close
    y, wy = y_low + (top - y_low) * v**2 * (3 - 2 * v), (top - y_low) * 6 * v * (1 - v) * wv
    room = np.maximum(np.minimum(x * s * (1 - y), m_cut**2) - mu, 0.0)
    power = 4 / min(a + 1, 2.0)
    t, wt = gauss(n[2], 0.0, 1.0)
    none = first = 0.0
    for ti, wi in zip(t, wt, strict=True):
        z = room * ti**power
        rho = room ** (a + 1) * power * ti ** (power * (a + 1) - 1) * wi
        none, first = none + rho / (mu + z), first + rho
    f = partons.interpolate(partons.neutral_tables(protons, anti), np.broadcast_to(x, y.shape), x * y * s)
    inside = f[..., 0] * (none - first / (x * s)) + f[..., 1] * (1 - y) * ((1 - y) * none - first / (x * s))
    total = np.sum(wx * wy * propagator(x * y * s, M_Z) * inside)
    return prefactor(energy) * density.amplitude(dimension, norm) * float(total)


def monte_carlo(energy, dimension, gap, n=200_000, seed=1, anti=False, protons=0.5):
    """(value, error) of sigma_X/m_hat^2 from points uniform in (sqrt x, y/(1-r), t), t^2 = [(M^2-mu)/(s-mu)]^(a+1)."""
    rng = np.random.default_rng(seed)
    a, mu, s = dimension - 2.5, gap**2, 2 * M_N * energy
    u, v, t = rng.random((3, n))
    m2 = mu + (s - mu) * t ** (2 / (a + 1))
    x = u**2
    r = m2 / (x * s)
    y = v * (1 - r)
    ok = r < 1
    q2 = np.where(ok, x * y * s, 1.0)
    f = partons.interpolate(partons.neutral_tables(protons, anti), x, q2)
    inside = propagator(q2, M_Z) * (f[:, 0] * (1 - r) + f[:, 1] * (1 - y) * (1 - y - r))
    value = np.where(ok, inside * 2 * u * (1 - r) * 2 * t / m2, 0.0) * (s - mu) ** (a + 1) / (a + 1)
    value *= prefactor(energy) * density.amplitude(dimension)
    return float(value.mean()), float(value.std() / math.sqrt(n))


def target_mass(energy, mass, *, anti=False, protons=0.5, n=(400, 400)):
    """Cross section per |U|^2 of the structure-function form with the mass of the target, negative brackets dropped."""
    e, m = energy, M_N
    x, wx = gauss(n[0], 0.0, 1.0)
    x, wx = x[:, None] ** 3, 3 * x[:, None] ** 2 * wx[:, None]
    top = 1 - mass / e
    y, wy = gauss(n[1], 0.0, top)
    e_x = (1 - y) * e
    p_x = np.sqrt(np.maximum(e_x**2 - mass**2, 0.0))
    q2 = 2 * m * e * x * y
    # Q^2 between its limits, with the lower one in a form that does not cancel
    lowest = 2 * e * mass**2 / (e_x + p_x) - mass**2
    inside = (q2 >= lowest) & (q2 <= 2 * e * (e_x + p_x) - mass**2)
    f = partons.nucleon(protons)
    up, down = partons.couplings()
    parts = []
    for sign in (1, -1):
        total = 0.0
        for i in (1, 2, 3, 4, 5):
            left, right = up if i in (2, 4) else down
            total = total + (left**2 + sign * right**2) * (f[i] + sign * f[-i])
        parts.append(total)
    sums = partons.interpolate(np.stack(parts, axis=-1), np.broadcast_to(x, q2.shape), q2)
    f2, xf3 = 2 * sums[..., 0], 2 * sums[..., 1]
    f1, f3, f5 = f2 / (2 * x), xf3 / x, f2 / (2 * x)
    bracket = (x * y**2 + mass**2 * y / (2 * e * m)) * f1
    bracket += (1 - mass**2 / (4 * e**2) - (1 + m * x / (2 * e)) * y) * f2
    bracket += (-1 if anti else 1) * (x * y * (1 - y / 2) - mass**2 * y / (4 * e * m)) * f3
    bracket -= mass**2 / (e * m) * f5
    value = np.where(inside, np.maximum(bracket, 0.0), 0.0) * propagator(q2, M_Z)
    return density.G_F**2 * m * e / math.pi * density.CM2 * float(np.sum(wx * wy * value))
