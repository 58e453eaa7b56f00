"""Two neutrinos: amplitude against explicit Dirac spinors and the textbook, drawn directions against both."""

from __future__ import annotations

import numpy as np
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.models import build_model
from darkfactory.processes import find_process
from darkfactory.processes.generator.sample import Sample
from darkfactory.processes.muon_decay.neutrinos import squared_amplitude, two_neutrinos
from oracles import helicity_spinors as spinors
from oracles import neutrino_tensor as tensor
from oracles.five_body import flat_events
from oracles.helicity_spinors import G_F, M_E, M_MU, dot

SPIN = np.array([0.3, 0.2, -0.8])


def configuration(masses, n=40, seed=2):
    """Random momenta of all particles, the two neutrinos last."""
    p, _ = flat_events([*masses, 0.0, 0.0], n, np.random.default_rng(seed))
    return [p[:, i] for i in range(p.shape[1])]


def textbook(k, own, other, spin):
    """64 G_F^2 [(p - m s).k_nubar_e][k_e.k_nu_mu]: the squared amplitude of mu- with spin s, summed over the rest."""
    p_minus = np.array([M_MU, *(-M_MU * np.asarray(spin))])
    return 64 * G_F**2 * dot(p_minus, other) * dot(k, own)


def test_michel_decay_is_that_of_the_textbook():
    k, own, other = configuration([M_E])
    stokes = squared_amplitude(find_process("mu -> e nu nu"), None, -1)({"e": k}, (own, other))
    np.testing.assert_allclose(stokes[:, 0], textbook(k, own, other, np.zeros(3)), rtol=1e-9)
    np.testing.assert_allclose(stokes[:, 0] + stokes[:, 1:] @ SPIN, textbook(k, own, other, SPIN), rtol=1e-9)


def test_the_positive_muon_is_the_mirror_image():
    k, own, other = configuration([M_E])
    flip = np.array([1.0, -1.0, -1.0, -1.0])
    stokes = squared_amplitude(find_process("mu -> e nu nu"), None, 1)({"e": k}, (own, other))
    mirrored = textbook(flip * k, flip * own, flip * other, SPIN)
    np.testing.assert_allclose(stokes[:, 0] + stokes[:, 1:] @ SPIN, mirrored, rtol=1e-9)


VECTOR = {"mass": 20, "g_V_e": 0.1, "g_A_e": 0.2, "g_V_mu": 0.05, "g_A_mu": -0.1}


def test_radiative_decay_and_x_against_dirac_spinors():
    k, q, own, other = configuration([M_E, 0.0])
    stokes = squared_amplitude(find_process("mu -> e nu nu gamma"), None, -1)({"e": k, "gamma": q}, (own, other))
    np.testing.assert_allclose(stokes, tensor.squared_emission_explicit(k, q, spinors.photon(), own, other), rtol=1e-7)
    k, q, own, other = configuration([M_E, 20.0])
    vector = spinors.Vector(20.0, 0.1, 0.2, 0.05, -0.1)
    wanted = tensor.squared_emission_explicit(k, q, vector, own, other)
    stokes = squared_amplitude(find_process("mu -> e nu nu X"), build_model("vector", VECTOR), -1)(
        {"e": k, "X": q}, (own, other)
    )
    np.testing.assert_allclose(stokes, wanted, rtol=1e-7, atol=1e-9 * wanted[:, 0].max())


def test_three_electrons_against_dirac_spinors():
    k1, k2, k3, own, other = configuration([M_E] * 3, n=10)
    stokes = squared_amplitude(find_process("mu -> e e e nu nu"), None, -1)(
        {"e1": k1, "e2": k2, "e3": k3}, (own, other)
    )
    wanted = tensor.squared_three_explicit(k1, k2, k3, own, other)
    np.testing.assert_allclose(stokes, wanted, rtol=1e-7, atol=1e-9 * wanted[:, 0].max())


def sample(e, charge, n=20000):
    """Muons that all decay to an electron of one momentum."""
    k = np.broadcast_to(e, (n, 4))
    return Sample(
        process="mu -> e nu nu",
        momenta={"e": k, "nunu": np.array([M_MU, 0, 0, 0]) - k},
        weights=np.ones(n),
        stokes=np.ones((n, 4)),
        pieces={},
        monomials={},
        polarization=tuple(SPIN),
        charge=charge,
        seed=4,
        width=1.0,
        error=0.0,
        trials=n,
        efficiency=1.0,
        overweight=0.0,
        numbers=np.arange(n, dtype=np.uint64),
    )


@pytest.mark.parametrize("charge", [-1, 1])
def test_drawn_directions_follow_the_amplitude(charge):
    e = spinors.on_shell([10.0, -20.0, 15.0], M_E)
    events = sample(e, charge)
    own, other = two_neutrinos(events, find_process("mu -> e nu nu"))
    np.testing.assert_allclose(own + other, events.momenta["nunu"], atol=1e-12)
    for p in (own, other):
        np.testing.assert_allclose(dot(p, p), 0, atol=1e-10)
    # exact moments by a fine rule on the sphere in the rest frame of the pair
    z, w = np.polynomial.legendre.leggauss(12)
    phi = 2 * np.pi * np.arange(24) / 24
    c, f = np.repeat(z, 24), np.tile(phi, 12)
    units = np.stack([np.sqrt(1 - c**2) * np.cos(f), np.sqrt(1 - c**2) * np.sin(f), c], axis=-1)
    Q = np.broadcast_to(events.momenta["nunu"][0], (len(units), 4))
    first, second = tensor.neutrinos(Q, units)
    flip = np.array([1.0, -charge, -charge, -charge])
    weight = np.repeat(w, 24) * textbook(flip * e, flip * first, flip * second, SPIN)
    for power in (1, 2):
        exact = np.einsum("n,ni->i", weight, first**power) / weight.sum()
        spread = np.sqrt(np.einsum("n,ni->i", weight, first ** (2 * power)) / weight.sum() - exact**2)
        pull = (np.mean(own**power, axis=0) - exact) / (spread / np.sqrt(len(own)))
        assert np.abs(pull).max() < 4
    # far from isotropic: the electron prefers a nu_mu behind it
    flat = np.einsum("n,ni->i", np.repeat(w, 24), first) / np.repeat(w, 24).sum()
    assert np.abs(np.mean(own, axis=0) - flat).max() > 1.0


def test_directions_depend_on_seed_and_number_alone():
    e = spinors.on_shell([10.0, -20.0, 15.0], M_E)
    many, few = sample(e, 1, 9000), sample(e, 1, 100)
    process = find_process("mu -> e nu nu")
    assert np.array_equal(two_neutrinos(many, process)[0][:100], two_neutrinos(few, process)[0])


def test_a_decay_without_neutrinos_is_refused():
    with pytest.raises(InvalidInput, match="has no neutrino pair"):
        squared_amplitude(find_process("mu -> e a"), build_model(), 1)
