"""One look for all figures: colour-blind-safe colours, serif-free text, ticks inside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from darkfactory.errors import one_of, require

__all__ = ["COLORS", "STYLES", "styled"]

COLORS = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
    "grey": "#777777",
}
"""The palette of Okabe and Ito, distinguishable for colour-blind readers, and a grey."""

_SETTINGS: Any = {
    "font.size": 9,
    "axes.labelsize": 10,
    "axes.titlesize": 10,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.minor.visible": True,
    "ytick.minor.visible": True,
    "savefig.dpi": 160,
    "pdf.fonttype": 42,
    "mathtext.fontset": "dejavusans",
}


STYLES: dict[str, Any] = {
    "default": {},
    "talk": {
        "font.size": 12,
        "axes.labelsize": 14,
        "axes.titlesize": 13,
        "legend.fontsize": 10,
        "lines.linewidth": 2.4,
        "axes.linewidth": 1.2,
        "savefig.dpi": 220,
    },
    "paper": {
        "font.family": "serif",
        "mathtext.fontset": "dejavuserif",
        "lines.linewidth": 1.1,
        "axes.linewidth": 0.6,
        "savefig.dpi": 300,
    },
}
"""What the styles change: large type and thick lines for a talk, serifs and thin lines for a paper."""


@contextmanager
def styled(style: str = "default") -> Iterator[Any]:
    """Matplotlib with the package's settings and those of a style; yields the figure class, which needs no display.

    Parameters
    ----------
    style : {"default", "talk", "paper"}
        One of :data:`STYLES`.

    Raises
    ------
    InvalidInput
        For another.
    """
    require(one_of("style", style, tuple(STYLES)))
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_SETTINGS | STYLES[style]):
        yield Figure
