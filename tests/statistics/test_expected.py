"""Expected limits: exact forms, limiting cases, an independent profile, and the laws of a limit."""

import math

import numpy as np
import pytest

from darkfactory.statistics import (
    BinnedModel,
    Chebyshev,
    HistoSys,
    Linear,
    Norm,
    NormSys,
    Nuisance,
    Product,
    Sum,
    asymptotic_limit,
    expected_limit,
    fisher_information,
    z_value,
)
from oracles.profile_scan import profile_limit, statistics_only_limit

X = np.linspace(0.0, 1.0, 40)


def bump(centre, width=0.05):
    return np.exp(-0.5 * ((X - centre) / width) ** 2)


def spectrum(events):
    return events * (1.2 - X) / (1.2 - X).sum()


def systematic_model(events=4e4, prior=0.05, **linear):
    b = spectrum(events)
    templates = [b, b * (X - 0.5), b * np.sin(5 * X)]
    basis = Product((Norm("norm"), Linear(("slope", "wave"))))
    nuisances = [Nuisance("norm", lower=-1.0), Nuisance("slope", prior, **linear), Nuisance("wave", prior)]
    return BinnedModel([bump(0.3) * 100, bump(0.6) * 100], templates, basis, nuisances)


@pytest.mark.parametrize("events", [30.0, 1e4, 4e10])
@pytest.mark.parametrize(("cl", "method"), [(0.90, "profile"), (0.95, "cls")])
def test_no_nuisances_is_the_root_of_the_closed_form(events, cl, method):
    """From less than an event per bin to 1e9 per bin."""
    b, s = spectrum(events), bump(0.4)
    limit = asymptotic_limit(BinnedModel(1e11 * s, b), cl, method).limit[0]
    assert limit * 1e11 == pytest.approx(statistics_only_limit(s, b, z_value(cl, method)), rel=1e-9)


def test_fisher_without_nuisances_is_sum_s2_over_b():
    b, s = spectrum(1e5), bump(0.4)
    found = expected_limit(BinnedModel(s, b), 0.95, "fisher")
    assert found.sigma[0] == pytest.approx(np.sum(s**2 / b) ** -0.5, rel=1e-12)
    assert found.limit[0] == pytest.approx(1.6448536269514722 * found.sigma[0], rel=1e-12)


def test_fisher_with_free_normalisation_is_the_schur_complement():
    b, s = spectrum(1e5), bump(0.4)
    sigma = fisher_information(BinnedModel(s, b, Norm("norm"), [Nuisance("norm")])).sigma[0]
    assert sigma**-2 == pytest.approx(np.sum(s**2 / b) - s.sum() ** 2 / b.sum(), rel=1e-11)


def test_fisher_with_prior_adds_its_square():
    """A Gaussian prior on the normalisation of one bin: sigma^2 = (b + prior^2 b^2) / s^2."""
    sigma = fisher_information(BinnedModel([3.0], [400.0], Norm("norm"), [Nuisance("norm", 0.1)])).sigma[0]
    assert sigma == pytest.approx(math.hypot(20.0, 40.0) / 3.0, rel=1e-12)


def test_impact_and_what_limits():
    model = BinnedModel([3.0], [400.0], Norm("norm"), [Nuisance("norm", 0.1)])
    found = expected_limit(model, 0.90, "fisher")
    assert found.impact[0, 0] == pytest.approx(20.0 / math.hypot(20.0, 40.0), rel=1e-12)
    assert found.limited_by[0] == "norm"
    assert (
        expected_limit(BinnedModel([3.0], [400.0], Norm("norm"), [Nuisance("norm", 0.04)])).limited_by[0]
        == "statistics"
    )


def test_profile_becomes_fisher_for_large_counts():
    ratios = []
    for events in (1e4, 1e6, 1e8, 1e12):
        # the ratio differs from 1 by the inverse root of the events under the bump
        model = systematic_model(events, prior=10.0 / math.sqrt(events))
        ratios.append(expected_limit(model, 0.95, "profile").limit / expected_limit(model, 0.95, "fisher").limit - 1.0)
    sizes = np.abs(ratios).max(axis=1)
    assert sizes[0] > 1e-3
    assert np.all(np.diff(sizes) < 0)
    assert sizes[-1] < 3e-6


@pytest.mark.parametrize("events", [60.0, 5e3])
def test_profile_with_nuisances_against_plain_minimisation(events):
    model = systematic_model(events)
    found = asymptotic_limit(model, 0.95, "profile")
    b, s = spectrum(events), bump(0.6) * 100

    def expectation(mu, theta):
        return mu * s + (1 + theta[0]) * b * (1 + theta[1] * (X - 0.5) + theta[2] * np.sin(5 * X))

    priors, scale = [np.inf, 0.05, 0.05], [0.1, 0.05, 0.05]
    limit, _ = profile_limit(expectation, b, priors, np.array(scale), found.z, found.limit[1])
    assert found.limit[1] == pytest.approx(limit, rel=2e-5)


def test_interpolating_bases_against_plain_minimisation():
    """All bases at once, far from linear: normsys, histosys, a Chebyshev table and a moving signal."""
    b, s = spectrum(300.0), bump(0.5) * 20
    up, down = b * (1 + 0.3 * X), b * (1 - 0.1 * X)
    shift = Chebyshev("shift", 0.5, 10)
    table = [3.0 * np.exp(-2 * (X - t)) for t in shift.nodes]
    basis = Sum((Product((NormSys("lumi", 0.8, 1.3), Sum((Linear(()), HistoSys("tilt"))))), shift))
    nuisances = [Nuisance("lumi", 1.0), Nuisance("tilt", 1.0), Nuisance("shift", 0.2)]
    model = BinnedModel(s, [b, up - b, down - b, *table], basis, nuisances, NormSys("lumi", 0.8, 1.3))
    found = expected_limit(model, 0.95, "profile")

    def factor(t):
        return float(NormSys("lumi", 0.8, 1.3)(np.array([t]))[0])

    def expectation(mu, theta):
        lumi, tilt, move = theta
        u, d = HistoSys("tilt")(np.array([tilt]))
        return factor(lumi) * (mu * s + b + u * (up - b) + d * (down - b)) + 3.0 * np.exp(-2 * (X - move))

    counts = expectation(0.0, np.zeros(3))
    limit, _ = profile_limit(expectation, counts, [1.0, 1.0, 0.2], np.array([1.0, 1.0, 0.2]), found.z, found.limit[0])
    assert found.status[0] == "ok"
    assert found.limit[0] == pytest.approx(limit, rel=2e-5)


def test_bands_of_cls_in_the_gaussian_limit():
    """mu_N = sigma (N + Phi^-1(1 - (1 - CL) Phi(N))): the standard values at 95%."""
    found = expected_limit(BinnedModel([1.0], [1e12]), 0.95, "cls")
    assert found.band[0] / found.sigma[0] == pytest.approx([1.0516, 1.4120, 1.9600, 2.7264, 3.6560], abs=2e-3)


def test_bands_of_the_profile_are_spaced_by_sigma_and_floored():
    found = expected_limit(BinnedModel([1.0], [1e12]), 0.90, "profile")
    assert found.band[0] / found.sigma[0] == pytest.approx([0.0, 0.281552, 1.281552, 2.281552, 3.281552], abs=1e-5)


def test_degenerate_model_is_reported():
    b = spectrum(1e4)
    twice = Sum((Norm("a"), Norm("b")))
    model = BinnedModel(bump(0.5), [b, b], twice, [Nuisance("a"), Nuisance("b")])
    for method in ("fisher", "profile", "cls"):
        found = expected_limit(model, 0.95, method)
        assert found.status[0] == "degenerate"
        assert found.condition[0] > 1e12
        assert np.all(np.isinf(found.band))
        assert math.isinf(found.sigma[0])
    # a prior on either of them mends it
    mended = BinnedModel(bump(0.5), [b, b], twice, [Nuisance("a", 0.1), Nuisance("b")])
    assert expected_limit(mended, 0.95, "profile").status[0] == "ok"


def test_condition_number_of_two_correlated_columns():
    """Scaled matrix [[1, rho], [rho, 1]]: condition (1 + rho) / (1 - rho)."""
    b, s = spectrum(1e5), bump(0.4)
    rho = s.sum() / math.sqrt(np.sum(s**2 / b) * b.sum())
    condition = fisher_information(BinnedModel(s, b, Norm("norm"), [Nuisance("norm")])).condition[0]
    assert condition == pytest.approx((1 + rho) / (1 - rho), rel=1e-10)


def test_closed_hypotheses_do_not_disturb_the_others():
    b = spectrum(1e4)
    found = expected_limit(BinnedModel([bump(0.4), 0 * X, bump(0.6)], b), 0.95, "profile")
    alone = expected_limit(BinnedModel([bump(0.4), bump(0.6)], b), 0.95, "profile")
    assert list(found.status) == ["ok", "closed", "ok"]
    assert math.isinf(found.limit[1])
    assert math.isinf(found.sigma[1])
    assert found.limit[[0, 2]] == pytest.approx(alone.limit, rel=1e-12)


def test_leaving_the_linear_range_is_reported():
    found = expected_limit(systematic_model(4e4, prior=1.0, linear_range=1e-5), 0.95, "profile")
    assert set(found.status) == {"nonlinear"}
    assert np.all(np.isfinite(found.limit))
    assert set(expected_limit(systematic_model(4e4, prior=1.0, linear_range=1e-5), 0.95, "fisher").status) == {
        "nonlinear"
    }


def test_hitting_the_edge_of_a_table_is_reported():
    b, shift = spectrum(1e4), Chebyshev("shift", 0.001, 4)
    table = [np.interp(X - t, X, b) + 40 * t * bump(0.5) for t in shift.nodes]
    found = expected_limit(BinnedModel(bump(0.5), table, shift, [Nuisance("shift", 1.0)]), 0.95, "profile")
    assert found.at_bound[0, 0]
    assert found.status[0] == "nonlinear"


def test_physical_bounds_are_kept_and_flagged():
    b = spectrum(1e4)
    model = BinnedModel(b * (1 - X), [b, -b * (1 - X)], nuisances=[Nuisance("dP", 1.0, upper=1e-3)])
    found = expected_limit(model, 0.95, "profile")
    assert found.at_bound[0, 0]
    assert found.theta[0, 0] == pytest.approx(1e-3)
    free = expected_limit(BinnedModel(b * (1 - X), [b, -b * (1 - X)], nuisances=[Nuisance("dP", 1.0)]), 0.95, "profile")
    assert found.limit[0] < free.limit[0]


def test_a_signal_bin_without_background():
    """The profile is 2 mu s = z^2; the Gaussian form does not exist."""
    model = BinnedModel([[4.0, 0.0]], [[0.0, 10.0]])
    assert asymptotic_limit(model, 0.95, "cls").limit[0] == pytest.approx(1.959964**2 / 8.0, rel=1e-6)
    fisher = asymptotic_limit(model, 0.95, "fisher")
    assert fisher.status[0] == "nonlinear"
    assert math.isinf(fisher.limit[0])
    assert fisher.effective_background[0] == 0.0


def test_effective_background_of_one_bin_is_its_content():
    assert fisher_information(BinnedModel([[3.0, 0.0]], [[20.0, 500.0]])).effective_background[0] == pytest.approx(20.0)


def test_empty_bins_and_order_of_bins_and_hypotheses_do_not_matter():
    model = systematic_model(500.0)
    limit = expected_limit(model, 0.95, "cls").band
    order = np.random.default_rng(3).permutation(len(X))
    shuffled = BinnedModel(model.signal[::-1][:, order], model.templates[:, order], model.basis, model.nuisances)
    assert expected_limit(shuffled, 0.95, "cls").band[::-1] == pytest.approx(limit, rel=1e-9)
    padded = [np.pad(array, ((0, 0), (2, 1))) for array in (model.signal, model.templates)]
    assert expected_limit(BinnedModel(*padded, model.basis, model.nuisances), 0.95, "cls").band == pytest.approx(
        limit, rel=1e-9
    )


def test_templates_of_each_hypothesis():
    model = systematic_model(500.0)
    stacked = np.stack([model.templates, 2.0 * model.templates])
    each = BinnedModel(model.signal, stacked, model.basis, model.nuisances)
    found = expected_limit(each, 0.95, "profile").limit
    one, two = (
        expected_limit(BinnedModel(model.signal[i], stacked[i], model.basis, model.nuisances), 0.95, "profile").limit[0]
        for i in (0, 1)
    )
    assert found == pytest.approx([one, two], rel=1e-9)


def test_scale_of_the_parameter_of_interest_does_not_matter():
    model = systematic_model(500.0)
    tiny = BinnedModel(1e14 * model.signal, model.templates, model.basis, model.nuisances)
    ratio = expected_limit(tiny, 0.95, "cls").band * 1e14 / expected_limit(model, 0.95, "cls").band
    assert ratio == pytest.approx(1.0, rel=1e-8)


def test_limit_falls_like_the_root_of_the_exposure_with_background():
    def limit(exposure):
        model = systematic_model(1e7 * exposure, prior=np.inf)
        return expected_limit(BinnedModel(exposure * model.signal, model.templates, model.basis, model.nuisances)).limit

    assert limit(100.0) / limit(1.0) == pytest.approx(0.1, rel=2e-3)


def test_twelve_digits_of_counts():
    """q is right to 1e-6 at 1e12 counts per bin: the limit agrees with Fisher, whose arithmetic is another."""
    b = np.full(40, 1e12)
    model = BinnedModel(bump(0.5) * 1e12, [b, b * (X - 0.5)], nuisances=[Nuisance("slope")])
    profile, fisher = (expected_limit(model, 0.95, method).limit[0] for method in ("profile", "fisher"))
    assert profile == pytest.approx(fisher, rel=2e-6)
