"""Laws of the recast: scaling with F, phases of the couplings, one cone, confidence levels."""

import cmath
import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkfactory.bounds import (
    best_limit,
    cl_factor,
    load_bounds,
)
from darkfactory.errors import InvalidInput, NotInRecord, UnknownName
from darkfactory.processes.muon_decay.scales import (
    CHANNELS,
    branching_ratio_from_scale,
    decay_asymmetry,
    scale_from_branching_ratio,
)
from oracles.inputs import CHIRALITY, MASS_MEV

channels = st.sampled_from(list(CHANNELS))
couplings = st.complex_numbers(min_magnitude=1e-3, max_magnitude=1e3, allow_nan=False)
fractions = st.floats(0, 0.999)
few = settings(max_examples=50)


def mass_of(channel, fraction):
    parent, daughter = CHANNELS[channel]
    return fraction * (MASS_MEV[parent] - MASS_MEV[daughter])


@few
@given(channels, fractions, couplings, couplings, st.floats(1e4, 1e12), st.floats(1e-3, 1e3))
def test_scaling_f_by_lambda_scales_the_branching_ratio_by_its_inverse_square(channel, fraction, C_V, C_A, F, scale):
    mass = mass_of(channel, fraction)
    one = branching_ratio_from_scale(channel, F, mass, C_V, C_A)
    assert branching_ratio_from_scale(channel, scale * F, mass, C_V, C_A) == pytest.approx(one / scale**2, rel=1e-12)
    assert scale_from_branching_ratio(channel, one, mass, C_V, C_A) == pytest.approx(F, rel=1e-12)


@few
@given(channels, fractions, couplings, couplings, st.floats(0, 2 * math.pi), st.floats(1e-3, 1e3))
def test_common_phase_and_size_of_the_couplings_change_nothing(channel, fraction, C_V, C_A, phi, size):
    mass, turn = mass_of(channel, fraction), size * cmath.exp(1j * phi)
    assert branching_ratio_from_scale(channel, 1e9, mass, turn * C_V, turn * C_A) == pytest.approx(
        branching_ratio_from_scale(channel, 1e9, mass, C_V, C_A), rel=1e-12
    )
    assert decay_asymmetry(channel, mass, turn * C_V, turn * C_A) == pytest.approx(
        decay_asymmetry(channel, mass, C_V, C_A), abs=1e-12
    )


@few
@given(couplings, couplings, st.floats(0, 1), st.sampled_from([None, 0.90, 0.95]))
def test_one_cone_limit_times_acceptance_is_constant(C_V, C_A, mass, cl):
    jodidio = load_bounds()["jodidio-1986"]
    limit = jodidio.branching_ratio_limit(mass, C_V, C_A, cl)
    asymmetry = 2 * (C_V * C_A.conjugate()).real / (abs(C_V) ** 2 + abs(C_A) ** 2)  # massless electron
    factor = 1.0 if cl in (None, 0.90) else 1.6448536269514722 / 1.2815515655446004
    tolerance = 1e-9 + 3e-6 / (1 - 0.99 * 0.9875)
    assert limit.branching_ratio * (1 + asymmetry * 0.99 * 0.9875) == pytest.approx(2.6e-6 * factor, rel=tolerance)
    assert limit.F_gev == pytest.approx(
        scale_from_branching_ratio("mu -> e a", limit.branching_ratio, mass, C_V, C_A), rel=1e-12
    )


@few
@given(couplings, couplings, st.floats(0, 2 * math.pi))
def test_limit_does_not_depend_on_a_common_phase(C_V, C_A, phi):
    jodidio, turn = load_bounds()["jodidio-1986"], cmath.exp(1j * phi)
    one = jodidio.branching_ratio_limit(0.5, C_V, C_A)
    other = jodidio.branching_ratio_limit(0.5, turn * C_V, turn * C_A)
    assert other.branching_ratio == pytest.approx(one.branching_ratio, rel=1e-9)
    assert other.F_gev == pytest.approx(one.F_gev, rel=1e-9)


def test_flipping_the_axial_coupling_flips_the_asymmetry_only():
    assert decay_asymmetry("mu -> e a", 95.0, 1.0, 1.0) == pytest.approx(0.99916605, abs=1e-7)
    assert decay_asymmetry("mu -> e a", 95.0, 1.0, -1.0) == pytest.approx(-0.99916605, abs=1e-7)


def test_isotropic_lies_between_the_chiralities():
    jodidio = load_bounds()["jodidio-1986"]
    right, iso, left = (jodidio.branching_ratio_limit(0, *CHIRALITY[c]).branching_ratio for c in ("V+A", "V", "V-A"))
    assert right < iso < left


@few
@given(
    st.sampled_from(["jodidio-1986", "twist-2015", "bilger-1999", "mu3e-online"]),
    st.floats(0.6, 0.99),
    st.floats(0.6, 0.99),
)
def test_limits_grow_with_confidence(name, low, high):
    low, high = sorted((low, high))
    bound = load_bounds()[name]
    mass = bound.limits[0].mass_min
    weak, strong = (bound.branching_ratio_limit(mass, 1.0, 1.0, cl) for cl in (high, low))
    assert weak.branching_ratio >= strong.branching_ratio
    assert weak.F_gev <= strong.F_gev
    published = bound.limits[0].cl
    assert weak.rescaled == (abs(high - published) > 1e-9)
    assert weak.published_cl == published
    assert ("rescaled" in weak.basis) == weak.rescaled


def test_cl_factor_is_the_ratio_of_one_sided_quantiles():
    assert cl_factor(0.95, 0.95) == 1.0
    assert cl_factor(0.90, 0.95) * cl_factor(0.95, 0.90) == pytest.approx(1, rel=1e-14)
    for cl in (0.8, 0.95):  # Phi(z) = cl, from the error function
        z = cl_factor(0.90, cl) * 1.2815515655446004
        assert 0.5 * (1 + math.erf(z / math.sqrt(2))) == pytest.approx(cl, rel=1e-12)


@pytest.mark.parametrize("mass", [105.14737655, 105.6583755, 200.0, 1e300])
def test_closed_channel_is_no_error(mass):
    for bound in load_bounds().values():
        if "mu -> e a" in bound.channels:
            limit = bound.branching_ratio_limit(mass, 1.0, 1.0, 0.95)
            assert (limit.status, limit.branching_ratio, limit.F_gev) == ("closed", math.inf, 0.0)
    assert branching_ratio_from_scale("mu -> e a", 1e9, mass) == 0.0
    assert scale_from_branching_ratio("mu -> e a", 1e-6, mass) == 0.0
    assert decay_asymmetry("mu -> e a", mass, 1.0, 1.0) == 0.0
    assert best_limit("mu -> e a", mass, 1.0, 1.0).status == "closed"


def test_a_result_is_frozen():
    limit = load_bounds()["bilger-1999"].branching_ratio_limit(104.0, 1.0, 0.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        limit.branching_ratio = 0.0


@pytest.mark.parametrize(
    ("arguments", "cl", "message"),
    [
        ((-1.0, 1, 1), None, r"mass = -1: allowed \[0, inf\) MeV"),
        ((math.nan, 1, 1), None, "mass = nan"),
        ((math.inf, 1, 1), None, "mass = inf"),
        (("heavy", 1, 1), None, "mass = 'heavy': not a number"),
        (([0.0, 1.0], 1, 1), None, "mass: one number; .*curve"),
        ((0.0, 0, 0), None, "not both 0"),
        ((0.0, math.nan, 1), None, "C_V and C_A must be finite"),
        ((0.0, 1, math.inf), None, "C_V and C_A must be finite"),
        ((0.0, "left", 1), None, "must be complex numbers"),
        ((0.0, 1, 1), 0.5, r"cl = 0.5: allowed \(0.5, 1\)"),
        ((0.0, 1, 1), 1.0, "cl = 1: allowed"),
        ((0.0, 1, 1), 95, "cl = 95: allowed"),
        ((0.0, 1, 1), math.nan, "cl = nan"),
        ((200.0, 0, 0), None, "not both 0"),  # checked also where the channel is closed
    ],
)
def test_bad_input_is_named(arguments, cl, message):
    for ask in (
        load_bounds()["jodidio-1986"].branching_ratio_limit,
        lambda *all_: best_limit("mu -> e a", *all_),
    ):
        with pytest.raises(InvalidInput, match=message):
            ask(*arguments, cl)


def test_several_problems_stand_in_one_error():
    with pytest.raises(InvalidInput, match=r"(?s)mass = -1.*cl = 2"):
        load_bounds()["jodidio-1986"].branching_ratio_limit(-1, 1, 1, 2)


@pytest.mark.parametrize(("F_gev", "branching_ratio"), [(0.0, 0.0), (-1.0, -1e-6), (math.nan, math.nan)])
def test_scale_and_branching_ratio_must_be_positive(F_gev, branching_ratio):
    with pytest.raises(InvalidInput, match="F_gev"):
        branching_ratio_from_scale("mu -> e a", F_gev)
    with pytest.raises(InvalidInput, match="branching_ratio"):
        scale_from_branching_ratio("mu -> e a", branching_ratio)


def test_extreme_scales_do_not_overflow():
    assert branching_ratio_from_scale("mu -> e a", 1e200) == 0.0
    assert scale_from_branching_ratio("mu -> e a", 1e-300) == pytest.approx(math.sqrt(7.831988e13) * 1e150, rel=1e-6)
    assert scale_from_branching_ratio("mu -> e a", 2.6e-6, 0.0, 1e200, 1e200j) == pytest.approx(5.4884e9, rel=1e-4)


def test_unknown_channel_is_named_with_the_near_ones():
    with pytest.raises(UnknownName, match=r"channel 'mu -> ea' .*did you mean mu -> e a"):
        best_limit("mu -> ea", 0, 1, 1)
    assert best_limit(" mu  -> e a", 0, 1, 1).name == "jodidio-1986"


@pytest.mark.parametrize("mass", [0.5, 1e-3, 12.9])
def test_twist_below_13_mev_answers_for_named_chiralities_only(mass):
    twist = load_bounds()["twist-2015"]
    assert twist.branching_ratio_limit(mass, 1, 1j).branching_ratio == 2.1e-5  # A = 0 by its phase
    assert twist.branching_ratio_limit(mass, 2j, 2j).branching_ratio == 1.0e-5
    with pytest.raises(NotInRecord) as refused:
        twist.branching_ratio_limit(mass, 1.0, 0.5)
    for part in ("twist-2015", "asymmetry A = ", "V+A, A = 1", "V-A, A = -1", "isotropic, A = 0"):
        assert part in str(refused.value)


def test_asymmetry_tolerance_of_named_chiralities():
    twist = load_bounds()["twist-2015"]
    inside, outside = (math.tan(math.asin(a) / 2) for a in (0.99999, 0.995))
    assert twist.branching_ratio_limit(0, 1, inside).branching_ratio == 1.0e-5
    with pytest.raises(NotInRecord, match="asymmetry"):
        twist.branching_ratio_limit(0, 1, outside)
