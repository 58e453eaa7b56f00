"""What is kept on disk between runs: ``cache info`` and ``cache clear``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from darkfactory.disk_cache import LIMIT, cache_root, clear_files, kept_files, limit_bytes
from darkfactory.errors import one_of, require
from darkfactory.glossary import Column, named
from darkfactory.result import Result, run_block

__all__ = ["CacheInfo", "cache_clear", "cache_info"]


@dataclass(frozen=True, eq=False, repr=False)
class CacheInfo(Result):
    """What is kept on disk, by kind.

    Attributes
    ----------
    rows : tuple of dict
        ``content`` (kernels of JAX are ``jax``), ``files``, ``size_mb`` and ``unused_days``, of the file used last.
    settings : dict
        ``folder`` and ``limit_gb``.
    """

    kind: ClassVar[str] = "cache"
    axis: ClassVar[str] = "content"
    rows_key: ClassVar[str] = "contents"

    rows: tuple[dict[str, Any], ...]
    settings: dict[str, Any]
    notes: tuple[str, ...] = ()
    references: tuple[str, ...] = field(default=())

    @property
    def title(self) -> str:
        """Line above the table."""
        return f"kept in {self.settings['folder']}"

    @property
    def words(self) -> Mapping[str, Any]:
        """The folder and its limit."""
        return self.settings

    def own_columns(self) -> dict[str, Column]:
        """Meaning of the columns."""
        return named(
            Column("content", "", "what is kept: the folder inside"),
            Column("files", "1", "number of files"),
            Column("size_mb", "MB", "their size, 10^6 bytes"),
            Column("unused_days", "d", "time since one of them was used"),
        )


def cache_info() -> CacheInfo:
    """What is kept on disk between runs: compiled kernels, samples, tables; it is made anew when it is missing.

    Returns
    -------
    CacheInfo
        A row for each kind; none if nothing is kept.

    Raises
    ------
    InvalidInput
        If ``DARKFACTORY_CACHE_GB`` is not a number of at least 0.

    Examples
    --------
    >>> sum(row["size_mb"] for row in cache_info().rows) >= 0
    True
    """
    files, now, limit = kept_files(), time.time(), limit_bytes()
    rows = []
    for kind in sorted({file.kind for file in files}):
        mine = [file for file in files if file.kind == kind]
        rows.append(
            {
                "content": kind,
                "files": len(mine),
                "size_mb": round(sum(file.size for file in mine) / 1e6, 3),
                "unused_days": round(max((now - mine[-1].used) / 86400, 0.0), 3),
            }
        )
    total = sum(file.size for file in files)
    notes = (
        f"{total / 1e6:.1f} MB in all; a program that ends leaves at most {limit / 1e9:g} GB of what was used last "
        f"({LIMIT} in the environment says otherwise)",
    )
    return CacheInfo(
        tuple(rows), {"folder": str(cache_root()), "limit_gb": limit / 1e9}, notes, run=run_block("cache info", {})
    )


def cache_clear(*contents: str) -> int:
    """Remove what is kept on disk; the bytes that became free.

    Parameters
    ----------
    *contents : str
        Kinds, as :func:`cache_info` names them; all by default.

    Raises
    ------
    InvalidInput
        If nothing of that kind is kept.
    """
    files = kept_files()
    known = sorted({file.kind for file in files})
    nothing = f"content = {', '.join(contents)}: nothing is kept in {cache_root()}" if contents and not known else None
    require(nothing, *(one_of("content", name, known) for name in contents if known))
    return clear_files([file for file in files if not contents or file.kind in contents])
