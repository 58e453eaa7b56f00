"""Missing mass in narrow and wide beams (chapter 06, sections 3.2 and 8), by weighted random events. GeV and radians."""

import math

import numpy as np

from oracles import composite_density as density
from oracles import composite_partons as partons
from oracles.composite_nucleon import M_N, M_Z, prefactor, propagator


def events(n, rng, energy, flux, dimension=None, gap=None, anti=False):
    """(E, x, y, M^2, weight) of points uniform in simple variables; without a dimension the Standard Model's NC."""
    e = energy(rng.random(n))
    s = 2 * M_N * e
    u, v, t = rng.random((3, n))
    x = u**3
    if dimension is None:
        m2, jacobian = np.zeros(n), np.ones(n)
    else:
        a, mu = dimension - 2.5, gap**2
        room = np.maximum(s - mu, 0.0)
        # twice the power that would follow the density: the 1/M^2 and the range of y favour small masses
        power = 2 / (a + 1)
        m2 = mu + room * t**power
        jacobian = density.amplitude(dimension) * room ** (a + 1) * power * t / m2
    r = m2 / (x * s)
    ok = r < 1
    y = np.where(ok, v * (1 - r), 0.5)
    q2 = x * y * s
    f = partons.interpolate(partons.neutral_tables(anti=anti), x, q2)
    inside = f[:, 0] * (1 - r) + f[:, 1] * (1 - y) * (1 - y - r)
    w = propagator(q2, M_Z) * inside * jacobian * 3 * u**2 * (1 - r) * prefactor(e) * flux(e)
    return e, x, y, m2, np.where(ok, w, 0.0)


def hadrons(e, x, y, m2):
    """nu, Q^2, |q| and cos(theta_h), by the vectors k, k' of the scattering on a nucleon at rest."""
    nu = y * e
    q2 = 2 * M_N * nu * x
    q = np.sqrt(nu**2 + q2)
    # k' = k - q has mass M: |k'|^2 = (E - nu)^2 - M^2 = E^2 + |q|^2 - 2 E |q| cos
    cosine = (e**2 + q**2 - (e - nu) ** 2 + m2) / (2 * e * q)
    return nu, q2, q, cosine


def reconstructed(sample, rng, assumed=None, spread=0.05, least=20.0):
    """(M_rec^2, weight) of smeared events with E_h above a cut and a physical angle."""
    e, x, y, m2, w = sample
    nu, q2, _, cosine = hadrons(e, x, y, m2)
    keep = (w > 0) & (nu > least) & (cosine <= 1)
    e, nu, q2, cosine, w = e[keep], nu[keep], q2[keep], cosine[keep], w[keep]
    one, two, three = rng.standard_normal((3, len(e)))
    nu_s = nu * np.maximum(1 + 0.86 * one / np.sqrt(nu), 0.05)
    theta = np.abs(np.arccos(cosine) + (0.0055 + 0.61 / nu) * two)
    q_s = np.sqrt(q2 * (nu_s / nu) ** 2 + nu_s**2)
    e_s = e * (1 + spread * three) if assumed is None else assumed
    return nu_s**2 - q_s**2 + 2 * e_s * (q_s * np.cos(theta) - nu_s), w


def share_above(m2_rec, w, value=25.0):
    """(fraction, error)."""
    hit = m2_rec > value
    p = float(w[hit].sum() / w.sum())
    return p, math.sqrt(float(np.sum((w * (hit - p)) ** 2))) / float(w.sum())
