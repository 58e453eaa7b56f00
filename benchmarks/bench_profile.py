"""Profile-likelihood limits: 100 hypotheses x 200 bins x 5 nuisances, cold and warm, and pyhf on the same model.

Run with ``python benchmarks/bench_profile.py [--hypotheses N]``; pyhf is timed on a few hypotheses (``--pyhf N``, 0 to skip).
"""

import argparse
import os
import tempfile
import time

import numpy as np

GOAL_S = 1.0


def build(hypotheses, bins):
    """Falling spectrum with a free normalisation and four constrained shapes, bumps that scan it."""
    from darkfactory.statistics import BinnedModel, Linear, Norm, Nuisance, Product

    x = np.linspace(0.0, 1.0, bins)
    b = 2e6 * np.exp(-2 * x) / bins
    shapes = [b * shape for shape in (x - 0.5, np.sin(6 * x), np.cos(9 * x), x**3)]
    names = ("slope", "wave", "ripple", "curve")
    masses = np.linspace(0.1, 0.9, hypotheses)[:, None]
    signal = 1e9 * np.exp(-0.5 * ((x - masses) / 0.02) ** 2)
    nuisances = [Nuisance("norm", lower=-1.0), *(Nuisance(name, 0.02) for name in names)]
    return BinnedModel(signal, [b, *shapes], Product((Norm("norm"), Linear(names))), nuisances)


def timed(function):
    """Seconds and result of one call."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def pyhf_limit(model, hypothesis, guess):
    """Expected median 95% CLs limit by pyhf: its own root finder around our value."""
    import pyhf

    from darkfactory.statistics import pyhf_scale, to_pyhf

    workspace = pyhf.Workspace(to_pyhf(model, hypothesis=hypothesis), validate=False)
    pdf = workspace.model()
    scale = pyhf_scale(model, hypothesis)
    data = workspace.data(pdf)
    # bounds that enclose the median and the bands, as a user would choose them
    _, expected = pyhf.infer.intervals.upper_limits.toms748_scan(
        data, pdf, 0.1, 5.0 * guess / scale, level=0.05, rtol=1e-2
    )
    return float(expected[2]) * scale


def main():
    """Print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hypotheses", type=int, default=100)
    parser.add_argument("--bins", type=int, default=200)
    parser.add_argument("--pyhf", type=int, default=2, help="hypotheses given to pyhf")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JAX_COMPILATION_CACHE_DIR"] = folder  # cold means: nothing compiled before
        from darkfactory.statistics import expected_limit

        model = build(options.hypotheses, options.bins)
        print(
            f"{options.hypotheses} hypotheses x {options.bins} bins x {len(model.nuisances)} nuisances, median and 4 bands"
        )
        for method in ("fisher", "profile", "cls"):
            cold, found = timed(lambda method=method: expected_limit(model, 0.95, method))
            warm = min(timed(lambda method=method: expected_limit(model, 0.95, method))[0] for _ in range(3))
            note = "" if method == "fisher" else f"   goal {GOAL_S} s {'met' if warm < GOAL_S else 'MISSED'}"
            print(f"  {method:8s} cold {cold:7.3f} s   warm {warm:7.3f} s   status {set(map(str, found.status))}{note}")
        if options.pyhf:
            rows = np.linspace(0, options.hypotheses - 1, options.pyhf).astype(int)
            seconds, limits = timed(lambda: [pyhf_limit(model, h, found.limit[h]) for h in rows])
            each, ours = seconds / len(rows), warm / options.hypotheses
            worst = np.abs(np.array(limits) / found.limit[rows] - 1).max()
            print(
                f"  pyhf     {each:7.2f} s a hypothesis (observed limit and expected band, to 1%), "
                f"ours {ours * 1e3:.3f} ms (band): x {each / ours:.0f}"
            )
            print(f"  largest difference of the median 95% CLs limit: {worst:.1e}")


if __name__ == "__main__":
    main()
