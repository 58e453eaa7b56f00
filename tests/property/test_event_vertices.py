"""Vertices of events: on the target, parallel to the momenta, exponential, in the fiducial volume; in files as in memory."""

import functools

import numpy as np
import pytest
from scipy.stats import kstest

import darkfactory as df
from darkfactory.errors import ClosedChannel, InvalidInput
from darkfactory.eventfiles import read_events, write_events
from darkfactory.experiments import load_card
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.kinematics.flight import MM_PER_NS
from darkfactory.models import build_model
from darkfactory.processes import find_process
from darkfactory.recorded.kinds import recorded
from darkfactory.searches.cards import load_experiment

ALP = "mu -> e a, a -> e e"
CHAIN = "mu -> e nu N, N -> nu X, X -> e e"
PARAMETERS = {"mass": 20.0, "F_gev": 1e6, "C_e": 1e3}
MODEL = {f"model.{name}": value for name, value in PARAMETERS.items()}
N = 2000


@functools.cache
def made(vertex, process=ALP, **more):
    model = MODEL if process == ALP else {"model.U2": 1e-8, "model.epsilon": 3e-5}
    settings = model | {"search.vertex": vertex} | {key.replace("__", "."): value for key, value in more.items()}
    return df.events(process, n=N, seed=3, experiment="mu3e-phase1", settings=settings)


def volume(d_min=2.0):
    return DecayVolume.from_card(load_card("mu3e-phase1"), wall_distance=d_min)


def on_target(record):
    x, y, z, t = record.origin.T
    assert np.hypot(x, y) == pytest.approx(19.0 * (1 - np.abs(z) / 50.0), abs=1e-9)
    assert not t.any()
    assert kstest(z, "uniform", (-50, 100)).pvalue > 1e-4


@pytest.mark.parametrize("process", ["mu -> e a", "mu -> e e e nu nu"])
def test_decays_at_rest_start_on_the_target(process):
    record = df.events(process, n=N, seed=1, experiment="mu3e-phase1")
    on_target(record)
    assert np.array_equal(record.production(record.names[-1]), record.origin)
    assert not len(df.events(process, n=10).origin)


def test_free_flights_are_exponential():
    record = made("any")
    on_target(record)
    step = record.decay("a") - record.production("a")
    p = record.momentum("a")
    size, length = np.linalg.norm(p[:, 1:], axis=1), np.linalg.norm(step[:, :3], axis=1)
    assert step[:, :3] == pytest.approx(p[:, 1:] * (length / size)[:, None], abs=1e-9)
    assert step[:, 3] * MM_PER_NS == pytest.approx(length * p[:, 0] / size, rel=1e-9)
    ctau = df.model("lfv-alp", PARAMETERS).rows[0]["ctau_mm"]
    assert kstest(length / (ctau * size / 20.0), "expon").pvalue > 1e-4


@pytest.mark.parametrize(("process", "names"), [(ALP, ["a"]), (CHAIN, ["Nbar", "X"])])
def test_displaced_vertices_are_fiducial_and_along_the_momenta(process, names):
    record = made("displaced", process)
    assert np.all(volume().contains(record.decay(names[-1])[:, :3]))
    x, y, z, _ = record.origin.T
    assert np.hypot(x, y) == pytest.approx(19.0 * (1 - np.abs(z) / 50.0), abs=1e-9)
    for name in names:
        step, p = record.decay(name) - record.production(name), record.momentum(name)
        assert np.cross(step[:, :3], p[:, 1:]) == pytest.approx(0.0, abs=1e-8)
        assert np.all(step[:, 3] >= 0)
        assert np.all(step[:, 3] * MM_PER_NS >= np.linalg.norm(step[:, :3], axis=1))
    far = made("displaced", process, search__d_min=4.0)
    assert np.all(volume(4.0).contains(far.decay(names[-1])[:, :3]))
    assert far.rate < record.rate


def test_weights_are_those_of_the_search():
    """Over all directions the shares are P(lambda); of accepted pairs they are those of the search."""
    card = load_experiment("mu3e-phase1", {"search.vertex": "displaced"})
    process, model = find_process(ALP), build_model("lfv-alp", PARAMETERS)
    response = recorded(process, card).response(model, cut=None, seed=1, charge=1)
    sample = process.sample(2**16, model, seed=1, weighted=True)
    momentum = np.linalg.norm((sample.momenta["e2"] + sample.momenta["e3"])[:, 1:], axis=1)
    expected = volume().probability(model.ctau_mm * momentum / 20.0)
    share = response.displaced(sample.numbers, sample.momenta).share
    assert sample.weights @ share / (sample.weights @ expected) == pytest.approx(1.0, rel=0.02)
    row = df.reach(
        "ee-displaced", "mu3e-phase1", model="lfv-alp", mass=20.0, settings={"search.ctau": model.ctau_mm}
    ).rows[0]
    record = made("displaced", beam__polarization=0.0)
    found = record.rate / record.recorded.generated_rate / row["signal_efficiency"]
    assert found == pytest.approx(1.0, rel=0.02)
    # accepted pairs fly across the beam, where there is less volume
    accepted = response.accepts(sample.numbers, sample.momenta) * sample.weights
    assert 0.75 < accepted @ share / (accepted @ expected) < 1.0


@pytest.mark.parametrize("ending", ["parquet", "lhe", "hepmc"])
@pytest.mark.parametrize("process", [ALP, CHAIN])
def test_vertices_come_back(tmp_path, process, ending):
    record = made("displaced", process)
    again = read_events(write_events(record, tmp_path / f"a.{ending}"))
    assert again.origin == pytest.approx(record.origin, rel=1e-14)
    for name in record.flights:
        assert again.decay(name) == pytest.approx(record.decay(name), rel=1e-10, abs=1e-9)
        assert again.flights[name] == pytest.approx(record.flights[name], rel=1e-9, abs=1e-12)


def test_what_changes_nothing_is_refused():
    with pytest.raises(InvalidInput, match=r"search.d_min: changes nothing"):
        made("any", search__d_min=3.0)
    with pytest.raises(ClosedChannel, match=r"none of .* events is accepted; more events, or no acceptance"):
        made("displaced", model__C_e=1e7)
