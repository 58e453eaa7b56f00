"""Kill a scan again and again while two workers are at it: nothing that was kept is lost, and the rows are those of a scan
that nobody disturbs.

    python benchmarks/kill_scan.py [POINTS] [KILLS]     2000 points, twenty times

A scan that ended before its last kill is followed by another one, until so many kills have happened.
"""

import functools
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as parquet

import darkfactory as df


def points_in(folder: Path) -> set[int]:
    """Numbers of the points whose rows are in the folder."""
    found: set[int] = set()
    for file in folder.glob("rows-*.parquet"):
        try:
            found |= set(parquet.read_table(file, columns=["point"])["point"].to_pylist())
        except FileNotFoundError:  # just put together with others
            return points_in(folder)
    return found


def kill_once(command: list[str], folder: Path, wanted: int) -> bool:
    """Start the scan and kill it as soon as so many points are there; whether it was killed before it ended."""
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while program.poll() is None and len(points_in(folder)) < wanted:
        time.sleep(0.02)
    program.send_signal(signal.SIGKILL)
    if (code := program.wait()) not in (0, -signal.SIGKILL):
        raise SystemExit(f"the scan ended by itself with exit code {code}")
    return code == -signal.SIGKILL


def kill_plane(command: list[str], folder: Path, points: int, kills: int) -> int:
    """Kill one scan so often, or until it has ended, and let it end then; how often it was killed, -1 if points were lost.

    The kills fall on its first half: the workers may be faster than whoever watches them.
    """
    killed, kept = 0, points_in(folder)
    while killed < kills and len(kept) < points:
        killed += kill_once(command, folder, len(kept) + max(1, (points // 2 - len(kept)) // (kills - killed)))
        now = points_in(folder)
        if not kept <= now:
            print(f"kill {killed}: {len(kept - now)} points are lost")
            return -1
        print(f"kill {killed}: {len(now)} points are there, {len(now - kept)} of this run", flush=True)
        kept = now
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return killed


def main(points: int, kills: int) -> int:
    """Exit code: 0 if all is as it must be."""
    grid = {"model.mass": f"0:90:{points // 2}", "model.chirality": "V+A,V"}
    axes = [word for key, text in grid.items() for word in ("--grid", f"{key}={text}")]
    scan = functools.partial(df.scan, "rate", "mu -> e a gamma", cut="E_gamma > 10", grid=grid)
    alone, killed, same = scan(), 0, True
    while killed < kills and same:
        with tempfile.TemporaryDirectory() as here:
            folder = Path(here) / "plane"
            command = [sys.executable, "-m", "darkfactory", "scan", "rate", "mu -> e a gamma", "--cut", "E_gamma > 10"]
            command += [*axes, "--workers", "2", "--out", f"{folder}/", "-q"]
            found = kill_plane(command, folder, points, kills - killed)
            same = found >= 0 and scan(out=folder).rows == alone.rows and len(alone.rows) == points
        killed += max(found, 0)
    print(f"killed {killed} times; the rows are {'the same as' if same else 'NOT those'} undisturbed")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:] or ("2000", "20"))))
