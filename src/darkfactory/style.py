"""One look for all figures: colour-blind-safe colours, serif-free text, ticks inside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from darkfactory.errors import InvalidInput

__all__ = ["COLORS", "STYLES", "chosen_style", "styled"]

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


def chosen_style(style: str) -> str | Path:
    """Name of a style, or the path of a file with one.

    Parameters
    ----------
    style : str
        One of :data:`STYLES`, or a file of Matplotlib that ends in ``.mplstyle``.

    Raises
    ------
    InvalidInput
        For another name, or a file that does not exist; it names the styles that do.

    Examples
    --------
    >>> chosen_style("talk")
    'talk'
    """
    if style in STYLES:
        return style
    names = f"styles: {', '.join(STYLES)}, or the path of a file .mplstyle"
    path = Path(style).expanduser()
    if path.suffix != ".mplstyle":
        raise InvalidInput(f"style = {style!r}: does not exist; {names}")
    if not path.is_file():
        raise InvalidInput(f"style = {style!r}: there is no such file; {names}")
    return path


@contextmanager
def styled(style: str = "default") -> Iterator[Any]:
    """Matplotlib with the package's settings and those of a style; yields the figure class, which needs no display.

    Parameters
    ----------
    style : str
        See :func:`chosen_style`.

    Raises
    ------
    InvalidInput
        For another; for a file that Matplotlib does not understand.
    """
    chosen = chosen_style(style)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_SETTINGS | (STYLES[chosen] if isinstance(chosen, str) else _of_file(chosen))):
        yield Figure


def _of_file(path: Path) -> dict[str, Any]:
    import matplotlib

    try:
        found = matplotlib.rc_params_from_file(path, fail_on_error=True, use_default_template=False)
    except (ValueError, OSError, KeyError) as refused:
        raise InvalidInput(f"{path}: is no style of Matplotlib: {refused}") from None
    # a style does not say where a figure is drawn
    return {key: value for key, value in found.items() if key not in ("backend", "interactive")}
