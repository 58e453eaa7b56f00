"""Bases: pyhf's interpolations, exact tables, combination, and the same numbers under NumPy and JAX."""

import numpy as np
import pytest
from pyhf.interpolators import code4, code4p

from darkfactory.backend import jax
from darkfactory.errors import InvalidInput
from darkfactory.statistics import Chebyshev, HistoSys, Linear, Norm, NormSys, Nuisance, Product, Sum

ALPHAS = [-3.0, -1.0, -0.999, -0.3, 0.0, 0.4, 1.0, 2.5]

EVERY = Sum(
    (
        Product(
            (Norm("n"), NormSys("k", 0.8, 1.1), Sum((Linear(()), HistoSys("h"), Linear(("a", "n"), constant=False))))
        ),
        Product((Chebyshev("c", 0.5, 4), Linear(("a",)))),
    )
)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize(("low", "high"), [(0.9, 1.1), (0.7, 1.1), (1.2, 0.9)])
def test_normsys_is_code4(alpha, low, high):
    expected = code4([[[[low], [1.0], [high]]]])(np.array([[alpha]]))[0][0][0][0]
    assert NormSys("k", low, high)(np.array([alpha]))[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_histosys_is_code4p(alpha):
    low, nominal, high = 80.0, 100.0, 109.0
    expected = code4p([[[[low], [nominal], [high]]]])(np.array([[alpha]]))[0][0][0][0]
    up, down = HistoSys("h")(np.array([alpha]))
    assert up * (high - nominal) + down * (low - nominal) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("t", [-0.4, 0.0, 0.03, 0.4])
def test_chebyshev_is_exact_for_polynomials_of_its_degree(t):
    basis = Chebyshev("c", 0.4, 6)
    table = 3 - basis.nodes + 5 * basis.nodes**6
    assert basis(np.array([t])) @ table == pytest.approx(3 - t + 5 * t**6, rel=1e-14)


def test_chebyshev_converges_to_a_smeared_edge():
    """A convolution shifted by a tenth of its width: 1e-9 by degree 8."""
    from scipy.special import ndtr

    x, basis = np.linspace(-3, 3, 50), Chebyshev("eps", 0.1, 8)
    table = np.array([ndtr(x - node) for node in basis.nodes])
    for t in np.linspace(-0.1, 0.1, 7):
        assert np.abs(basis(np.array([t])) @ table - ndtr(x - t)).max() < 1e-11


def test_nominal_is_a_node_with_weight_one():
    weights = Chebyshev("c", 2e-4, 8)(np.zeros(1))
    assert weights == pytest.approx([0, 0, 0, 0, 1, 0, 0, 0, 0], abs=1e-15)


def test_products_of_two_tables_follow_itertools_product():
    from itertools import product

    one, two = Chebyshev("a", 0.2, 4), Chebyshev("b", 0.3, 6)
    table = [np.exp(a) * np.cos(b) + a * b for a, b in product(one.nodes, two.nodes)]
    weights = Product((one, two))(np.array([0.11, -0.07]))
    assert weights @ table == pytest.approx(np.exp(0.11) * np.cos(-0.07) - 0.0077, rel=1e-6)


def test_jacobian_is_that_of_jax():
    theta = np.array([0.1, -0.3, 0.7, 0.2, -0.25])
    assert EVERY.names == ("n", "k", "h", "a", "c")
    exact = jax().jit(jax().jacfwd(EVERY))
    for point in (theta, 3.0 * theta):
        assert EVERY.jacobian(point) == pytest.approx(np.asarray(exact(point)), abs=1e-12)


def test_derivatives_are_finite_at_nominal():
    assert np.all(np.isfinite(EVERY.jacobian(np.zeros(5))))
    assert np.all(np.isfinite(jax().jit(jax().hessian(lambda t: EVERY(t).sum()))(np.zeros(5))))


def test_jax_and_numpy_give_the_same_weights():
    for theta in (np.zeros(5), np.array([0.2, 1.7, -2.3, 0.4, 0.1])):
        assert np.asarray(jax().jit(EVERY)(theta)) == pytest.approx(EVERY(theta), rel=1e-13, abs=1e-15)


def test_bases_are_hashable_and_equal_by_value():
    assert Product((Norm("n"), Linear(("a",)))) == Product([Norm("n"), Linear(["a"])])
    assert len({Norm("n"), Norm("n"), Norm("m")}) == 2


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Nuisance("n", prior=0.0), "prior of nuisance 'n' = 0"),
        (lambda: Nuisance("n", prior=float("nan")), "prior"),
        (lambda: Nuisance("n", lower=0.1), "must contain 0"),
        (lambda: Nuisance("", prior=1.0), "give it a name"),
        (lambda: Nuisance("n", linear_range=-1.0), "linear_range"),
        (lambda: NormSys("n", -0.1, 1.1), "low of 'n' = -0.1"),
        (lambda: Chebyshev("c", 0.0, 4), "half_range of 'c' = 0"),
        (lambda: Chebyshev("c", 1.0, 3), "degree of 'c' = 3"),
    ],
)
def test_bad_input_names_the_quantity(build, words):
    with pytest.raises(InvalidInput, match=words):
        build()
