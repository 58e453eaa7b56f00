"""Width and asymmetry of l_i -> l_j a against explicit gamma-matrix traces."""

import math

import numpy as np
import pytest

from darkfactory.amplitudes import two_body_alp
from darkfactory.backend import jax
from darkfactory.constants import LEPTON_MASS, M_E, M_MU
from oracles import gamma_traces

PAIRS = [("mu", "e"), ("tau", "e"), ("tau", "mu")]
COUPLINGS = [(1.0, 1.0), (1.0, -1.0), (1.0, 0.0), (0.0, 1.0), (0.7, 0.2 + 0.9j), (-0.3j, 1.1 - 0.4j)]


@pytest.mark.parametrize(("parent", "daughter"), PAIRS)
@pytest.mark.parametrize(("C_V", "C_A"), COUPLINGS)
@pytest.mark.parametrize("fraction", [0.0, 0.4, 0.9, 0.999])
def test_width_and_asymmetry_against_traces(parent, daughter, C_V, C_A, fraction):
    m_i, m_j = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    mass = fraction * (m_i - m_j)
    common = {"c_v": C_V, "c_a": C_A, "f_a_mev": 1e10, "parent": parent, "daughter": daughter, "alp_mass": mass}
    expected = gamma_traces.width(**common)
    assert two_body_alp.width(m_i, m_j, mass, C_V, C_A, 1e10) == pytest.approx(expected, rel=1e-9, abs=0)
    # with respect to the spin: +A for l-, -A for l+
    for charge in (-1, 1):
        slope = gamma_traces.spin_asymmetry(**common, charge=charge)
        assert two_body_alp.asymmetry(m_i, m_j, mass, C_V, C_A) == pytest.approx(-charge * slope, abs=1e-9)


def test_forward_backward_at_full_polarization():
    """Right-handed leptons: l+ goes along the beam of a surface mu+ (against its spin), both helicities."""
    for chirality, sign in (("V+A", 1), ("V-A", -1)):
        couplings = {"V+A": (1.0, 1.0), "V-A": (1.0, -1.0)}[chirality]
        assert two_body_alp.asymmetry(M_MU, M_E, 0.0, *couplings) == pytest.approx(sign, abs=1e-12)
        assert gamma_traces.beam_asymmetry(chirality) == pytest.approx(sign, abs=1e-9)


def test_real_and_imaginary_parts_enter_by_their_size_only():
    real = two_body_alp.width(M_MU, M_E, 30.0, 1.0, 1.0, 1.0)
    assert two_body_alp.width(M_MU, M_E, 30.0, 1.0, 1j, 1.0) == pytest.approx(real, rel=1e-14, abs=0)
    # but their relative phase takes the interference away
    assert two_body_alp.asymmetry(M_MU, M_E, 30.0, 1.0, 1j) == pytest.approx(0.0, abs=1e-15)


def test_arrays_broadcast_and_closed_rows_are_zero():
    masses = np.array([0.0, 50.0, M_MU - M_E, 200.0])
    width = two_body_alp.width(M_MU, M_E, masses, np.array([[1.0], [0.0]]), 1.0, 1.0)
    assert width.shape == (2, 4)
    assert np.all(width[:, :2] > 0)
    assert np.all(width[:, 2:] == 0)
    assert two_body_alp.asymmetry(M_MU, M_E, masses, 1.0, 1.0)[2:].tolist() == [0.0, 0.0]
    assert np.all(np.isfinite(width))


def test_partial_waves_at_threshold():
    """Vector: s wave, ~ p. Axial: p wave, ~ p^3."""
    distances = np.array([1e-6, 1e-8])
    masses = (M_MU - M_E) * (1 - distances)
    vector, axial = (two_body_alp.width(M_MU, M_E, masses, *c, 1.0) for c in ((1.0, 0.0), (0.0, 1.0)))
    assert math.log10(vector[0] / vector[1]) == pytest.approx(1.0, abs=1e-3)
    assert math.log10(axial[0] / axial[1]) == pytest.approx(3.0, abs=1e-3)


def test_jax_agrees_with_numpy():
    masses = np.linspace(0, 110, 23)
    for function in (two_body_alp.width, two_body_alp.asymmetry):
        extra = (1e10,) if function is two_body_alp.width else ()
        traced = jax().jit(lambda m, f=function, e=extra: f(M_MU, M_E, m, 1.0 + 0.3j, 0.4, *e))(masses)
        expected = function(M_MU, M_E, masses, 1.0 + 0.3j, 0.4, *extra)
        np.testing.assert_allclose(traced, expected, rtol=1e-12, atol=0)
