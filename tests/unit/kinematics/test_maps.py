"""Phase-space maps: volumes against nested quadratures of two-body factors, conservation, mass shells; orientation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from darkfactory.constants import M_E, M_MU
from darkfactory.kinematics import maps
from darkfactory.kinematics.lorentz import mass_squared
from darkfactory.kinematics.orientation import linear_cosine, orient, rotate

M_A = 30.0


def two_body(s, a, b):
    """Volume of two-body phase space."""
    return np.sqrt(max((s - (a + b) ** 2) * (s - (a - b) ** 2), 0.0)) / (8 * np.pi * s)


def uniform(n, dims, seed=1):
    return np.random.default_rng(seed).random((dims, n))


def stacked(momenta):
    shape = np.broadcast_shapes(*(np.shape(c) for p in momenta.values() for c in p))
    return {name: np.stack([np.broadcast_to(c, shape) for c in p], axis=-1) for name, p in momenta.items()}


def check_events(momenta, masses):
    p = stacked(momenta)
    assert np.abs(sum(p.values()) - [M_MU, 0, 0, 0]).max() < 1e-12 * M_MU
    for name, mass in masses.items():
        assert np.abs(mass_squared(p[name]) - mass**2).max() < 1e-11 * M_MU**2


def test_emission_has_the_volume_of_three_body_phase_space():
    k = {"M": M_MU, "m": M_E, "mX": 20.0, "E_low": 0.0, "E_high": M_MU, "q2_low": M_A**2, "q2_high": M_A**2}
    momenta, w = maps.emission(uniform(200_000, 2), k, massless=False, pair=False)
    check_events(momenta, {"e": M_E, "X": 20.0, "Q": M_A})
    volume = quad(
        lambda s: two_body(M_MU**2, np.sqrt(s), 20.0) * two_body(s, M_E, M_A) / (2 * np.pi),
        (M_E + M_A) ** 2,
        (M_MU - 20.0) ** 2,
        epsabs=0,
    )[0]
    assert w.mean() == pytest.approx(volume, abs=4 * w.std() / len(w) ** 0.5)


def leptons_volume(s):
    return quad(
        lambda t: two_body(s, M_E, np.sqrt(t)) * two_body(t, M_E, M_E) / (2 * np.pi),
        4 * M_E**2,
        (np.sqrt(s) - M_E) ** 2,
        epsabs=0,
    )[0]


@pytest.mark.parametrize("options", [{}, {"resonant": True}])
def test_three_leptons_have_the_volume_of_four_body_phase_space(options):
    k = {"M": M_MU, "m": M_E, "E_low": 0.0, "E_high": M_MU, "q2_low": M_A**2, "q2_high": M_A**2}
    k |= {"mX": 20.0, "width": 0.5, "share": 0.5}
    momenta, w = maps.three_leptons(uniform(400_000, 5), k, pair=False, **options)
    check_events(momenta, {"e1": M_E, "e2": M_E, "e3": M_E, "Q": M_A})
    volume = quad(
        lambda s: two_body(M_MU**2, np.sqrt(s), M_A) * leptons_volume(s) / (2 * np.pi),
        9 * M_E**2,
        (M_MU - M_A) ** 2,
        epsabs=0,
    )[0]
    assert w.mean() == pytest.approx(volume, abs=4 * w.std() / len(w) ** 0.5)


def test_low_energy_map_is_the_general_one_where_they_meet():
    k = {"M": M_MU, "m": M_E, "E_low": 0.0, "E_high": 20.0, "q2_low": 0.0, "q2_high": M_MU**2}
    u = uniform(400_000, 6)
    results = []
    for low_energy in (False, True):
        momenta, w = maps.three_leptons(u, k, pair=True, low_energy=low_energy)
        w = np.where(stacked(momenta)["Q"][:, 0] <= 20.0, w, 0.0)
        results.append((w.mean(), w.std() / len(w) ** 0.5))
    (a, da), (b, db) = results
    assert a == pytest.approx(b, abs=4 * np.hypot(da, db))


def test_nothing_open_is_weight_zero_and_no_nan():
    k = {"M": M_MU, "m": M_E, "mX": 106.0, "E_low": 0.0, "E_high": M_MU, "q2_low": 0.0, "q2_high": M_MU**2}
    _, w = maps.emission(uniform(100, 3), k, massless=False, pair=True)
    assert (w == 0).all()
    k = {"M": M_MU, "m": M_E, "E_low": 0.0, "E_high": M_MU, "q2_low": 105.0**2, "q2_high": 105.0**2}
    _, w = maps.three_leptons(uniform(100, 5), k, pair=False)
    assert (w == 0).all()


@pytest.mark.parametrize("slope", [-1.0, -0.3, 0.0, 0.7, 1.0])
def test_cosine_has_its_density(slope):
    u = (np.arange(200_000) + 0.5) / 200_000
    c = linear_cosine(u, slope)
    assert c.mean() == pytest.approx(slope / 3, abs=1e-6)
    assert (c**2).mean() == pytest.approx(1 / 3, abs=1e-6)


def test_orientation_turns_rigidly_and_along_the_spin():
    n, rng = 200_000, np.random.default_rng(2)
    body = rng.normal(size=3)
    body /= np.linalg.norm(body)
    spin = np.array([0.3, -0.5, 0.6])
    stokes = [np.full(n, 2.0), *(np.full(n, 1.5 * b) for b in body)]
    rotation = orient(uniform(n, 3), stokes, tuple(spin))
    turned = np.stack(rotate(rotation, tuple(np.full(n, b) for b in body)), axis=-1)
    other = np.stack(rotate(rotation, tuple(np.full(n, b) for b in (1.0, 2.0, -1.0))), axis=-1)
    assert np.abs(np.linalg.norm(turned, axis=1) - 1).max() < 1e-12
    assert np.abs(turned @ [0, 0, 0] + np.sum(turned * other, axis=1) - body @ [1.0, 2.0, -1.0]).max() < 1e-12
    matrix = np.array([[np.broadcast_to(entry, (n,)) for entry in row] for row in rotation])
    assert np.abs(np.linalg.det(np.moveaxis(matrix, -1, 0)) - 1).max() < 1e-12
    # <n> = (S/S_0) P / 3 for a density 1 + P.R(S)/S_0
    assert np.abs(turned.mean(axis=0) - 0.75 * spin / 3).max() < 4 / np.sqrt(3 * n)


def test_orientation_without_spin_or_analysing_power_is_uniform():
    n = 100_000
    for stokes in ([np.ones(n), *(np.zeros(n),) * 3], [np.zeros(n)] * 4):
        rotation = orient(uniform(n, 3), stokes, (0.0, 0.0, 0.0))
        turned = np.stack(rotate(rotation, (np.ones(n), np.zeros(n), np.zeros(n))), axis=-1)
        assert np.isfinite(turned).all()
        assert np.abs(turned.mean(axis=0)).max() < 4.5 / np.sqrt(3 * n)
