"""Names that a shell can complete: experiments, searches, models, processes, bounds, targets, figures, keys of settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from click.shell_completion import CompletionItem

__all__ = ["Name", "PartName", "SettingName", "StyleName"]


class Name(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Text that is one of the names of some kinds, which the shell completes; the verb itself checks it.

    Parameters
    ----------
    *kinds : str
        As ``darkfactory list`` takes them.
    """

    name = "name"

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Names that begin like what was typed; files too, where a card of one's own may stand."""
        from darkfactory.catalogue import names

        found = _beginning((name for kind in self.kinds for name in names(kind)), incomplete)
        if not found and set(self.kinds) & {"experiments"}:
            return [CompletionItem(incomplete, type="file")]
        return found


class PartName(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """File of a result, or ``bound:NAME``, of which the shell completes the name; the verb itself checks it."""

    name = "result"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Records once ``bound:`` was typed, else files."""
        from darkfactory.catalogue import names

        if not incomplete.startswith("bound:"):
            return [CompletionItem(incomplete, type="file")]
        return _beginning((f"bound:{name}" for name in names("bounds")), incomplete)


class SettingName(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """``KEY=VALUE`` of which the shell completes the key: those of the search, model or experiment on the line."""

    name = "setting"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Keys that begin like what was typed."""
        from darkfactory.catalogue import keys_of

        if "=" in incomplete:
            return []
        given: dict[str, Any] = {key: value for key, value in ctx.params.items() if isinstance(value, str)}
        # behind an open --set click has not yet told its arguments apart
        arguments = (entry.name for entry in ctx.command.params if isinstance(entry, click.Argument))
        given = {name: text for name, text in zip(arguments, ctx.args, strict=False) if name} | given
        return _beginning((f"{key}=" for key in keys_of(ctx.info_name or "", given)), incomplete)


class StyleName(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Name of a style or path of one of the user's own, checked before anything is computed."""

    name = "style"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The same text, or an error of the user."""
        from darkfactory.style import chosen_style

        return str(chosen_style(value))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Styles that begin like what was typed; else files."""
        from darkfactory.style import STYLES

        return _beginning(STYLES, incomplete) or [CompletionItem(incomplete, type="file")]


def _beginning(names: Iterable[str], typed: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(typed)]
