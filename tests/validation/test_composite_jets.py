"""Dark jets that become many states, against the recursion of phase space."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from darkfactory.kinematics.many_bodies import decay_isotropically


def momentum(parent, one, other):
    return math.sqrt(max((parent**2 - (one + other) ** 2) * (parent**2 - (one - other) ** 2), 0.0)) / (2 * parent)


def phase_space(n, parent, mass, power=0):
    """Volume of n equal bodies, one split off after the other; with the momentum of the first to some power."""
    if n == 2:
        return momentum(parent, mass, mass) ** (1 + power) / parent
    return quad(
        lambda rest: 2 * rest * momentum(parent, rest, mass) ** (1 + power) / parent * phase_space(n - 1, rest, mass),
        (n - 1) * mass,
        parent - mass,
        epsrel=1e-5,
    )[0]


@pytest.mark.parametrize(("n", "parent", "mass"), [(2, 5.1, 1.2), (3, 4.3, 1.2), (3, 9.0, 1.0), (4, 6.0, 1.1)])
def test_states_are_flat_in_phase_space(n, parent, mass):
    boost = np.array([3.0, 0.0, 4.0])
    mother = np.concatenate([[math.sqrt(parent**2 + boost @ boost)], boost])
    events = 40_000
    found = decay_isotropically(np.tile(mother, (events, 1)), np.full(events, n), mass, np.arange(events), 7, "test")
    assert found.shape == (events, n, 4)
    assert found.sum(axis=1) == pytest.approx(np.tile(mother, (events, 1)), rel=1e-9, abs=1e-9)
    assert found[..., 0] ** 2 - np.sum(found[..., 1:] ** 2, axis=-1) == pytest.approx(mass**2, abs=1e-6)
    # P.p is the energy in the rest frame
    at_rest = (found * mother * np.array([1, -1, -1, -1])).sum(axis=-1) / parent
    p2 = at_rest**2 - mass**2
    for power in (2, 4):
        expected = phase_space(n, parent, mass, power) / phase_space(n, parent, mass)
        value = (p2 ** (power // 2)).mean(axis=1)
        error = float(value.std()) / math.sqrt(events)
        assert float(value.mean()) == pytest.approx(expected, abs=4 * error + 1e-9)
    cosine = (found[:, 0, 1:] @ boost)[:] / np.linalg.norm(found[:, 0, 1:], axis=1) / 5.0
    assert float(np.mean(cosine)) > 0  # thrown forward
