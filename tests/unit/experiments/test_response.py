"""Energy response: probabilities, derivatives, and the box of a flying parent."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from darkfactory.errors import InvalidInput
from darkfactory.experiments.detectors.lepton_energy import EnergyResponse

EDGES = np.array([0.8, 0.9, 0.97, 0.99, 1.0, 1.01, 1.1])
X = np.array([0.85, 0.985, 1.0])
CASES = [
    EnergyResponse(0.01),
    EnergyResponse(0.02, power=0.5),
    EnergyResponse(0.01, power=-1.0),
    EnergyResponse(0.05, boost_gamma=2.98, x0=5.7e-4),
]


@pytest.mark.parametrize("response", CASES)
@pytest.mark.parametrize(("scale", "broadening"), [(0.0, 0.0), (0.003, 0.2), (-0.01, -0.3)])
def test_bins_against_quadrature(response, scale, broadening):
    """Gaussian of width r x^p (1 + b) around x (1 + s); a flying parent spreads x over a flat box first."""
    found = response.bin_fractions(EDGES, X, scale, broadening)
    for k, x in enumerate(X):
        sigma = response.resolution * x**response.power * (1 + broadening)
        low, high = (float(end) for end in response.box(x)) if response.boost_gamma > 1 else (x, x)

        def gauss(measured, low=low, high=high, sigma=sigma):
            if high > low:
                ends = [(measured - end * (1 + scale)) / (sigma * math.sqrt(2)) for end in (low, high)]
                return (math.erf(ends[0]) - math.erf(ends[1])) / 2 / ((high - low) * (1 + scale))
            return math.exp(-(((measured - low * (1 + scale)) / sigma) ** 2) / 2) / (sigma * math.sqrt(2 * math.pi))

        expected = [quad(gauss, a, b, epsabs=1e-13, limit=200)[0] for a, b in itertools.pairwise(EDGES)]
        np.testing.assert_allclose(found[:, k], expected, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("response", CASES)
def test_everything_is_measured_somewhere(response):
    total = response.bin_fractions(np.array([-50.0, 0.5, 50.0]), X).sum(axis=0)
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)


@pytest.mark.parametrize("response", CASES)
def test_derivatives_against_differences(response):
    by_scale, by_width = response.derivatives(EDGES, X)

    def slope(h, **shift):
        values = [response.bin_fractions(EDGES, X, **dict.fromkeys(shift, s * h)) for s in (1, -1, 2, -2)]
        return (8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * h)

    np.testing.assert_allclose(by_scale, slope(2e-5, scale=1), rtol=1e-6, atol=1e-7 * np.abs(by_scale).max())
    np.testing.assert_allclose(by_width, slope(1e-3, broadening=1), rtol=1e-6, atol=1e-7 * np.abs(by_width).max())


def test_a_parent_at_rest_is_the_limit_of_a_slow_one():
    slow = EnergyResponse(0.05, boost_gamma=1 + 1e-9, x0=0.0)
    rest = EnergyResponse(0.05)
    # the unit of the measured energy changes by 1 + beta
    found = slow.bin_fractions(EDGES / (1 + slow.boost_beta), X)
    np.testing.assert_allclose(found, rest.bin_fractions(EDGES, X), atol=2e-3)


def test_the_largest_laboratory_energy_is_the_unit():
    for x0 in (0.0, 0.1):
        response = EnergyResponse(0.05, boost_gamma=3.0, x0=x0)
        low, high = response.box(1.0)
        assert high == pytest.approx(1.0)
        assert 0 < low < high


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"resolution": 0.0}, r"detector\.x_resolution = 0: allowed \(0, inf.*one percent"),
        ({"resolution": -0.01}, r"detector\.x_resolution = -0\.01: allowed \(0, inf"),
        ({"resolution": math.nan}, r"detector\.x_resolution = nan"),
        ({"resolution": 0.01, "power": math.inf}, r"detector\.resolution_power = inf"),
        ({"resolution": 0.01, "boost_gamma": 0.5}, r"boost_gamma = 0\.5: allowed \[1, inf"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(InvalidInput, match=message):
        EnergyResponse(**arguments)
