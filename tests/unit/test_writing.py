"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys

import pytest

from darkfactory.errors import InvalidInput
from darkfactory.writing import atomic


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_file_appears_whole_with_its_ending_and_the_usual_rights(tmp_path):
    target = tmp_path / "events.lhe.gz"
    with atomic(target) as part:
        assert part.parent == target.parent
        assert part.name.endswith("events.lhe.gz")
        part.write_text("one")
        assert not target.exists()
    assert target.read_text() == "one"
    assert names(tmp_path) == ["events.lhe.gz"]
    (tmp_path / "usual").write_text("")
    assert target.stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), ValueError("x"), KeyboardInterrupt]
)
def test_a_failure_leaves_the_earlier_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "a.json"
    target.write_text("good")

    def write():
        with atomic(target) as part:
            part.write_text("ba")
            raise error

    with pytest.raises((InvalidInput, ValueError, KeyboardInterrupt)) as caught:
        write()
    assert target.read_text() == "good"
    assert names(tmp_path) == ["a.json"]
    if isinstance(error, OSError):
        assert caught.type is InvalidInput
        for word in ("a.json", "No space left on device", "unchanged", "choose"):
            assert word in str(caught.value)


def test_links_are_followed_and_rights_kept(tmp_path):
    target, link = tmp_path / "a", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    with atomic(link) as part:
        part.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_what_is_no_plain_file_is_written_itself(tmp_path):
    with atomic("/dev/null") as file:
        file.write_text("x")
    assert not os.path.isfile("/dev/null")


def test_folders_that_cannot_be_used_are_named(tmp_path):
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "file" / "a", tmp_path / "file" / "b" / "a", tmp_path, ""):
        with pytest.raises(InvalidInput, match=r"cannot be written|must be the path"), atomic(target):
            pass
    assert names(tmp_path) == ["file"]
    with atomic(tmp_path / "new" / "folder" / "a") as part:
        part.write_text("x")
    assert (tmp_path / "new" / "folder" / "a").read_text() == "x"


def test_a_killed_write_leaves_the_earlier_file(tmp_path):
    target = tmp_path / "a.json"
    target.write_text("good")
    code = (
        "import os, signal, sys; from darkfactory.writing import atomic\n"
        "with atomic(sys.argv[1]) as part:\n"
        "    part.write_text('ba'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(target)], check=False).returncode == -signal.SIGKILL
    assert target.read_text() == "good"
