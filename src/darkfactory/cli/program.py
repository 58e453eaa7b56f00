"""Streams and signals of the command: what comes from outside ends it quietly, never with a traceback."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import click

from darkfactory.cli.waiting import tell
from darkfactory.errors import DarkfactoryError, DarkfactoryWarning

__all__ = ["run_program"]

INTERRUPTED = 130
"""Exit code of a program that the user stopped, by the custom of shells."""
GRACE = 3.0
"""Seconds in which an interrupted program may put its things in order."""


def run_program(cli: click.Group, arguments: Sequence[str] | None) -> None:
    """Run the command and leave; a user's mistake is a message and exit code 2.

    A reader that goes away (``| head``) is no error; a full disk behind standard output is a message; Ctrl-C leaves with
    130 and nothing else.

    Parameters
    ----------
    cli : click.Group
        The command.
    arguments : sequence of str, optional
        Its arguments; those of the program otherwise.
    """
    own = arguments is None
    if own:
        _open_streams()
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _interrupted)
            sys.unraisablehook = _again
    with warnings.catch_warnings():
        warnings.simplefilter("always", DarkfactoryWarning)
        warnings.showwarning = partial(_shown, set())
        code = _guarded(cli, list(sys.argv[1:] if arguments is None else arguments))
    if own and code == INTERRUPTED:
        # threads of compilers that are still at work crash in an orderly shutdown
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def _interrupted(number: int, frame: Any) -> None:
    """Ctrl-C: an exception as ever, and the end all the same if a library swallows it, as some do while they load."""
    end = threading.Timer(GRACE, os._exit, (INTERRUPTED,))
    end.daemon = True
    end.start()
    raise KeyboardInterrupt


def _again(lost: Any) -> None:
    """An interruption that came while a callback ran, where it cannot pass: once more, when the callback is over."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        main = threading.main_thread().ident
        assert main is not None
        threading.Timer(0.02, signal.pthread_kill, (main, signal.SIGINT)).start()
    else:
        sys.__unraisablehook__(lost)


def _guarded(cli: click.Group, arguments: list[str]) -> int:
    """Exit code of the command."""
    try:
        try:
            if os.environ.get("_DARKFACTORY_COMPLETE"):
                cli.main(prog_name="darkfactory")
            with cli.make_context("darkfactory", arguments, obj=arguments) as context:
                cli.invoke(context)
            sys.stdout.flush()
            return 0
        except click.exceptions.Exit as leaving:
            sys.stdout.flush()
            return int(leaving.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except click.ClickException as mistake:
        with suppress(OSError, ValueError):
            mistake.show()
        return int(mistake.exit_code)
    except DarkfactoryError as error:
        for line in str(error).splitlines():
            tell(f"error: {line}")
        return 2
    except BrokenPipeError:
        _drop_stdout()
        return 0
    except OSError as error:
        _drop_stdout()
        tell(f"error: {error.filename or 'standard output'}: {error.strerror or error}; nothing more is written")
        return 2


def _open_streams() -> None:
    """Streams that whoever started the program has closed: nobody listens, and no file may get their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - stays open until the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def _drop_stdout() -> None:
    """Let go of a standard output that takes no more, so that the end of the program does not try again."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _shown(said: set[str], message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    """A warning that was not said yet as one line on standard error; of other packages only in a debugger's setting."""
    if issubclass(category, DarkfactoryWarning) and str(message) not in said:
        said.add(str(message))
        tell(f"warning: {message}")
