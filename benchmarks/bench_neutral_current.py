"""Composite neutrinos: reach against the dimension, 20 dimensions at three experiments, in fresh processes, cold and again."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

COLD_S, AGAIN_S, LOOP_S = 20.0, 2.0, 2.0
CODE = """
import time
start = time.perf_counter()
from darkfactory import reach
def curve():
    for card in ("nutev", "ship", "dune"):
        for step in range(20):
            reach("neutral-current", card, settings={"model.dimension": 2 + 0.25 * step})
curve()
print(time.perf_counter() - start)
start = time.perf_counter()
curve()
print(time.perf_counter() - start)
"""


def main() -> int:
    slow = 0
    with tempfile.TemporaryDirectory() as cache:
        runs = [
            subprocess.run(
                [sys.executable, "-W", "ignore", "-c", CODE],
                check=True,
                capture_output=True,
                text=True,
                env={**os.environ, "XDG_CACHE_HOME": cache},
            ).stdout.split()
            for _ in range(2)
        ]
    for name, text, limit in (
        ("reach at 20 dimensions, three experiments, cold", runs[0][0], COLD_S),
        ("the same in a new process", runs[1][0], AGAIN_S),
        ("the same again in this process", runs[1][1], LOOP_S),
    ):
        seconds = float(text)
        slow += seconds > limit
        sys.stdout.write(f"{name:<50} {seconds:6.2f} s  {'ok' if seconds <= limit else 'SLOW'}\n")
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
