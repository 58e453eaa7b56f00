"""The verb ``explore``: a page in the browser on which figures follow the numbers."""

from __future__ import annotations

from pathlib import Path

import click

from darkfactory.cli.options import examples
from darkfactory.cli.waiting import tell

__all__ = ["explore"]


@click.command(epilog=examples("explore", "explore examples/mu3e_study.yaml --port 5006 --no-browser"))
@click.argument("study", metavar="[STUDY.yaml]", required=False, type=click.Path(path_type=Path))
@click.option("--port", type=int, help="Port on this machine; a free one by default.")
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser, or only say its address.")
def explore(study: Path | None, port: int | None, browser: bool) -> None:
    """Serve a page on which reach, limits and spectra follow the numbers that one moves, until Ctrl-C.

    Only this machine can reach it. Of STUDY.yaml its cards, reaches and limits can be chosen too.
    """
    from darkfactory.explorer import explore as serve

    serve(
        study, port=port, browser=browser, told=lambda address: tell(f"darkfactory explore: {address} (Ctrl-C ends it)")
    )
