"""Beam dumps: the plane of one model, 60 masses behind six dumps, in a fresh process; limits on 2 cores cold and again."""

from __future__ import annotations

import subprocess
import sys

COLD_S, AGAIN_S = 8.0, 1.0
CODE = """
import time
from darkfactory import reach
DUMPS = ("e137", "e141", "e774", "orsay", "kek", "na64")
def plane(**settings):
    start = time.perf_counter()
    for dump in DUMPS:
        reach("beam-dump", dump, model="vector", mass="1.5:400:60:log", settings=settings)
    return time.perf_counter() - start
one, other = {"model.g_V_e": 1}, {"model.g_V_e": 1, "model.g_A_e": 0.3}
print(plane(**one), plane(**one), plane(**other))
"""


def main() -> int:
    done = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True)
    slow = 0
    names = ("six dumps, 60 masses, cold", "the same again", "another ratio of couplings")
    for name, text, limit in zip(names, done.stdout.split(), (COLD_S, AGAIN_S, AGAIN_S), strict=True):
        seconds = float(text)
        slow += seconds > limit
        sys.stdout.write(f"{name:<50} {seconds:6.2f} s  {'ok' if seconds <= limit else 'SLOW'}\n")
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
