"""Chapter 03, section 9: laws of the expected limits of the forward-positron search."""

import cmath
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from darkfactory.experiments.detectors.cone import cone_opening
from darkfactory.models import LfvAlp
from support.forward_positron import FREE, NORM_AND_P, SYSTEMATICS, base_setup, formal_limit, limit

FEW = settings(max_examples=12)

couplings = st.complex_numbers(max_magnitude=10, allow_nan=False, allow_infinity=False)
unit = st.floats(0, 1)


def not_both_zero(C_V, C_A):
    assume(abs(C_V) ** 2 + abs(C_A) ** 2 > 1e-6)


WITH_SCALE = {**SYSTEMATICS, "eps": 1e-5}
RISING = {
    "less exposure": [{"n_muons": n} for n in (1e15, 1e14, 1e12)],
    "less polarization": [{"polarization": p} for p in (1.0, 0.97, 0.9, 0.5, 0.0)],
    "less focus": [{"focus": f} for f in (100, 30, 10, 3, 1)],
    "worse resolution": [{"dx": dx} for dx in (0.005, 0.01, 0.015, 0.02)],
    "looser polarization": [{"priors": {**WITH_SCALE, "P": p}} for p in (1e-4, 1e-3, 1e-2, 0.1)],
    "looser scale": [{"priors": {**WITH_SCALE, "eps": e}} for e in (1e-7, 1e-6, 1e-5, 1e-4)],
    "looser width": [{"priors": {**WITH_SCALE, "r": r}} for r in (1e-3, 1e-2, 0.1)],
    "looser norm": [{"priors": {**WITH_SCALE, "norm": n}} for n in (1e-6, 1e-4, 1e-2, FREE)],
    "more nuisances": [{"priors": dict(list(WITH_SCALE.items())[:k])} for k in range(5)],
    "more confidence": [{"cl": cl} for cl in (0.68, 0.9, 0.95, 0.99)],
}


@pytest.mark.parametrize("what", RISING)
def test_limits_rise_with(what):
    limits = [limit(**changes) for changes in RISING[what]]
    assert len(limits) > 2
    assert all(np.diff(limits) >= -1e-9 * np.array(limits[:-1]))
    assert limits[-1] > limits[0]


@pytest.mark.parametrize("chirality", ["V+A", "V", "V-A"])
def test_flipped_data_help_where_the_scale_is_free(chirality):
    priors = {**SYSTEMATICS, "eps": FREE}
    common = {"focus": 100, "priors": priors, "chirality": chirality}
    unflipped = formal_limit(**common)
    for flip in (0.05, 0.1, 0.2, 0.5):
        assert formal_limit(flip=flip, **common) < unflipped


@FEW
@given(polarization=unit, focus=st.floats(1, 300), mass=st.floats(0, 30), C_V=couplings, C_A=couplings)
def test_limit_times_signal_efficiency_is_constant(polarization, focus, mass, C_V, C_A):
    """Statistics only, one cone, fixed mass: limit(A) (1 + A P cbar) does not depend on A."""
    not_both_zero(C_V, C_A)
    setup = base_setup(polarization=polarization, focus=focus, x_low=0.75)
    cbar = 1 - focus * cone_opening(50.0, 1500.0) / 2

    def reduced(vector, axial):
        alp = LfvAlp(C_V=vector, C_A=axial)
        model = setup.binned_model(alp, np.array([mass]), linear=True)
        asymmetry = float(setup.asymmetry(alp, np.array([mass]))[0])
        efficiency = 1 + asymmetry * polarization * cbar
        assume(efficiency > 1e-6)
        return efficiency / math.sqrt(float(np.sum(model.signal[0] ** 2 / model.background[0])))

    assert reduced(C_V, C_A) == pytest.approx(reduced(1.0, 0.0), rel=1e-8, abs=0)


@FEW
@given(polarization=st.floats(0.05, 1), mass=st.floats(0, 30), focus=st.floats(1, 300))
def test_isotropic_lies_between_the_chiralities(polarization, mass, focus):
    common = {"polarization": polarization, "mass": mass, "focus": focus, "x_low": 0.75}
    right, isotropic, left = (limit(chirality=c, **common) for c in ("V+A", "V", "V-A"))
    assert right < isotropic < left
    assert limit(chirality="A", **common) == pytest.approx(isotropic, rel=1e-9, abs=0)


@pytest.mark.parametrize("priors", [None, NORM_AND_P])
def test_profile_limit_falls_with_the_root_of_the_exposure(priors):
    few, many = (limit(n_muons=n, method="profile", priors=priors) for n in (1e15, 1e17))
    # a fixed prior on P makes the fall slower than the root, never faster
    if priors is None:
        assert few / many == pytest.approx(10.0, rel=1e-3, abs=0)
    else:
        assert 1 < few / many < 10.001


def test_profile_tends_to_fisher():
    ratios = [limit(n_muons=n, method="profile") / limit(n_muons=n) for n in (1e9, 1e11, 1e13, 1e15)]
    assert all(np.diff(ratios) < 0)
    assert ratios[-1] == pytest.approx(1.0, abs=1e-4)


@FEW
@given(phase=st.floats(0, 6.28), mass=st.floats(0, 25))
def test_limits_do_not_see_the_phase(phase, mass):
    turn = cmath.exp(1j * phase)
    setup = base_setup(x_low=0.75)
    plain, turned = (
        setup.binned_model(LfvAlp(C_V=f, C_A=0.5 * f), np.array([mass]), linear=True).signal for f in (1.0, turn)
    )
    np.testing.assert_allclose(plain, turned, rtol=1e-10)
