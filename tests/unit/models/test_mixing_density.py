"""Mixing density: closed forms against quadrature of many digits, limits in the dimension, towers, draws."""

import math

import mpmath
import numpy as np
import pytest
from scipy.special import k1

from darkfactory.errors import InvalidInput
from darkfactory.models.mixing_density import NORMS, MixingDensity, amplitude

DIMENSIONS = [1.501, 1.7, 2.0, 2.4999999, 2.5, 2.5000001, 2.51, 3.0, 3.49, 3.5, 4.5, 6.0, 7.75]


def _exact(dimension, gap, Y):
    """J_0 by the hypergeometric function with 40 digits."""
    with mpmath.workdps(40):
        a, mu, top = mpmath.mpf(dimension) - mpmath.mpf(5) / 2, mpmath.mpf(gap) ** 2, mpmath.mpf(Y)
        T = top - mu
        return float(T ** (a + 1) / (a + 1) / top * mpmath.hyp2f1(1, 1, a + 2, T / top))


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_moments_in_closed_form(dimension):
    """Also where the hypergeometric function of the usual libraries loses digits, (Y - mu)/mu > 1e9."""
    density = MixingDensity(dimension, 0.5)
    Y = np.array([0.250025, 0.4, 0.74, 0.76, 3.0, 1e3, 1e6, 1e10])
    none, first = density.moments(Y)
    assert none / density.amplitude == pytest.approx([_exact(dimension, 0.5, top) for top in Y], rel=1e-12)
    assert first / density.amplitude == pytest.approx((Y - 0.25) ** (dimension - 1.5) / (dimension - 1.5), rel=1e-13)
    for moment in density.moments(np.array([0.0, 0.1, 0.25])):
        assert (moment == 0).all()


@pytest.mark.parametrize("gap_model", ["shift", "hard"])
@pytest.mark.parametrize("dimension", [d for d in DIMENSIONS if d > 1.6])
def test_integrals_are_those_of_the_moments(gap_model, dimension):
    density = MixingDensity(dimension, 0.7, kappa=1.3, gap_model=gap_model)
    none, first = density.moments(900.0)
    assert density.integral(np.ones_like, 900.0) == pytest.approx(float(none), rel=1e-10)
    assert density.integral(lambda M2: M2, 900.0) == pytest.approx(float(first), rel=1e-10)
    middle = density.integral(np.ones_like, 900.0, lower=30.0)
    assert middle == pytest.approx(float(none - density.moments(30.0)[0]), rel=1e-9)
    # the derivative of J_0 is the density
    Y, step = 50.0, 1e-4
    slope = (density.moments(Y + step)[0] - density.moments(Y - step)[0]) / (2 * step)
    assert float(slope) == pytest.approx(float(density.density(Y)), rel=1e-7)
    assert density.rho(0.48) == 0


def test_no_gap():
    for dimension in (2.6, 3.5, 4.5):
        massless, light = MixingDensity(dimension, 0.0), MixingDensity(dimension, 1e-29)
        assert float(massless.moments(70.0)[0]) == pytest.approx(float(light.moments(70.0)[0]), rel=1e-3)
        kernel = lambda M2: 1 / (1 + M2)  # noqa: E731
        assert massless.integral(kernel, 70.0) == pytest.approx(light.integral(kernel, 70.0), rel=1e-3)
    assert float(MixingDensity(3.5, 0.0).moments(70.0)[0]) == pytest.approx(70 * amplitude(3.5), rel=1e-12)


def test_towards_a_free_fermion():
    """Delta -> 3/2 is one state of unit residue at the gap, in every norm but that without the factor 2 pi^2."""
    exact = MixingDensity(1.5, 2.0)
    near = MixingDensity(1.5000001, 2.0)
    for Y in (3.9, 5.0, 400.0):
        for one, other in zip(exact.moments(Y), near.moments(Y), strict=True):
            assert float(one) == pytest.approx(float(other), abs=2e-6)
    assert exact.total == 0.25
    assert near.total == pytest.approx(0.25, rel=1e-6)
    assert exact.integral(lambda M2: M2**2, 9.0) == 4.0
    assert [NORMS[norm](1.5) for norm in ("free", "gff", "unparticle")] == [1, 1, 1]
    assert NORMS["cft"](1.5) == pytest.approx(2 * math.pi**2)
    assert exact.residue(16.0) == 1.0
    assert MixingDensity(1.501, 3.0).residue(36.0) == pytest.approx(1.00307, abs=1e-5)


def test_a_tower():
    tower = MixingDensity(2.0, 1.0, gap_model="tower", states=((2.0, 0.2), (1.0, 0.5)))
    none, first = tower.moments(np.array([0.9, 2.0, 9.0]))
    assert none == pytest.approx([0, 0.5, 0.55])
    assert first == pytest.approx([0, 0.5, 0.7])
    assert (tower.gap2, tower.total, tower.residue(4.0)) == (1.0, pytest.approx(0.55), 0.5)
    assert tower.integral(lambda M2: M2, 9.0) == pytest.approx(0.7)
    assert tower.integral(lambda M2: M2, 9.0, lower=3.0) == pytest.approx(0.2)
    drawn, weights = tower.draw((np.arange(1100) + 0.5) / 1100, 9.0)
    assert [int(np.sum(drawn == M2)) for M2 in (1.0, 4.0)] == [1000, 100]
    assert weights == pytest.approx(0.55)
    assert set(tower.draw(np.array([0.0, 0.999]), 3.0)[0]) == {1.0}
    assert MixingDensity(2.0, 1.0, 2.0, "tower", tower.states).total == pytest.approx(1.1)


@pytest.mark.parametrize("Y", [1.3, 40.0, 1e6])
@pytest.mark.parametrize(
    ("gap_model", "dimension", "gap"),
    [(m, d, 1.0) for m in ("shift", "hard") for d in (1.501, 1.8, 2.5, 4.5)] + [("shift", 2.7, 0.0)],
)
def test_draws_are_distributed_as_the_mixing(gap_model, dimension, gap, Y):
    """Weighted sums over draws are integrals of dU^2; for one upper end the weights are within a factor of two."""
    density = MixingDensity(dimension, gap, gap_model=gap_model)
    M2, weights = density.draw((np.arange(400_000) + 0.5) / 400_000, Y)
    assert np.all((gap**2 * (1 - 1e-15) <= M2) & (M2 <= Y))
    assert weights.max() <= 2.0000001 * weights.min()
    for below in (0.3, 1.1, 4.0, 1e4):
        part = np.mean(weights * (below > M2))
        assert part == pytest.approx(float(density.moments(min(below, Y))[0]), rel=1e-4, abs=1e-5 * weights.max())
    assert (density.draw(np.full(2, 0.5), np.array([Y, 0.0]))[1] > 0).tolist() == [True, False]


def test_integrals_of_many_ends():
    density = MixingDensity(3.5, 1.0)
    upper = np.array([[0.5, 1.0], [2.0, 400.0]])
    found = density.integral(lambda M2: 1 - M2 / np.maximum(upper, 1.0)[..., None], upper)
    each = [[density.integral(lambda M2, top=top: 1 - M2 / max(top, 1.0), top) for top in row] for row in upper]
    assert found == pytest.approx(np.array(each), rel=1e-13)
    assert (found > 0).tolist() == [[False, False], [True, True]]
    assert density.total == math.inf


def test_kernels_that_close_as_a_root():
    """The integral of sqrt(1 - M^2/s) over a massless continuum is a beta function."""
    for dimension in (2.7, 3.5, 6.0):
        a = dimension - 2.5
        density = MixingDensity(dimension, 0.0)
        found = density.integral(lambda M2: np.sqrt(1 - M2 / 20.0), 20.0)
        assert found == pytest.approx(
            density.amplitude * 20.0**a * math.gamma(a) * math.gamma(1.5) / math.gamma(a + 1.5)
        )


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ((1.4, 1.0), "dimension = 1.4: allowed .1.5, 20.; unitarity"),
        ((math.nan, 1.0), "dimension = nan"),
        ((3.0, -1.0), "gap_gev = -1"),
        ((2.5, 0.0), "IR divergent"),
        ((1.5, 0.0), "IR divergent"),
        ((3.0, 1.0, 0.0), "kappa = 0"),
        ((3.0, 1.0, 1.0, "soft"), "gap_model = 'soft': allowed shift, hard, tower"),
        ((1.5, 1.0, 1.0, "hard"), "dimension = 1.5: allowed above 1.5"),
        ((3.0, 1.0, 1.0, "tower"), "needs at least one"),
        ((3.0, 1.0, 1.0, "tower", ((2.0, 1.0),)), "gap_gev = 1: allowed 2 GeV"),
        ((3.0, 2.0, 1.0, "tower", ((2.0, 0.0),)), "residues of states = 0"),
        ((3.0, 1.0, 1.0, "shift", ((1.0, 1.0),)), "gap_model = tower alone"),
    ],
)
def test_what_cannot_be_is_refused(given, problem):
    with pytest.raises(InvalidInput, match=problem):
        MixingDensity(*given)


@pytest.mark.parametrize(("dimension", "gap"), [(1.7, 1e-15), (2.0, 1e-15), (2.6, 0.0), (3.5, 0.0), (4.5, 0.0)])
def test_kallen_lehmann(dimension, gap):
    """The two-point function at a distance is that of the operator: 1 for every dimension, without a gap."""
    x = 0.8

    def propagator(M2):
        M = np.sqrt(M2)
        return M2 * M * k1(M * x) / x

    found = MixingDensity(dimension, gap).integral(propagator, (200 / x) ** 2)
    assert found * x ** (2 * dimension - 1) == pytest.approx(1, rel=1e-8)


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        (2, 1 / math.pi),
        (2.5, 0.25),
        (3, 0.1061033),
        (3.5, 0.03125),
        (4.5, 1.302083e-3),
        (6, 3.207961e-6),
        (7, 3.240364e-8),
    ],
)
def test_amplitudes_of_the_chapter(dimension, expected):
    assert amplitude(dimension) == pytest.approx(expected, rel=1e-6)


def test_norms_of_the_chapter():
    values = [amplitude(4.5, NORMS[norm](4.5)) for norm in ("gff", "cft", "unparticle")]
    assert values == pytest.approx([3.255208e-4, 6.425524e-3, 2.116214e-8], rel=1e-6)
    assert [MixingDensity(d, 0.7).total for d in (2, 2.3)] == pytest.approx([1.4285714, 1.8753254], rel=1e-6)
    assert [float(MixingDensity(d, 1).moments(100.0)[0] / amplitude(d)) for d in (3.5, 2)] == pytest.approx(
        [94.394830, 2.9412578], rel=1e-8
    )
