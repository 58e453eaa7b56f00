"""Arrays kept on disk between runs, the fingerprint of the code that keys them, and random numbers by the number of an event."""

import errno
import os
import warnings

import numpy as np
import pytest

from darkfactory import backend, version
from darkfactory.numerics.cache import load_arrays, save_arrays
from darkfactory.numerics.streams import stream_key, uniforms, uniforms_of
from darkfactory.version import code_fingerprint

ARRAYS = {"grid": np.linspace(0, 1, 7) ** 0.3, "numbers": np.arange(5, dtype=np.uint32), "trials": np.array(16384)}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "darkfactory" / "slices"


def test_arrays_come_back_as_they_were(folder):
    assert load_arrays("slices", "a") is None
    save_arrays("slices", "a", ARRAYS)
    found = load_arrays("slices", "a")
    assert set(found) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)
    assert [path.name for path in folder.iterdir()] == ["a.npz"]
    save_arrays("slices", "a", {"grid": np.zeros(2)})
    assert set(load_arrays("slices", "a")) == {"grid"}
    assert load_arrays("slices", "b") is None
    assert load_arrays("other", "a") is None


@pytest.mark.parametrize("size", [0, 1, 100, 400, -1, -30])
def test_a_damaged_file_is_none_and_quiet(folder, size):
    """Cut off anywhere, or no archive at all; the file is closed, so that nothing warns later."""
    save_arrays("slices", "a", ARRAYS)
    file = folder / "a.npz"
    file.write_bytes(file.read_bytes()[:size])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_arrays("slices", "a") is None
    save_arrays("slices", "a", ARRAYS)
    assert np.array_equal(load_arrays("slices", "a")["grid"], ARRAYS["grid"])


def test_a_file_of_something_else_is_none(folder):
    save_arrays("slices", "a", ARRAYS)
    (folder / "a.npz").write_text("not an archive")
    assert load_arrays("slices", "a") is None


def test_bits_that_flipped_are_noticed(folder):
    """Anywhere: in the numbers, in their headers, in the directory of the archive, in the checksum."""
    save_arrays("slices", "a", ARRAYS)
    file = folder / "a.npz"
    good = file.read_bytes()
    for place in range(0, len(good), 3):
        file.write_bytes(good[:place] + bytes([good[place] ^ (1 << place % 8)]) + good[place + 1 :])
        assert load_arrays("slices", "a") is None, place
    file.write_bytes(good)
    assert np.array_equal(load_arrays("slices", "a")["grid"], ARRAYS["grid"])


def test_a_file_under_another_name_is_none(folder):
    """Swapped files hold sound arrays, but not those that were asked for."""
    save_arrays("slices", "a", {"grid": np.zeros(3)})
    save_arrays("slices", "b", {"grid": np.ones(3)})
    save_arrays("grids", "a", {"grid": np.full(3, 2.0)})
    a, b = folder / "a.npz", folder / "b.npz"
    first, second = a.read_bytes(), b.read_bytes()
    a.write_bytes(second)
    b.write_bytes(first)
    assert load_arrays("slices", "a") is None
    assert load_arrays("slices", "b") is None
    a.write_bytes((folder.parent / "grids" / "a.npz").read_bytes())
    assert load_arrays("slices", "a") is None


def test_pickles_are_not_loaded(folder):
    folder.mkdir(parents=True)
    np.savez(folder / "a.npz", evil=np.array([{"a": 1}], dtype=object))
    assert load_arrays("slices", "a") is None


def test_without_a_writable_folder_nothing_is_kept(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder is wanted")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    save_arrays("slices", "a", ARRAYS)
    assert load_arrays("slices", "a") is None


@pytest.mark.parametrize("call", ["savez", "replace"])
def test_a_full_disk_is_no_error_and_leaves_nothing(folder, monkeypatch, call):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backend.np if call == "savez" else backend.os, call, full)
    save_arrays("slices", "a", ARRAYS)
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent.parent))
    assert load_arrays("slices", "a") is None
    assert list(folder.iterdir()) == []


def test_the_home_folder_is_used_without_the_variable(tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    save_arrays("slices", "a", ARRAYS)
    assert (tmp_path / ".cache" / "darkfactory" / "slices" / "a.npz").exists()


def test_tests_have_a_cache_of_their_own():
    assert "darkfactory-tests-" in os.environ["XDG_CACHE_HOME"]


# the fingerprint


def test_the_fingerprint_changes_with_any_line(tmp_path, monkeypatch):
    (tmp_path / "deep").mkdir()
    for name in ("version.py", "deep/one.py"):
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "card.yaml").write_text("a: 1\n")
    monkeypatch.setattr(version, "__file__", str(tmp_path / "version.py"))
    seen = [code_fingerprint.__wrapped__()]
    assert code_fingerprint.__wrapped__() == seen[0]

    def now():
        seen.append(code_fingerprint.__wrapped__())
        assert len(set(seen)) == len(seen)

    (tmp_path / "deep" / "one.py").write_text("x = 2\n")
    now()
    (tmp_path / "deep" / "two.py").write_text("")
    now()
    (tmp_path / "deep" / "two.py").rename(tmp_path / "deep" / "three.py")
    now()
    monkeypatch.setattr(version, "__version__", "99")
    now()


def test_the_fingerprint_is_text_of_this_code():
    assert code_fingerprint() == code_fingerprint.__wrapped__()
    assert len(code_fingerprint()) == 32


# numbers of events


@pytest.mark.parametrize("dims", [1, 3, 11])
def test_numbers_of_any_events_are_those_of_the_sequence(dims):
    key = np.uint64(stream_key(4, "slice"))
    whole = uniforms(key, np.uint64(1000), 500, dims)
    some = np.array([1499, 1000, 1203, 1203], dtype=np.uint64)
    for full, picked in zip(whole, uniforms_of(key, some, dims), strict=True):
        assert np.array_equal(picked, full[some.astype(int) - 1000])


def test_numbers_far_out_and_of_any_integer_type():
    key = np.uint64(stream_key(4, "slice"))
    for kind in (np.uint32, np.int64, np.uint64):
        assert np.array_equal(uniforms_of(key, np.array([7], dtype=kind), 2), uniforms(key, np.uint64(7), 1, 2))
    far = uniforms_of(key, np.array([2**63, 2**64 - 1], dtype=np.uint64), 3)
    assert np.all((np.array(far) > 0) & (np.array(far) < 1))
    assert uniforms_of(key, np.zeros(0, dtype=np.uint64), 3)[2].shape == (0,)


def test_numbers_are_uniform_and_independent():
    numbers = np.array(uniforms_of(np.uint64(stream_key(1, "x")), np.arange(0, 300000, 3, dtype=np.uint64), 4))
    assert numbers.mean(axis=1) == pytest.approx(0.5, abs=4 / np.sqrt(12e5))
    assert np.var(numbers, axis=1) == pytest.approx(1 / 12, rel=0.02)
    correlation = np.corrcoef(numbers) - np.eye(4)
    assert np.abs(correlation).max() < 4 / np.sqrt(1e5)
    along = [np.corrcoef(row[1:], row[:-1])[0, 1] for row in numbers]
    assert np.abs(along).max() < 4 / np.sqrt(1e5)
