"""Displaced pairs: a plane with both phases of Mu3e and six dumps, 60 masses, cold, again, with another coupling; and events.

Run with ``python benchmarks/bench_ee_displaced.py [--masses N]``; the cache of arrays is a new folder, compiled kernels are kept.
Seconds on the clock of two cores, and of CPU, which other processes change less.
"""

import argparse
import os
import tempfile
import time

GOAL_COLD_S, GOAL_AGAIN_S, GOAL_EVENTS_S = 20.0, 2.0, 5.0
EVENTS = 100_000
DUMPS = ("e137", "e141", "e774", "orsay", "kek", "na64")
DISPLACED = {"search.vertex": "displaced", "model.mass": 20.0}
DECAYS = {
    "mu -> e a, a -> e e": {"model": "lfv-alp", "settings": {**DISPLACED, "model.F_gev": 1e6, "model.C_e": 1e3}},
    "mu -> e nu nu X, X -> e e": {"model": "dark-photon", "settings": {**DISPLACED, "model.epsilon": 2e-5}},
}


def plane(masses, g_mu):
    """The reach at both phases, and behind the dumps."""
    import darkfactory as df

    grid = f"9:60:{masses}"
    for card in ("mu3e-phase1", "mu3e-phase2"):
        df.reach("ee-displaced", card, model="pseudoscalar", mass=grid, settings={"model.g_mu": g_mu})
    for card in DUMPS:
        df.reach("beam-dump", card, model="pseudoscalar", mass=grid)


def events(decay, n):
    """Unweighted events with vertices in the fiducial volume."""
    import darkfactory as df

    df.events(decay, n=n, seed=1, experiment="mu3e-phase1", **DECAYS[decay])


def timed(what, call, *arguments, goal=None):
    """Print how long a call takes."""
    clock, cpu = time.perf_counter(), time.process_time()
    call(*arguments)
    clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    print(f"{what}: {clock:.2f} s, CPU {cpu:.2f} s" + (f" (goal {goal:g} s)" if goal else ""))


def main():
    """Print seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--masses", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        timed(f"two phases and six dumps, {options.masses} masses, cold", plane, options.masses, 3e-4, goal=GOAL_COLD_S)
        timed("again", plane, options.masses, 3e-4, goal=GOAL_AGAIN_S)
        timed("another coupling to muons (no new events)", plane, options.masses, 1e-4)
        for decay in DECAYS:
            events(decay, 100)
            timed(f"{EVENTS} events with vertices of {decay}, warm", events, decay, EVENTS, goal=GOAL_EVENTS_S)


if __name__ == "__main__":
    main()
