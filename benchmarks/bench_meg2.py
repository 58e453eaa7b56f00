"""The photon channel at MEG II: trigger curve, one reach curve, and the reach at five working points."""

from __future__ import annotations

import time

import numpy as np

import darkfactory

BUDGET_S = {"trigger, 44 thresholds": 2.0, "reach, 25 masses, 5 working points": 20.0}
WORKING_POINTS = (5.0, 10.0, 15.0, 20.0, 40.0)
MASSES = np.linspace(0.0, 36.0, 25)


def trigger_curve() -> None:
    """Filling intensity with its band against threshold."""
    darkfactory.trigger("meg2", threshold="5:48:44")


def reach_curves() -> None:
    """Limits on 25 masses at each of five thresholds, at the intensity that fills the bandwidth."""
    for threshold in WORKING_POINTS:
        settings = {"trigger.threshold": threshold}
        darkfactory.reach("missing-mass-photon", "meg2", mass=MASSES, settings=settings)


def best_points() -> None:
    """Optimiser over threshold and intensity."""
    darkfactory.reach("missing-mass-photon", "meg2", mass=MASSES, settings={"search.optimise": True})


def main() -> None:
    """Print one line per task; the first runs include imports and compilation."""
    tasks = {
        "trigger, 44 thresholds": trigger_curve,
        "reach, 25 masses, 5 working points": reach_curves,
        "optimiser, 25 masses": best_points,
    }
    print(f"{'task':36s} {'first [s]':>10s} {'again [s]':>10s} {'budget [s]':>11s}")
    for name, task in tasks.items():
        seconds = []
        for _ in range(2):
            start = time.perf_counter()
            task()
            seconds.append(time.perf_counter() - start)
        print(f"{name:36s} {seconds[0]:10.2f} {seconds[1]:10.2f} {BUDGET_S.get(name, ''):>11}")


if __name__ == "__main__":
    main()
