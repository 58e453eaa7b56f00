"""Chapter 06, section 8: the rows of mixing, lightest state and decays, and the columns of Z, h and W of its table of reaches."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from darkfactory.amplitudes.continuum_decays import DECAYS, MEASURED
from darkfactory.models import build_model
from darkfactory.models.heavy_neutrino import open_channels

ALLOWED = {"Z -> nu X": 0.01228, "h -> nu X": 0.107 / 0.893, "W -> l X": 0.01, "K -> l X": 1e-6 / 0.6356}
DIMENSIONS = (2, 3, 3.5, 4, 4.5, 5.5, 6, 7)
REACH = {
    "Z -> nu X": (4.86e6, 375.6, 148.0, 86.0, 59.5, 36.6, 30.7, 23.4),
    "h -> nu X": (2.2e5, 545.5, 239.2, 141.4, 97.4, 58.6, 48.7, 36.4),
    "W -> l X": (2.97e6, 305.6, 123.0, 72.3, 50.4, 31.3, 26.4, 20.1),
}
TRUNCATED = {
    "Z -> nu X": {3: 376, 3.5: 148, 4: 85.9, 4.5: 48.2, 5: 19.4, 5.5: 6.29, 6: 0},
    "h -> nu X": {3: 545, 3.5: 239, 4: 141, 4.5: 83.6, 5: 0, 5.5: 0},
}


def model(dimension, gap=1.0, **more):
    return build_model("composite-neutrino", {"dimension": dimension, "gap_gev": gap, **more})


def per_insertion(name, dimension, gap, flavor="mu"):
    one = model(dimension, gap, flavor=flavor)
    return float(DECAYS[name](flavor).ratio(one) / one.insertion())


def reach(name, dimension, gap=1.0):
    """Largest Lambda whose rate is at its limit."""
    return float(model(dimension, gap).cutoff_from(ALLOWED[name] / per_insertion(name, dimension, gap)))


def truncated_reach(name, dimension):
    """The same of states of M < Lambda alone: the largest root on a grid; 0 without one."""
    decay, one = DECAYS[name]("mu"), model(dimension, mcut_gev="cutoff")
    scales = np.geomspace(1.2, 2000, 241)
    excess = np.log(np.maximum(decay.ratio(one, scales), 1e-300) / ALLOWED[name])
    falls = np.flatnonzero((excess[:-1] > 0) & (excess[1:] <= 0))
    if not len(falls):
        return 0.0
    at = falls[-1]
    return brentq(lambda x: math.log(decay.ratio(one, x) / ALLOWED[name]), scales[at], scales[at + 1])


@pytest.mark.parametrize(
    ("dimension", "gap", "expected", "tolerance"),
    [
        (3, 1, 21.4539, 1e-4),
        (3.5, 1, 194.344, 1e-4),
        (4.5, 1, 17989.6, 1e-4),
        (6, 1, 9.84800e6, 1e-4),
        (3.5, 1e-6, 194.88699, 1e-5),
        (4.5, 1e-6, 18005.779, 1e-5),
    ],
)
def test_width_of_the_z(dimension, gap, expected, tolerance):
    assert per_insertion("Z -> nu X", dimension, gap) == pytest.approx(expected, rel=tolerance)
    one = model(dimension, gap)
    assert one.delta_n_nu / one.insertion() == pytest.approx(expected, rel=tolerance)


def test_width_of_the_z_without_a_gap_in_closed_form():
    for dimension in (2.8, 3.5, 4.5, 6):
        a, one = dimension - 2.5, model(dimension, 0.0)
        closed = 2 * one.mixing.amplitude * 91.1876 ** (2 * a) * (1 / a - 1.5 / (a + 1) + 0.5 / (a + 3))
        assert one.delta_n_nu / one.insertion() == pytest.approx(closed, rel=1e-10)


def test_complete_and_emission():
    found = [
        model(4.5, cutoff_gev=10, mcut_gev="cutoff", unitarity=unitarity).delta_n_nu
        for unitarity in ("complete", "emission")
    ]
    assert found == pytest.approx([-4.6055e-3, 0.37478], rel=1e-3)


def test_other_decays():
    assert [per_insertion("W -> l X", d, 1.0) for d in (3.5, 4.5)] == pytest.approx([75.4448, 5428.28], rel=1e-4)
    width = [DECAYS["h -> nu X"]("mu").ratio(model(d)) * MEASURED["h"].value * 100.0 ** (2 * d - 3) for d in (3.5, 4.5)]
    assert width == pytest.approx([1.596529e6, 4.174009e8], rel=1e-4)
    found = [
        per_insertion(name, 4.5, 0.1, flavor)
        for name, flavor in (("K -> l X", "mu"), ("D_s -> l X", "mu"), ("B -> l X", "tau"))
    ]
    assert found == pytest.approx([3.3224e-5, 0.21965, 0.15973], rel=5e-4)


def test_lightest_state():
    widths = [sum(open_channels(mass, "mu").values()) for mass in (0.3, 0.9, 3.0)]
    assert widths == pytest.approx([14.985, 5.746, 7.641], rel=1e-2)
    points = {(1, 4.5, 12): 10.10, (3, 4.5, 60): 7.541, (3, 7, 4.3): 0.0292}
    for (gap, dimension, cutoff), metres in points.items():
        assert model(dimension, gap, cutoff_gev=cutoff).ctau_mm == pytest.approx(1e3 * metres, rel=1e-2)
    assert model(7, 1, cutoff_gev=4.3).ctau_mm == pytest.approx(1.5e8, rel=2e-2)
    assert model(1.501, 3).residue == pytest.approx(1.00307, rel=1e-5)


@pytest.mark.parametrize("name", REACH)
def test_reach_of_a_decay(name):
    """Tolerances of the chapter: 0.7%, 3% at Delta = 2."""
    found = [reach(name, dimension) for dimension in DIMENSIONS]
    assert found[0] == pytest.approx(REACH[name][0], rel=0.03)
    assert found[1:] == pytest.approx(REACH[name][1:], rel=0.007)


@pytest.mark.parametrize("name", TRUNCATED)
def test_reach_of_a_decay_within_the_effective_theory(name):
    found = {dimension: truncated_reach(name, dimension) for dimension in TRUNCATED[name]}
    assert found == pytest.approx(TRUNCATED[name], rel=0.01)


def test_reach_of_kaons():
    found = [reach("K -> l X", dimension, 0.1) for dimension in (3, 3.5, 4, 4.5)]
    assert found == pytest.approx([1478, 122, 26, 9.3], rel=0.013)


def test_total_mixing_at_a_limit():
    assert model(2, cutoff_gev=5.92e6).total_mixing() == pytest.approx(5.1e-3, rel=0.01)
