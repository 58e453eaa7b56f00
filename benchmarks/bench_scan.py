"""Scan of forward-positron: 10,000 points with one and with two workers, in points per second, and what two gain over one.

A start is counted (processes, imports, compilation from the cache on disk), and said apart; the gain is without it: from the
first tenth of the points on. Both runs have workers of Dask, since a process alone computes with all cores.

    python benchmarks/bench_scan.py [LINES]     twenty lines of 500 masses
"""

import sys
import tempfile
import time
from pathlib import Path

import darkfactory as df
from darkfactory.scans.cluster import local_cluster

GRID = {"search.focus": f"1:100:{[*sys.argv, '20'][1]}", "mass": "0:90:500"}
FIRST = 0.1
"""Part of the points that is not counted for the gain."""


def run(workers):
    """Seconds in all, until the first part was there, and points per second after that."""
    told = []
    with tempfile.TemporaryDirectory() as here:
        start = time.perf_counter()
        how = {"out": Path(here) / "plane", "scheduler": None, "workers": workers}
        if workers == 1:
            with local_cluster(1) as one:
                how |= {"scheduler": one.scheduler_address}
                scan(how, told, start)
        else:
            scan(how, told, start)
        total = time.perf_counter() - start
    begin = next(entry for entry in told if entry[1] >= FIRST * told[-1][2])
    return total, begin[0], (told[-1][1] - begin[1]) / (told[-1][0] - begin[0])


def scan(how, told, start):
    df.scan(
        "reach",
        "forward-positron",
        "megii-fwd",
        grid=GRID,
        progress=lambda done, points: told.append((time.perf_counter() - start, done, points)),
        **how,
    )


def main():
    rates = {}
    for workers in (1, 2):
        total, begin, rates[workers] = run(workers)
        print(
            f"{workers} worker(s): {total:.1f} s in all, {begin:.1f} s to the first tenth, {rates[workers]:.0f} points/s then"
        )
    print(f"two workers over one: {rates[2] / rates[1]:.2f}")


if __name__ == "__main__":
    main()
