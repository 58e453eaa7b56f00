"""Nodes and weights of Gauss and Legendre: polynomials are exact, from whichever matrix they come."""

import numpy as np
import pytest

from darkfactory.numerics.quadrature import DENSE, panels, tensor_points, unit_legendre


@pytest.mark.parametrize("n", [1, 2, 16, DENSE, DENSE + 1, 200, 400])
def test_polynomials_up_to_twice_the_nodes_are_exact(n):
    """Legendre polynomials of degree up to 2 n - 1 have the integral 0, but for the first."""
    node, weight = unit_legendre(n)
    moments = weight @ np.polynomial.legendre.legvander(2 * node - 1, 2 * n - 1)
    assert moments == pytest.approx(np.eye(1, 2 * n)[0], abs=1e-11)
    assert np.all((node > 0) & (node < 1) & (weight > 0))
    assert np.all(np.diff(node) > 0)
    # the nodes are the zeros of that of degree n
    square = weight @ np.polynomial.legendre.legvander(2 * node - 1, n)[:, n] ** 2
    assert square == pytest.approx(0.0, abs=1e-11)


def test_panels_and_breaks_keep_the_integral():
    node, weight = panels(7)
    assert weight @ node**9 == pytest.approx(0.1, rel=1e-12)
    points = tensor_points((300, 6), (0.3, None))
    kink = np.abs(points.axes[0] - 0.3) * points.axes[1] ** 2
    assert float(np.sum(points.weight * kink)) == pytest.approx((0.3**2 + 0.7**2) / 6, rel=1e-12)
