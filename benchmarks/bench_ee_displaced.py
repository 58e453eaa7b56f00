"""Displaced pairs at Mu3e: the plane of a model at both phases, 60 masses, cold, again, with other couplings; and events.

Run with ``python benchmarks/bench_ee_displaced.py [--masses N]``; the cache of arrays is a new folder, compiled kernels are kept.
"""

import argparse
import os
import tempfile
import time

GOAL_COLD_S, GOAL_AGAIN_S, GOAL_EVENTS_S = 8.0, 1.0, 5.0
EVENTS = 100_000


def plane(masses, g_mu):
    """Seconds of the reach at both phases."""
    import darkfactory as df

    start = time.perf_counter()
    for card in ("mu3e-phase1", "mu3e-phase2"):
        df.reach("ee-displaced", card, model="pseudoscalar", mass=f"9:60:{masses}", settings={"model.g_mu": g_mu})
    return time.perf_counter() - start


def events(n):
    """Seconds of unweighted events of an LFV ALP with vertices in the fiducial volume."""
    import darkfactory as df

    settings = {"search.vertex": "displaced", "model.mass": 20.0, "model.F_gev": 1e6, "model.C_e": 1e3}
    start = time.perf_counter()
    df.events("mu -> e a, a -> e e", n=n, seed=1, experiment="mu3e-phase1", settings=settings)
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
        events(100)
        print(f"{EVENTS} events with vertices, warm: {events(EVENTS):.2f} s (goal {GOAL_EVENTS_S:g} s)")


if __name__ == "__main__":
    main()
