"""The verb ``cache`` of the command line: what is kept between runs, and an end to it."""

from __future__ import annotations

from pathlib import Path

import click

from darkfactory.cli.options import examples, output_options, say
from darkfactory.cli.printing import emit_result

__all__ = ["cache"]


@click.group(epilog=examples("cache info", "cache clear jax"))
def cache() -> None:
    """What is kept on disk between runs: compiled kernels, samples of events, tables."""


@cache.command(epilog=examples("cache info", "cache info --json"))
@output_options
def info(as_json: bool, out: Path | None) -> None:
    """Say where it lies, what it holds, and how large it is and may become."""
    from darkfactory.verbs.cache import cache_info

    emit_result(cache_info(), as_json, out)


def _contents(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """What is kept, for the shell."""
    from darkfactory.disk_cache import kept_files

    return sorted({file.kind for file in kept_files() if file.kind.startswith(incomplete)})


@cache.command(epilog=examples("cache clear", "cache clear slices coefficients"))
@click.argument("contents", nargs=-1, metavar="[CONTENT]...", shell_complete=_contents)
def clear(contents: tuple[str, ...]) -> None:
    """Remove it, all or some CONTENT that `cache info` names; what is needed again is made again."""
    from darkfactory.verbs.cache import cache_clear

    say(f"{cache_clear(*contents) / 1e6:.1f} MB removed")
