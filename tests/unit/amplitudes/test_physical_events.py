"""Bad input is named with its worst violation."""

import numpy as np
import pytest

from darkfactory.constants import M_E
from darkfactory.errors import InvalidInput
from darkfactory.kinematics.lorentz import four_vector
from oracles.physical_events import require_finite_rate, require_physical, require_spin

K = four_vector(M_E, [[10.0, 5.0, -20.0], [1.0, 2.0, 3.0]])
Q = four_vector(0.0, [[-6.0, 7.0, 11.0], [1.0, 2.0, 3.0]])
MASSES = {"k": M_E, "q": 0.0}


def test_good_points_pass(points):
    require_physical({"k": K, "q": Q}, MASSES)
    k, q = points([M_E, 0.0], heavy=30.0)
    require_physical({"k": k, "q": q}, MASSES, heavy_mass=30.0)


@pytest.mark.parametrize(
    ("momenta", "text"),
    [
        (
            {"k": K + [0.1, 0, 0, 0] * np.array([[0], [1]]), "q": Q},
            r"k: p\^2 = .* at point 1, allowed m\^2 = 0.2611",
        ),
        ({"k": four_vector(M_E, [52.0, 0, 0]), "q": four_vector(0.0, [50.0, 0, 0])}, r"invisible system: q\^2 = -"),
        ({"k": K * np.nan, "q": Q}, "momentum k = nan"),
        ({"k": K[..., :3], "q": Q}, r"k: last axis has \(3,\) entries"),
        ({"k": -K, "q": Q}, "energy of k = "),
    ],
)
def test_bad_points_are_named(momenta, text):
    with pytest.raises(InvalidInput, match=text):
        require_physical(momenta, MASSES)


def test_wrong_alp_mass_is_named(points):
    k, q = points([M_E, 0.0], heavy=30.0)
    with pytest.raises(ValueError, match="allowed 961 MeV"):
        require_physical({"k": k, "q": q}, MASSES, heavy_mass=31.0)


@pytest.mark.parametrize(
    ("polarization", "charge", "text"),
    [((0, 0, 1.2), 1, "length"), ((0, 0, 0.5), 2, "charge = 2"), ((0, 0.5), 1, "shape"), ((0, 0, np.nan), 1, "nan")],
)
def test_bad_spin(polarization, charge, text):
    with pytest.raises(InvalidInput, match=text):
        require_spin(polarization, charge)


def test_massless_vectors():
    require_finite_rate(0.0, 0.3, 0.0, 0.3, 0.0)
    require_finite_rate(1.0, 0.3, 0.2, 0.1, 0.0)
    for couplings in ((0.3, 0.1, 0.3, 0.0), (0.3, 0.0, 0.2, 0.0)):
        with pytest.raises(InvalidInput, match="mass = 0"):
            require_finite_rate(0.0, *couplings)
    with pytest.raises(InvalidInput, match="mass = -1"):
        require_finite_rate(-1.0, 0, 0, 0, 0)
