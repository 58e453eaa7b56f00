"""Arrays kept on disk between runs, the fingerprint of the code that keys them, and random numbers by the number of an event."""

import errno
import os
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from darkfactory import backend, cache_clear, cache_info, disk_cache, version
from darkfactory.errors import InvalidInput
from darkfactory.numerics import cache
from darkfactory.numerics.cache import kept, load_arrays, save_arrays
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


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of three files, and its fingerprint as a new program sees it."""
    for name in ("version.py", "models/one.py", "searches/one.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    (tmp_path / "card.yaml").write_text("a: 1\n")
    monkeypatch.setattr(version, "__file__", str(tmp_path / "version.py"))
    monkeypatch.setattr(version, "_files", version._files.__wrapped__)
    return tmp_path, code_fingerprint.__wrapped__


def test_the_fingerprint_changes_with_any_line(package, monkeypatch):
    folder, fingerprint = package
    seen = [fingerprint()]
    assert fingerprint() == seen[0]

    def now():
        seen.append(fingerprint())
        assert len(set(seen)) == len(seen)

    (folder / "models" / "one.py").write_text("x = 2\n")
    now()
    (folder / "models" / "two.py").write_text("")
    now()
    (folder / "models" / "two.py").rename(folder / "models" / "three.py")
    now()
    monkeypatch.setattr(version, "__version__", "99")
    now()


@pytest.mark.parametrize("module", ["darkfactory.processes.decay", "darkfactory.models.one", "darkfactory.models"])
def test_the_fingerprint_of_a_module_is_of_what_it_may_import(package, module):
    folder, fingerprint = package
    before, whole = fingerprint(module), fingerprint()
    (folder / "searches" / "one.py").write_text("x = 2\n")
    assert fingerprint(module) == before
    assert fingerprint() != whole
    for name in ("models/one.py", "version.py"):
        (folder / name).write_text("x = 3\n")
        assert fingerprint(module) != before
        before = fingerprint(module)


@pytest.mark.parametrize("module", ["tests.unit", "darkfactory.nowhere", "searches.one"])
def test_the_fingerprint_of_what_has_no_place_is_of_all(package, module):
    _, fingerprint = package
    assert fingerprint(module) == fingerprint()


def test_the_fingerprint_is_text_of_this_code():
    assert code_fingerprint() == code_fingerprint.__wrapped__()
    assert len(code_fingerprint()) == 32


def test_arrays_are_kept_under_the_code_of_their_maker(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(cache, "code_fingerprint", lambda module: asked.append(module) or "code")
    kept("slices", ["of this test", 1.0], lambda: ARRAYS)
    assert asked == [__name__]
    assert len(list(folder.iterdir())) == 1


# the size of the folder


def _filled(folder, size=1000):
    """Files a, b, c that were used in this order."""
    folder.mkdir(parents=True)
    for age, name in enumerate("cba"):
        (folder / name).write_bytes(bytes(size))
        os.utime(folder / name, (1e9 - age, 1e9 - age))


@pytest.mark.parametrize(("limit", "left"), [("3e-6", "abc"), ("2.9e-6", "bc"), ("1e-6", "c"), ("0", ""), ("", "abc")])
def test_what_was_used_last_stays(folder, monkeypatch, limit, left):
    _filled(folder)
    monkeypatch.setenv(disk_cache.LIMIT, limit)
    assert disk_cache.trim() == 1000 * (3 - len(left))
    assert sorted(path.name for path in folder.iterdir()) == list(left)


def test_reading_is_using(folder):
    save_arrays("slices", "a", ARRAYS)
    save_arrays("slices", "b", ARRAYS)
    for name, when in (("a", 1e9), ("b", 1.1e9)):
        os.utime(folder / f"{name}.npz", (when, when))
    load_arrays("slices", "a")
    assert [file.path.stem for file in disk_cache.kept_files()] == ["b", "a"]


@pytest.mark.parametrize("text", ["much", "-1", "nan"])
def test_a_limit_that_is_none(folder, monkeypatch, text):
    monkeypatch.setenv(disk_cache.LIMIT, text)
    with pytest.raises(InvalidInput, match=rf"{disk_cache.LIMIT} = {text}: allowed \[0, inf\) GB"):
        cache_info()


def test_a_program_leaves_the_folder_within_its_limit(folder):
    """And looks at it only if files came into it."""
    _filled(folder)
    code = "from darkfactory.numerics.cache import kept; import numpy; kept('tables', ['x'], lambda: {'a': numpy.zeros(9)})"
    again = {**os.environ, "XDG_CACHE_HOME": str(folder.parent.parent), disk_cache.LIMIT: "1e-3"}
    subprocess.run([sys.executable, "-c", code], env=again, check=True)
    assert len(disk_cache.kept_files()) == 4
    again[disk_cache.LIMIT] = "1.6e-6"
    subprocess.run([sys.executable, "-c", code], env=again, check=True)
    assert len(disk_cache.kept_files()) == 4
    subprocess.run([sys.executable, "-c", code.replace("'x'", "'y'")], env=again, check=True)
    assert [file.kind for file in disk_cache.kept_files()] == ["tables", "tables"]


def test_info_and_clear(folder):
    assert cache_info().rows == ()
    _filled(folder, size=500_000)
    _filled(folder.parent / "jax")
    rows = cache_info().rows
    assert [(row["content"], row["files"], row["size_mb"]) for row in rows] == [("jax", 3, 0.003), ("slices", 3, 1.5)]
    assert rows[0]["unused_days"] == pytest.approx((time.time() - 1e9) / 86400, abs=0.01)
    assert cache_clear("slices") == 1_500_000
    assert [row["content"] for row in cache_info().rows] == ["jax"]
    with pytest.raises(InvalidInput, match="content = 'slices': allowed jax"):
        cache_clear("slices")
    assert cache_clear() == 3000
    assert cache_info().rows == ()


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
