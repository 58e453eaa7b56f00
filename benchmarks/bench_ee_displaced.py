"""Displaced pairs at Mu3e: the plane of a model at both phases, 60 masses, cold, again, and with other couplings.

Run with ``python benchmarks/bench_ee_displaced.py [--masses N]``; the cache of arrays is a new folder, compiled kernels are kept.
"""

import argparse
import os
import tempfile
import time

GOAL_COLD_S, GOAL_AGAIN_S = 8.0, 1.0


def plane(masses, g_mu):
    """Seconds of the reach at both phases."""
    import darkfactory as df

    start = time.perf_counter()
    for card in ("mu3e-phase1", "mu3e-phase2"):
        df.reach("ee-displaced", card, model="pseudoscalar", mass=f"9:60:{masses}", settings={"model.g_mu": g_mu})
    return time.perf_counter() - start


def main():
    """Print seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--masses", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        cold = plane(options.masses, 3e-4)
        print(f"both phases, {options.masses} masses, cold: {cold:.2f} s (goal {GOAL_COLD_S:g} s)")
        print(f"again: {plane(options.masses, 3e-4):.2f} s (goal {GOAL_AGAIN_S:g} s)")
        print(f"another coupling to muons: {plane(options.masses, 1e-4):.2f} s (no new events)")


if __name__ == "__main__":
    main()
