"""Limits from counts: the tables that everybody knows."""

from collections.abc import Callable

from darkfactory.statistics import feldman_cousins, poisson_upper_limit
from darkfactory.validation.comparison import Comparison, Topic

COUNTS = ((0, 2.30, 3.00), (1, 3.89, 4.74), (2, 5.32, 6.30), (3, 6.68, 7.75))
"""Counts without background, and upper limits on their mean at 90% and 95% CL."""
UNIFIED = ((0, 0.0, 0.0, 2.44), (1, 0.0, 0.11, 4.36), (0, 3.0, 0.0, 1.08), (10, 0.0, 5.50, 16.50))
"""Counts, background and both ends of the unified interval at 90% CL."""


def classical(n: int, cl: float) -> Callable[[], float]:
    """Upper limit on a mean without background."""
    return lambda: float(poisson_upper_limit(n, 0.0, cl))


def unified(n: int, b: float, end: int) -> Callable[[], float]:
    """End of a unified interval."""
    return lambda: float(feldman_cousins(n, b, 0.90)[end])


TOPIC = Topic(
    "statistics",
    "limits from counts",
    (
        *(
            Comparison(
                f"poisson-{n}-{100 * cl:.0f}",
                f"upper limit on the mean of {n} events, no background, {cl:.0%} CL",
                limit,
                "ParticleDataGroup:2024cfk",
                "recalled",
                classical(n, cl),
                tolerance=2.5e-3,
            )
            for n, *limits in COUNTS
            for cl, limit in zip((0.90, 0.95), limits, strict=True)
        ),
        *(
            Comparison(
                f"unified-{n}-{b:g}-{name}",
                f"{name} end of the unified interval, {n} events over {b:g}, 90% CL",
                value,
                "Feldman:1997qc",
                "recalled",
                unified(n, b, end),
                error=0.003,
                tolerance=2e-3,
                note="the grid of the table is 0.005 wide" if name == "upper" and n == 0 else "",
            )
            for n, b, *ends in UNIFIED
            for end, (name, value) in enumerate(zip(("lower", "upper"), ends, strict=True))
            if value
        ),
    ),
)
