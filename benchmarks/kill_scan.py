"""Kill a scan again and again while two workers are at it: nothing that was kept is lost, and the rows are those of a scan
that nobody disturbs.

    python benchmarks/kill_scan.py [POINTS] [KILLS]     2000 points, twenty times
"""

import os
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
    """Start the scan, kill it with all that it has started when so many points are there; whether that was before its end."""
    program = subprocess.Popen(command)
    while program.poll() is None and len(points_in(folder)) < wanted:
        time.sleep(0.02)
    early = program.poll() is None
    program.send_signal(signal.SIGKILL)
    program.wait()
    return early


def main(points: int, kills: int) -> int:
    """Exit code: 0 if all is as it must be."""
    grid = {"model.mass": f"0:90:{points // 2}", "model.chirality": "V+A,V"}
    axes = [word for key, text in grid.items() for word in ("--grid", f"{key}={text}")]
    options = ["--cut", "E_gamma > 10"]
    with tempfile.TemporaryDirectory() as here:
        folder = Path(here) / "plane"
        command = [sys.executable, "-m", "darkfactory", "scan", "rate", "mu -> e a gamma", *options, *axes]
        command += ["--workers", "2", "--out", f"{folder}/", "-q"]
        killed, kept = 0, points_in(folder)
        for turn in range(kills):
            killed += kill_once(command, folder, len(kept) + max(1, (points - len(kept)) // (kills - turn + 1)))
            now = points_in(folder)
            if not kept <= now:
                print(f"kill {turn + 1}: {len(kept - now)} points are lost")
                return 1
            print(f"kill {turn + 1}: {len(now)} points are there, {len(now - kept)} of this run", flush=True)
            kept = now
        with open(os.devnull, "w") as nowhere:
            subprocess.run(command, check=True, stdout=nowhere)
        again = df.scan("rate", "mu -> e a gamma", cut="E_gamma > 10", grid=grid, out=folder)
    alone = df.scan("rate", "mu -> e a gamma", cut="E_gamma > 10", grid=grid)
    same = again.rows == alone.rows and len(again.rows) == points
    print(f"killed {killed} times; the rows are {'the same as' if same else 'NOT those'} undisturbed")
    return 0 if same and killed == kills else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:] or ("2000", "20"))))
