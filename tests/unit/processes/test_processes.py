"""Processes: widths by name, branching ratio and scale into each other, events."""

import math

import numpy as np
import pytest

from darkfactory.amplitudes import michel
from darkfactory.constants import LEPTON_MASS, M_E, M_MU, MUON_WIDTH, TAU_WIDTH
from darkfactory.errors import ClosedChannel, InvalidInput, UnknownName
from darkfactory.models import LfvAlp
from darkfactory.numerics.streams import CHUNK
from darkfactory.processes import PROCESSES, find_process
from darkfactory.processes.muon_decay import scales as lfv_decay
from darkfactory.references import lookup
from oracles import gamma_traces
from oracles.lepton_samples import sample_line, sample_michel

CHANNELS = [("mu", "e"), ("tau", "e"), ("tau", "mu")]


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_is_complete(name):
    process = PROCESSES[name]
    assert find_process(name) is process
    assert find_process(name.replace(" ", "")) is process
    assert all(lookup(key) for key in process.references)
    if getattr(process, "total_width", None) is None:
        return  # X -> e e: an X has no width of its own; a scattering has none at all
    assert process.total_width == {"mu": MUON_WIDTH, "tau": TAU_WIDTH}[process.parent]
    assert process.masses == (LEPTON_MASS[process.parent], LEPTON_MASS[process.daughter])
    # the tree-level leptonic width is below the total one for the tau, and half a per cent above for the muon
    assert process.tree_width / process.total_width == pytest.approx(
        {"mu": 1.0042, "tau": 0.1782}[process.parent], rel=0.01, abs=0
    )


def test_unknown_process():
    with pytest.raises(UnknownName, match=r"process 'mu -> e b' does not exist; processes: .*did you mean mu -> e a"):
        find_process("mu -> e b")


@pytest.mark.parametrize(("parent", "daughter"), CHANNELS)
@pytest.mark.parametrize(("C_V", "C_A"), [(1, 0), (0, 1), (1, 1), (0.2, -0.7j)])
def test_branching_ratio_against_traces_and_back(parent, daughter, C_V, C_A):
    channel = f"{parent} -> {daughter} a"
    mass = 0.6 * (LEPTON_MASS[parent] - LEPTON_MASS[daughter])
    value = lfv_decay.branching_ratio_from_scale(channel, 3e9, mass, C_V, C_A)
    expected = gamma_traces.branching_ratio(3e9, parent=parent, daughter=daughter, alp_mass=mass, c_v=C_V, c_a=C_A)
    assert value == pytest.approx(float(expected), rel=1e-9, abs=0)
    assert lfv_decay.scale_from_branching_ratio(channel, value, mass, C_V, C_A) == pytest.approx(3e9, rel=1e-12, abs=0)
    alp = LfvAlp(mass, 1.5e9 * math.hypot(abs(C_V), abs(C_A)), C_V, C_A)
    process = find_process(channel)
    assert process.partial_width(alp, "born") / process.total_width == pytest.approx(value, rel=1e-12, abs=0)


def test_michel_width_by_order():
    process = find_process("mu -> e nu nu")
    for order in michel.ORDERS:
        assert process.partial_width(None, order) == michel.total_width(order)


@pytest.mark.parametrize("sampler", [sample_michel, lambda n, **k: sample_line(n, LfvAlp(mass=20), **k)])
def test_events_depend_on_the_seed_alone(sampler):
    long, short = sampler(CHUNK + 500, seed=4), sampler(300, seed=4)
    for name in ("x", "cos_theta", "phi"):
        np.testing.assert_array_equal(getattr(long, name)[:300], getattr(short, name))
        assert getattr(long, name).shape == (CHUNK + 500,)
    assert np.any(sampler(300, seed=5).x != short.x) or np.any(sampler(300, seed=5).phi != short.phi)
    assert long.momentum.shape == (CHUNK + 500, 4)


@pytest.mark.parametrize("x_low", [0.0, 0.5, 0.97])
def test_events_above_a_threshold_carry_their_fraction(x_low):
    from oracles.lepton_bins import michel_bins

    sample = sample_michel(1000, order="exp", x_low=x_low)
    assert sample.x.min() >= x_low
    assert sample.weight[0] == pytest.approx(float(michel_bins([x_low, 1.0], "exp", M_MU, M_E)[0]), rel=1e-5, abs=0)
    assert np.all(sample.weight == sample.weight[0])


def test_events_of_the_line():
    without = sample_line(1000, LfvAlp(mass=50), tail=False)
    x_a = 1 - 50**2 / (M_MU**2 + M_E**2)
    assert np.all(without.x == pytest.approx(x_a, rel=1e-14, abs=0))
    assert np.all(without.weight == 1)
    tail = sample_line(1000, LfvAlp(mass=50))
    assert np.all((tail.x >= x_a / 2) & (tail.x <= x_a))
    # too soft to radiate
    assert np.all(sample_line(10, LfvAlp(mass=105.0)).weight == 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sample_michel(0), r"n = 0: allowed \[1,"),
        (lambda: sample_michel(10, polarization=1.5), r"polarization = 1\.5: allowed \[-1, 1\]"),
        (lambda: sample_michel(10, x_low=1.0), r"x_low = 1: allowed \[0, 1\)"),
        (lambda: sample_michel(10, order="nlo"), "order = 'nlo': allowed born, oalpha, exp"),
        (lambda: sample_michel(10, seed=-1), r"seed = -1: allowed \[0,"),
        (lambda: sample_line(0, LfvAlp()), r"n = 0: allowed \[1,"),
        (lambda: sample_line(10, LfvAlp(), polarization=math.nan), "polarization = nan"),
    ],
)
def test_refused_samples(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_events_of_a_closed_channel_are_refused_with_the_threshold():
    with pytest.raises(ClosedChannel, match=r"model.mass = 106 MeV: mu -> e a is closed, allowed below 105\.147 MeV"):
        sample_line(10, LfvAlp(mass=106))
    with pytest.raises(ClosedChannel):
        sample_line(10, LfvAlp(mass=M_MU - M_E))
