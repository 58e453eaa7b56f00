"""Slices of phase space: reproducible to the bit, right errors, the same result for every sampling."""

import concurrent.futures
import math

import numpy as np
import pytest

from darkfactory.constants import M_E, M_MU
from darkfactory.models import DarkPhoton
from darkfactory.numerics.streams import stream_key
from darkfactory.processes.muon_decay import slices
from darkfactory.processes.muon_decay.slices import PARTS, RESONANCE_LAYOUTS, missing_mass_slice, resonance_slice, total
from darkfactory.searches.line.discrimination import jackknife_error
from support.mu3e import angle_counts, forget, missing, pairs, setup, signals, small_slices


@pytest.fixture
def small():
    with small_slices():
        yield


def test_three_samplings_agree():
    """How the electron is distributed about the other positron changes errors, not results."""
    model = DarkPhoton(mass=20.0)
    found = {}
    for name in RESONANCE_LAYOUTS:
        made = resonance_slice(20.0, setup().detector, precision=0.012, sampling=name)
        found[name] = [total(made, density[:, 0]) for density in (made.resonance(model)["epsilon^2"], made.background)]
    reference = [total(pairs(20), density) for density in (signals(20)["vector"], pairs(20).background[:, 0])]
    for numbers in found.values():
        for (value, error), (expected, spread) in zip(numbers, reference, strict=True):
            assert error < 0.025 * value
            assert abs(value - expected) < 3.5 * math.hypot(error, spread)


def same(one, other):
    assert one.trials == other.trials
    for first, second in zip(
        (*one.momenta, one.weight, one.part), (*other.momenta, other.weight, other.part), strict=True
    ):
        assert np.array_equal(first, second)
    assert np.array_equal(one.background, other.background)


def test_a_stored_slice_is_a_fresh_one_bit_by_bit(small, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "one"))
    forget()
    fresh = resonance_slice(35.0, setup().detector, precision=0.02)
    files = list((tmp_path / "one" / "darkfactory" / "slices").iterdir())
    assert len(files) == 1
    forget()
    with monkeypatch.context() as context:
        context.setattr(slices, "_select", lambda *_: pytest.fail("made again"))
        same(resonance_slice(35.0, setup().detector, precision=0.02), fresh)
    # elsewhere it is made again, with the same numbers
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    forget()
    same(resonance_slice(35.0, setup().detector, precision=0.02), fresh)
    assert (tmp_path / "other" / "darkfactory" / "slices" / files[0].name).exists()
    # a damaged file is made again
    files[0].write_bytes(files[0].read_bytes()[:1000])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "one"))
    forget()
    same(resonance_slice(35.0, setup().detector, precision=0.02), fresh)
    forget()


def test_a_slice_without_a_folder_to_keep_it(small, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder is wanted")
    made = missing_mass_slice(30.0, setup().detector, precision=0.02)
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    forget()
    same(missing_mass_slice(30.0, setup().detector, precision=0.02), made)
    forget()


def test_slices_do_not_depend_on_threads(small, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    masses = [33.0, 34.0]
    forget()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda m: missing_mass_slice(m, setup().detector, precision=0.02), [*masses, *masses]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "again"))
    forget()
    alone = [missing_mass_slice(m, setup().detector, precision=0.02) for m in masses]
    for parallel, single in zip(made, [*alone, *alone], strict=True):
        same(parallel, single)
    forget()


def test_seeds_and_detectors_make_different_slices(small):
    detector = setup().detector
    one, other = (resonance_slice(35.0, detector, precision=0.02, seed=seed) for seed in (0, 1))
    assert not np.array_equal(one.weight[:100], other.weight[:100])
    assert detector.acceptance_key != setup("helix").detector.acceptance_key != setup("pt-only").detector.acceptance_key


def test_events_of_a_slice_obey_kinematics_and_the_detector(small):
    for made, mass in ((pairs(20), 20.0), (missing(20), 20.0)):
        e1, e2, e3 = made.momenta
        for p in made.momenta:
            assert p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=1) == pytest.approx(M_E**2, abs=1e-9)
            transverse = np.hypot(p[:, 1], p[:, 2])
            assert np.all(transverse > 10)
            assert np.all(np.abs(p[:, 3]) < 0.8 * np.linalg.norm(p[:, 1:], axis=1))
        pair, rest = e2 + e3, np.array([M_MU, 0, 0, 0]) - e1 - e2 - e3
        line = pair if made.variable == "m_ee" else rest
        assert line[:, 0] ** 2 - np.sum(line[:, 1:] ** 2, axis=1) == pytest.approx(mass**2, rel=1e-8)
        assert np.all(rest[:, 0] ** 2 - np.sum(rest[:, 1:] ** 2, axis=1) > -1e-6)
        assert np.all(made.weight > 0)
        assert sorted(np.unique(made.part)) == list(range(PARTS))


def test_slices_are_isotropic_without_a_detector():
    """The beam is at any angle to the plane of the positrons; the mean of cos^2 is 1/3."""
    made = missing_mass_slice(40.0, None, precision=0.01)
    weight = made.alp(1, 1)[:, 0]
    for p in made.momenta:
        c = p[:, 3] / np.linalg.norm(p[:, 1:], axis=1)
        for power, expected in ((1, 0.0), (2, 1 / 3)):
            value, error = total(made, weight * (c**power - expected))
            assert abs(value) < 4 * error


def test_errors_are_the_spread_over_seeds(monkeypatch):
    """Of signal, background, gain and the limit sqrt(b)/(S R), from 40 small samples."""
    monkeypatch.setattr(slices, "BLOCK", 2048)
    monkeypatch.setattr(slices, "SAMPLING", ((0.0, 2048, 16384),))
    layout, detector, model = RESONANCE_LAYOUTS["mixed"], setup().detector, DarkPhoton(mass=20.0)
    grid = slices._train(layout, 20.0, detector, 16384)
    monkeypatch.setattr(slices, "_train", lambda *_: grid)
    values, errors = [], []
    for seed in range(40):
        key = np.uint64(stream_key(seed, "errors"))
        made = slices._build(layout, 20.0, detector, key, slices._select(layout, 20.0, detector, 1.0, key), 2048)
        assert made.trials == 2048 * PARTS
        signal, background = made.resonance(model)["epsilon^2"][:, 0], made.background[:, 0]
        counts = angle_counts(made, signal, background, "1d")
        limit = np.sqrt(counts.background) / (counts.signal * counts.gain)
        rows = (counts.signal, counts.background, counts.gain, limit)
        values.append([row[0] for row in rows])
        errors.append([jackknife_error(row[1:]) for row in rows])
        # the error of a sum from the spread of its terms is the same
        assert total(made, signal)[0] == pytest.approx(counts.signal[0], rel=1e-12)
        errors[-1].append(total(made, signal)[1])
    spread = np.std(values, axis=0, ddof=1)
    claimed = np.sqrt(np.mean(np.square(errors), axis=0))
    assert claimed[:4] / spread == pytest.approx(np.ones(4), abs=0.35)
    assert claimed[4] == pytest.approx(claimed[0], rel=0.15)
    # no bias beyond the noise
    truth = np.array([total(pairs(20), signals(20)["vector"])[0], pairs(20).background[:, 0].sum()])
    assert np.mean(values, axis=0)[:2] == pytest.approx(truth, rel=6e-3, abs=0)
