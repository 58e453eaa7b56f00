"""Joint likelihoods of bins: against scipy, and the laws of identical experiments."""

import math

import numpy as np
import pyhf
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.statistics import (
    BinnedModel,
    Linear,
    Norm,
    NormSys,
    Nuisance,
    Product,
    Sum,
    expected_limit,
    observed_limit,
    pyhf_scale,
    to_pyhf,
    z_value,
)
from darkfactory.statistics.combination import gaussian_term, joint_model
from darkfactory.statistics.fisher import correlations
from oracles.joint_likelihood import profile_limit

SIGNAL = np.array([[1.0, 6.0, 2.0]])
FLAT, TILT = np.array([120.0, 110.0, 100.0]), np.array([6.0, 0.0, -6.0])


def first():
    """A free norm and a tilt."""
    return BinnedModel(
        SIGNAL,
        np.stack([FLAT, TILT]),
        Product((Norm("norm"), Linear(("tilt",)))),
        [Nuisance("norm"), Nuisance("tilt", 1.0)],
    )


def second():
    """Two bins with a log-normal efficiency of the background, and the same tilt the other way."""
    basis = Sum((NormSys("efficiency", 0.9, 1.1), Linear(("tilt",), constant=False)))
    return BinnedModel(
        [[8.0, 3.0]], [[70.0, 90.0], [-9.0, 4.0]], basis, [Nuisance("efficiency", 1.0), Nuisance("tilt", 1.0)]
    )


def counts(tilt_of_second):
    """Expected counts of both, written out."""

    def one(mu, nuisances):
        return mu * SIGNAL[0] + (1 + nuisances["norm"]) * (FLAT + nuisances["first tilt"] * TILT)

    def other(mu, nuisances):
        t = nuisances["efficiency"]
        # the polynomial between one standard deviation down and up is fixed by six values: pyhf's, solved here again
        powers = np.array([[1.0, 1, 1, 1, 1, 1], [-1, 1, -1, 1, -1, 1], [1, 2, 3, 4, 5, 6], [1, -2, 3, -4, 5, -6]])
        powers = np.vstack([powers, [[0, 2, 6, 12, 20, 30], [0, 2, -6, 12, -20, 30]]])
        up, down = math.log(1.1), math.log(0.9)
        ends = [0.1, -0.1, 1.1 * up, -0.9 * down, 1.1 * up**2, 0.9 * down**2]
        a = np.linalg.solve(powers, ends)
        factor = 1 + sum(a[i] * t ** (i + 1) for i in range(6)) if abs(t) < 1 else (1.1**t if t > 0 else 0.9**-t)
        return (
            2.0 * mu * np.array([8.0, 3.0])
            + factor * np.array([70.0, 90.0])
            + nuisances[tilt_of_second] * np.array([-9.0, 4.0])
        )

    return [one, other]


@pytest.mark.parametrize("shared", [(), ("tilt",)])
@pytest.mark.parametrize("method", ["profile", "cls"])
def test_joint_limit_against_scipy(shared, method):
    joint = joint_model([first(), second()], [[1.0], [2.0]], ["a", "b"], shared)
    priors = {"norm": math.inf, "first tilt": 1.0, "efficiency": 1.0} | ({} if shared else {"second tilt": 1.0})
    wanted = profile_limit(counts("first tilt" if shared else "second tilt"), priors, z_value(0.90, method))
    assert expected_limit(joint, 0.90, method).limit[0] == pytest.approx(wanted, rel=2e-5)


def test_bins_stand_side_by_side_and_names_tell_apart():
    joint = joint_model([first(), second()], [[1.0], [2.0]], ["a", "b"], {"tilt"})
    assert joint.names == ("a/norm", "tilt", "b/efficiency")
    found = joint.expectation(3.0, [0.1, 0.5, -1.0])
    wanted = [first().expectation(3.0, [0.1, 0.5]), second().expectation(6.0, [-1.0, 0.5])]
    assert found == pytest.approx(np.concatenate(wanted, axis=1), rel=1e-14)


def test_templates_of_every_mass_are_combined_with_common_ones():
    many = BinnedModel([[1.0], [2.0]], [[[10.0]], [[20.0]]])
    joint = joint_model([many, BinnedModel([[5.0], [7.0]], [[30.0]])], [[1.0, 1.0], [1.0, 0.5]], ["a", "b"])
    assert joint.expectation(1.0).tolist() == [[11.0, 35.0], [22.0, 33.5]]


def test_a_shared_nuisance_has_one_prior_and_the_bounds_of_both():
    narrow = BinnedModel([[1.0]], [[100.0], [1.0]], nuisances=[Nuisance("tilt", 0.5)])
    with pytest.raises(InvalidInput, match=r"share tilt: its prior is 1 in a and 0\.5 in b"):
        joint_model([first(), narrow], [[1.0], [1.0]], ["a", "b"], {"tilt"})
    ends = [Nuisance("tilt", 1.0, lower=-1.0, upper=3.0), Nuisance("tilt", 1.0, lower=-2.0, upper=2.0)]
    models = [BinnedModel([[1.0]], [[100.0], [1.0]], nuisances=[end]) for end in ends]
    (both,) = joint_model(models, [[1.0], [1.0]], ["a", "b"], {"tilt"}).nuisances
    assert (both.lower, both.upper) == (-1.0, 2.0)


def test_uncertain_signals_must_be_common():
    sure = BinnedModel([[1.0]], [[100.0]])
    lumi = BinnedModel([[1.0]], [[100.0]], Linear(()), [Nuisance("lumi", 1.0)], NormSys("lumi", 0.9, 1.1))
    with pytest.raises(InvalidInput, match="uncertainties of the signal"):
        joint_model([sure, lumi], [[1.0], [1.0]], ["a", "b"])
    assert joint_model([lumi, lumi], [[1.0], [1.0]], ["a", "b"], {"lumi"}).names == ("lumi",)


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize("method", ["profile", "cls", "fisher"])
def test_identical_experiments_of_statistics_alone(number, method):
    """As 1/sqrt(N) with background, as 1/N without."""
    for background, power in ((1e6, 0.5), (0.0, 1.0)):
        one = BinnedModel([[50.0, 200.0]], [[background, 2 * background]])
        joint = joint_model([one] * number, [[1.0]] * number, [str(n) for n in range(number)])
        gain = expected_limit(one, 0.95, method).limit[0] / expected_limit(joint, 0.95, method).limit[0]
        assert gain == pytest.approx(number**power, rel=1e-3)


def test_a_measured_nuisance_of_one_helps_the_other_if_it_is_shared():
    blind = BinnedModel([[10.0]], [[100.0]], Norm("norm"), [Nuisance("norm")])
    control = BinnedModel([[0.0]], [[1e6]], Norm("norm"), [Nuisance("norm")])
    assert expected_limit(joint_model([blind, control], [[1.0]] * 2, "ab"), 0.90).status[0] == "degenerate"
    found = expected_limit(joint_model([blind, control], [[1.0]] * 2, "ab", {"norm"}), 0.90, "fisher")
    assert found.limit[0] == pytest.approx(z_value(0.90, "fisher") * math.sqrt(100 * (1 + 1e-4)) / 10, rel=1e-9)


def test_correlations_are_those_of_the_inverse_fisher_matrix():
    joint = joint_model([first(), second()], [[1.0], [2.0]], ["a", "b"], {"tilt"})
    step, at = 1e-5, np.zeros(4)

    def expected(values):
        return joint.expectation(values[0], values[1:])[0]

    slopes = np.stack([(expected(at + step * e) - expected(at - step * e)) / (2 * step) for e in np.eye(4)])
    information = slopes / expected(at) @ slopes.T + np.diag([0.0, 0.0, 1.0, 1.0])
    covariance = np.linalg.inv(information)
    width = np.sqrt(np.diag(covariance))
    assert correlations(joint)[0] == pytest.approx(covariance / np.outer(width, width), abs=1e-7)


@pytest.mark.parametrize(("best_fit", "error"), [(0.0, 1e-6), (3e-6, 2e-6), (-1e-6, 1e-6)])
def test_a_gaussian_term_is_a_gaussian(best_fit, error):
    model, data = gaussian_term(best_fit, error)
    z = z_value(0.90, "profile")
    assert expected_limit(model, 0.90).limit[0] == pytest.approx(z * error, rel=1e-4)
    assert observed_limit(model, data, 0.90, "profile").limit[0] == pytest.approx(best_fit + z * error, rel=2e-4)


@pytest.mark.filterwarnings("ignore")
def test_pyhf_on_the_combined_export():
    """CLs falls by about 3.5% per percent of the limit."""
    other = BinnedModel([[8.0, 3.0]], [[70.0, 90.0], [-9.0, 4.0]], nuisances=[Nuisance("tilt", 1.0)])
    joint = joint_model([first(), other], [[1.0], [2.0]], ["a", "b"], {"tilt"})
    limit = expected_limit(joint, 0.95, "cls").limit[0]
    workspace = pyhf.Workspace(to_pyhf(joint))
    model = workspace.model()
    found = pyhf.infer.hypotest(limit / pyhf_scale(joint), workspace.data(model), model, return_expected=True)[1]
    assert float(found) == pytest.approx(0.05, rel=0.02)
