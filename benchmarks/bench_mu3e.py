"""Three tracks at Mu3e: the full dark-photon reach, cold, from the slices on disk, and from those in memory.

20 masses, four choices of angles, phases I and II: 160 limits. Also a scan of 50 couplings, which makes no new events.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

BUDGET_S = {"cold": 30.0, "slices on disk": 3.0, "slices in memory": 3.0}
MASSES = "5:81:20"
ANGLES = ("none", "cut", "1d", "2d")
SCAN = "50 couplings g_mumu at fixed g_ee, one mass"


def all_reaches() -> float:
    """Seconds of every reach; also prints the largest Monte Carlo error."""
    from darkfactory import reach

    start, worst = time.perf_counter(), 0.0
    for card in ("mu3e-phase1", "mu3e-phase2"):
        for angles in ANGLES:
            found = reach("ee-resonance", card, model="dark-photon", mass=MASSES, settings={"search.angles": angles})
            worst = max(worst, float(found.result.extra["relative_error"].max()))
    print(f"largest statistical error of a limit on epsilon^2: {worst:.2%}", file=sys.stderr)
    return time.perf_counter() - start


def scan() -> float:
    """Seconds of 50 limits on g_mumu at 50 values of g_ee."""
    from darkfactory import reach

    start = time.perf_counter()
    for step in range(50):
        settings = {"model.g_e": 1e-6 * 1.1**step}
        reach("ee-resonance", model="pseudoscalar", coupling="g_mumu", mass=20.0, settings=settings)
    return time.perf_counter() - start


def main() -> None:
    """Print one line per task; cold means an empty cache in a new process, with imports."""
    if sys.argv[1:] == ["run"]:
        print(*(all_reaches(), all_reaches(), scan()))
        return
    print(f"{'task':48s} {'time [s]':>9s} {'budget [s]':>11s}")
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"XDG_CACHE_HOME": folder}
        for name in ("cold", "slices on disk"):
            start = time.perf_counter()
            answer = subprocess.run(
                [sys.executable, __file__, "run"], env=environment, check=True, capture_output=True, text=True
            )
            first, again, scanned = map(float, answer.stdout.split())
            imports = time.perf_counter() - start - first - again - scanned
            print(f"{name:48s} {first + imports:9.2f} {BUDGET_S[name]:11.1f}")
        print(f"{'slices in memory':48s} {again:9.2f} {BUDGET_S['slices in memory']:11.1f}")
        print(f"{SCAN:48s} {scanned:9.2f} {'':>11s}")
        print(answer.stderr.strip().splitlines()[-1])


if __name__ == "__main__":
    main()
