"""The server of the page: on this machine only, for pages of its own only."""

from __future__ import annotations

import os
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable
from typing import Any

from darkfactory.conversions import optional
from darkfactory.errors import InvalidInput, in_range, require

__all__ = ["explore"]

ADDRESS = "127.0.0.1"


def explore(
    study: str | os.PathLike[str] | None = None,
    *,
    port: int | None = None,
    browser: bool = True,
    told: Callable[[str], None] = print,
) -> None:
    """Serve a page on which one moves the numbers of a search and sees its figures follow, until it is interrupted.

    It is bound to the loopback address: no other machine can reach it, and pages of other origins cannot talk to it.

    Parameters
    ----------
    study : path, optional
        Study file whose cards, reaches and limits can be chosen too.
    port : int, optional
        Port; a free one by default.
    browser : bool
        Whether to open the page in a browser.
    told : callable
        Called with the address of the page.

    Raises
    ------
    InvalidInput
        Without the package panel; for a port that is not free.
    """
    require(None if port is None else in_range("port", port, 1, 65535))
    from darkfactory.explorer.offers import offers_of
    from darkfactory.report import load_study

    offers = offers_of(None if study is None else load_study(study))
    own = threading.current_thread() is threading.main_thread()
    interrupted = signal.getsignal(signal.SIGINT)
    server, chosen = _server(offers, port)
    if own:  # Panel takes Ctrl-C for itself, and then waits for what is computed
        signal.signal(signal.SIGINT, interrupted)
    address = f"http://{ADDRESS}:{chosen}/"
    told(address)
    if browser:
        threading.Timer(0.5, webbrowser.open, (address,)).start()
    try:
        server.io_loop.start()
    finally:
        server.stop()


def _server(offers: Any, port: int | None) -> tuple[Any, int]:
    """Server that listens, and its port."""
    optional("panel", "explore", "darkfactory explore")
    from panel.io.server import get_server

    from darkfactory.explorer.answer import Answers
    from darkfactory.explorer.offers import first_request
    from darkfactory.explorer.page import TITLE, application

    chosen = _free(port)
    answers = Answers(offers.every, offers.given, offers.bounds)
    origins = [f"{ADDRESS}:{chosen}", f"localhost:{chosen}"]
    server = get_server(
        application(offers, answers),
        port=chosen,
        address=ADDRESS,
        websocket_origin=origins,
        title=TITLE,
        location=False,
    )
    server.start()
    # what is compiled for the first figure is there when the browser asks
    threading.Thread(target=answers, args=(first_request(),), daemon=True).start()
    return server, chosen


def _free(port: int | None) -> int:
    """The port, if it is free, or a free one."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((ADDRESS, port or 0))
        except OSError as error:
            raise InvalidInput(f"port = {port}: {error.strerror}; give another, or none for a free one") from None
        return int(tried.getsockname()[1])
