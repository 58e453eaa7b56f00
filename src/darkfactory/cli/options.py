"""What every command has: options for output and settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, overload

import click

from darkfactory.cli.names import SettingName
from darkfactory.cli.waiting import asked, tell, working

__all__ = [
    "FULL",
    "Command",
    "OutFile",
    "asked",
    "assigned",
    "decay_options",
    "examples",
    "extra_option",
    "given_options",
    "output_options",
    "say",
    "set_option",
    "shared_options",
    "spin_of",
    "typed_command",
    "with_run",
    "working",
    "written",
]

Command = TypeVar("Command", bound=Callable[..., Any])
FULL = "darkfactory.full"
PREFIXES = "model., beam., detector., trigger. or search."
PLACES = ("--out", "--export-pyhf", "--template", "--figure", "--format", "--style", "--workers", "--scheduler")
"""Options with a value that do not change a number: they say where it goes, or who computes it."""
NOT_NUMBERS = (*PLACES, "--resume", "--json", "--full", "-v", "--verbose", "-q", "--quiet")
"""All such options."""


class OutFile(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A file to write, of which ending and folder are checked before anything is computed.

    Parameters
    ----------
    *endings : str
        Allowed ones; none for the path of several files, without ending.
    """

    name = "file"

    def __init__(self, *endings: str) -> None:
        self.endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Path of the file, or an error of the user."""
        text = os.fspath(value)
        path = Path(text).expanduser()
        example = f"result{self.endings[0]}" if self.endings else "output/name"
        if not text.strip() or text.endswith(("/", os.sep)) or path.is_dir():
            self.fail(f"{text!r}: is no file; give the path of one, e.g. {example}", param, ctx)
        if self.endings and not path.name.lower().endswith(self.endings) and not _special(path):
            self.fail(f"{text}: allowed endings {', '.join(self.endings)}", param, ctx)
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            self.fail(f"{text}: {folder} is no folder that can be written; choose another", param, ctx)
        return path


def _special(path: Path) -> bool:
    """Whether a path is a stream such as ``/dev/stdout``, which has no ending."""
    return path.exists() and not path.is_file()


def _keep(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Callback that keeps the value of an option for :func:`emit` and :func:`working`, not for the command."""

    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value:
            context.meta[key] = value

    return keep


def output_options(command: Command) -> Command:
    """``--json``, ``--out FILE``, ``--full``, ``-v`` and ``-q``, which every verb has."""
    out = click.option("--out", type=OutFile(".json", ".csv"), help="Also write FILE (.json or .csv).")
    return shared_options(out)(command)


def say_options(command: Command) -> Command:
    """The same without ``--out`` and ``--full``, for verbs that write files of their own."""
    return shared_options(None)(command)


def shared_options(out: Callable[[Any], Any] | None) -> Callable[[Command], Command]:
    """Options of verbs whose result is a table that goes where ``out`` says, or without it of those that write themselves."""
    options: list[Any] = [
        click.option(
            "-q",
            "--quiet",
            is_flag=True,
            expose_value=False,
            callback=_keep("darkfactory.quiet"),
            help="Say nothing on the way.",
        ),
        click.option(
            "-v",
            "--verbose",
            is_flag=True,
            expose_value=False,
            callback=_keep("darkfactory.verbose"),
            help="Say more on the way.",
        ),
    ]
    if out is not None:
        options.append(
            click.option(
                "--full", is_flag=True, expose_value=False, callback=_keep(FULL), help="Show all columns of the table."
            )
        )
    options.append(click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output."))
    if out is not None:
        options.append(out)

    def add(command: Command) -> Command:
        for option in options:
            command = option(command)
        return command

    return add


@overload
def set_option(about: str) -> Callable[[Command], Command]: ...
@overload
def set_option(about: Command) -> Command: ...
def set_option(about: Any) -> Any:
    """``--set key=value``, which may be given again and again; as ``@set_option`` or ``@set_option("keys it takes")``.

    Parameters
    ----------
    about : str or function
        Which keys the verb takes; or the command itself.
    """
    if callable(about):
        return set_option("Override a setting; `darkfactory show NAME` lists the keys")(about)
    return click.option(
        "--set", "assignments", multiple=True, metavar="KEY=VALUE", help=f"{about}.", type=SettingName()
    )


def extra_option(command: Command) -> Command:
    """``--extra``: records of published limits of the user's own, beside those of ``DARKFACTORY_BOUNDS``."""
    about = "Your own limits: a record (YAML) or a folder of them; those of $DARKFACTORY_BOUNDS are always there."
    return click.option("--extra", metavar="PATH", type=click.Path(), help=about)(command)


def decay_options(command: Command) -> Command:
    """``--cut``, ``--polarization``, ``--charge`` and ``--seed`` of decays at rest."""
    for option in (
        click.option("--seed", type=int, default=0, show_default=True, help="Seed of the Monte Carlo."),
        click.option(
            "--charge", type=click.Choice(["+1", "1", "-1"]), default="+1", show_default=True, help="Of the parent."
        ),
        click.option("--polarization", metavar="P | X,Y,Z", help="Degree against the beam, or the spin vector."),
        click.option("--cut", metavar="EXPR", help='Condition on observables, e.g. "E_gamma > 10 and min(p_T) > 10".'),
    ):
        command = option(command)
    return command


def examples(*commands: str) -> str:
    """End of a help text: worked commands, one a line.

    Examples
    --------
    >>> print(examples('rate "mu -> e a"').replace(chr(8), "|"))
    |
    Examples:
      darkfactory rate "mu -> e a"
    """
    return "\n".join(["\b", "Examples:", *(f"  darkfactory {command}" for command in commands)])


def assigned(assignments: Sequence[str]) -> dict[str, str]:
    """Settings of ``--set``; a key that lacks its prefix is answered with those of the verb that end in it.

    Parameters
    ----------
    assignments : sequence of str
        Texts ``key=value``.

    Raises
    ------
    DarkfactoryError
        For a text that is no assignment; for keys without a prefix.
    """
    from darkfactory.catalogue import keys_of
    from darkfactory.errors import UnknownName, did_you_mean, require
    from darkfactory.settings import parse_assignments

    found = parse_assignments(assignments)
    context = click.get_current_context()
    verb = context.info_name or ""
    bare = [key for key in found if "." not in key]
    if bare and verb in ("rate", "spectrum", "events", "reach", "trigger"):
        known = keys_of(verb, context.params)
        problems = (f"{key}: unknown key{did_you_mean(key, known) or '; keys begin with ' + PREFIXES}" for key in bare)
        require(*problems, error=UnknownName)
    return found


def spin_of(text: str | None) -> Any:
    """Degree or spin vector from the text of ``--polarization``."""
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise click.UsageError(f"--polarization {text}: must be a number in [0, 1] or three numbers X,Y,Z") from None
    return numbers[0] if len(numbers) == 1 else numbers


def say(text: str) -> None:
    """Print on standard output, at once: an error of the stream belongs to the command, not to the end of the program."""
    click.echo(text)
    sys.stdout.flush()


def written(*files: Path | str) -> None:
    """Say on standard error what was written."""
    if not asked("darkfactory.quiet"):
        tell(f"written: {', '.join(map(str, files))}")


def typed_command(context: click.Context) -> str:
    """The command as it was typed, without the options that say where its result goes."""
    import shlex

    arguments = context.find_root().obj
    if arguments is None:
        return context.command_path
    return shlex.join(["darkfactory", *without_output(arguments)])


def without_output(arguments: Sequence[str]) -> list[str]:
    """Arguments of a command without the options that say where its result goes.

    Examples
    --------
    >>> without_output(["rate", "mu -> e a", "--json", "--out", "a.json", "--norm", "lo", "--out=b.csv"])
    ['rate', 'mu -> e a', '--norm', 'lo']
    """
    found: list[str] = []
    left = iter(arguments)
    for word in left:
        name, equals, _ = word.partition("=")
        if name not in NOT_NUMBERS:
            found.append(word)
        elif name in PLACES and not equals:
            next(left, None)
    return found


def with_run(data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` with its run block, in which the typed command stands."""
    from darkfactory.result import run_block, stamped

    context = click.get_current_context()
    if data.get("run"):
        return stamped(data, typed_command(context))
    skipped = ("as_json", "out")
    arguments = {key: value for key, value in context.params.items() if key not in skipped}
    verb = context.command_path.removeprefix("darkfactory ")
    return {**data, "run": run_block(verb, arguments, given=given_options(arguments), command=typed_command(context))}


def given_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options that stand on the command line: a default must not count as asked for."""
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    return {name: value for name, value in options.items() if context.get_parameter_source(name) is not default}
