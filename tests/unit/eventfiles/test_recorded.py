"""What a detector measured in event files: every format gives it back, and the readers of others find it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput
from darkfactory.eventfiles import read_events, write_events

ENDINGS = ["parquet", "lhe", "lhe.gz", "hepmc"]
RESONANCE = "mu -> e nu nu X, X -> e e"


def record(process="mu -> e e e a", n=40, **options):
    settings = {"model.mass": 20, "detector.profile": "helix"}
    if process == RESONANCE:
        settings |= {"model.g_e": 1e-3}
        options |= {"model": "pseudoscalar"}
    return df.events(process, n=n, seed=3, experiment="mu3e-phase1", settings=settings, keep_rejected=True, **options)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("process", ["mu -> e e e a", RESONANCE])
def test_round_trip(tmp_path, ending, process):
    made = record(process)
    assert 0 < made.recorded.accepted.sum() < len(made)
    again = read_events(write_events(made, tmp_path / f"events.{ending}"))
    assert again.metadata() == made.metadata() | {"rate": again.rate, "rate_error": again.rate_error}
    for name in ("weights", "stokes", "pieces"):
        np.testing.assert_allclose(getattr(again, name), getattr(made, name), rtol=4e-16)
    np.testing.assert_allclose(again.momenta, made.momenta, rtol=0, atol=5e-14)
    np.testing.assert_allclose(again.recorded.momenta, made.recorded.momenta, rtol=0, atol=5e-14)
    np.testing.assert_allclose(again.recorded.generated, made.recorded.generated, rtol=4e-16)
    assert np.array_equal(again.recorded.accepted, made.recorded.accepted)
    assert again.recorded.names == ("e+_1", "e+_2", "e-_3")
    assert again.recorded.settings["detector.profile"] == "helix"
    assert again.imbalance() < 1e-12
    assert (again.recorded.efficiency, again.recorded.experiment) == (0.45, "mu3e-phase1")


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_event_is_enough(tmp_path, ending):
    made = df.events("mu -> e e e a", n=1, experiment="mu3e-phase1")
    again = read_events(write_events(made, tmp_path / f"one.{ending}"))
    assert again.recorded.momenta.shape == (1, 3, 4)
    assert again.recorded.accepted.tolist() == [True]


def test_parquet_has_columns_for_the_measured_momenta(tmp_path):
    import pyarrow.parquet as pq

    made = record()
    table = pq.read_table(write_events(made, tmp_path / "events.parquet"))
    assert np.array_equal(table["ep2_measured_px"].to_numpy(), made.recorded.momentum("e+_2")[:, 1])
    assert table.schema.field("em3_measured_E").metadata[b"unit"] == b"MeV"
    accepted = table["accepted"].to_numpy()
    assert accepted.dtype == bool
    weight, generated = (table[name].to_numpy() for name in ("weight", "generated_weight"))
    assert np.array_equal(weight, 0.45 * generated * accepted)


def test_lhe_tells_what_is_measured_in_comments(tmp_path):
    import pylhe

    made = record()
    events = list(pylhe.LHEFile.fromfile(str(write_events(made, tmp_path / "events.lhe"))).events)
    event, seen = events[5], made.recorded
    origin, *comments = event.optional
    assert [float(word) for word in origin.split()[1:]] == made.origin[5].tolist()
    assert comments[0] == f"#accepted {int(seen.accepted[5])}"
    places = [int(line.split()[1]) for line in comments[1:]]
    assert [event.particles[place - 1].id for place in places] == [-11, -11, 11]
    px, py, pz, E = (float(word) * 1e3 for word in comments[3].split()[2:])
    assert [E, px, py, pz] == pytest.approx(seen.momentum("e-_3")[5], rel=1e-14)
    # one norm for all weights: the mean over events is the rate
    assert event.weights["generated"] == pytest.approx(seen.generated[5] * len(made), rel=1e-15)
    assert np.mean([e.eventinfo.weight for e in events]) == pytest.approx(made.rate, rel=1e-13)


def test_hepmc_tells_what_is_measured_in_attributes(tmp_path):
    import pyhepmc

    made = record(RESONANCE)
    with pyhepmc.open(str(write_events(made, tmp_path / "events.hepmc"))) as file:
        event = list(file)[5]
    seen = made.recorded
    assert int(str(event.attributes["accepted"])) == int(seen.accepted[5])
    assert event.weight("generated") == pytest.approx(seen.generated[5], rel=1e-15)
    tracks = [p for p in event.particles if "measured" in p.attributes]
    assert sorted(p.pid for p in tracks) == [-11, -11, 11]
    electron = next(p for p in tracks if p.pid == 11)
    px, py, pz, E = (float(word) for word in str(electron.attributes["measured"]).split())
    assert [E, px, py, pz] == seen.momentum("e-_3")[5].tolist()
    assert sum(p.momentum.e for p in event.particles if p.status == 1) == pytest.approx(105.6583755, rel=1e-12)


def test_plain_records_say_nothing_of_a_detector(tmp_path):
    made = df.events("mu -> e e e a", n=10)
    assert made.recorded is None
    assert "recorded" not in made.metadata()
    assert read_events(write_events(made, tmp_path / "events.hepmc")).recorded is None


def test_what_does_not_fit_is_listed():
    made = record()
    seen = made.recorded
    bad = dataclasses.replace(
        seen, names=("e+_1", "e+_2", "e+_3"), momenta=seen.momenta[:, :2], generated=seen.generated[:3], efficiency=2.0
    )
    with pytest.raises(InvalidInput) as error:
        dataclasses.replace(made, recorded=bad)
    for words in ("recorded.momenta: shape", "recorded.generated: shape", "e+_3", "recorded.efficiency = 2"):
        assert words in str(error.value)
    with pytest.raises(InvalidInput, match=r"allowed e\+_1"):
        seen.momentum("gamma")


def test_a_record_says_in_short_what_it_is():
    made = record(n=3)
    text = repr(made)
    assert text.startswith(f"EventRecord: {len(made)} events of mu -> e e e a at mu3e-phase1, rate {made.rate:.4g} +- ")
    assert text.endswith(", ".join(made.names))
    assert len(repr(made.recorded)) < 200
