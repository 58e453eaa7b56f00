"""Compute the chunks of a scan: in this process, or by the workers of a scheduler of Dask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from darkfactory.errors import require, whole
from darkfactory.scans.call import SECONDS, Call, Piece, described, work
from darkfactory.scans.grid import Chunk
from darkfactory.scans.store import Store
from darkfactory.version import code_fingerprint

__all__ = ["compute"]

Save = Callable[[Sequence[Piece]], None]


def compute(
    call: Call,
    folder: Path | None,
    resume: bool,
    workers: int,
    scheduler: str | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[list[Piece], int]:
    """All pieces of a scan, in the order of computing, and of how many states of the package they are.

    Parameters
    ----------
    call : Call
        The scan.
    folder : Path, optional
        Where pieces are kept; those that are there are not computed again.
    resume : bool
        See :class:`darkfactory.scans.store.Store`.
    workers, scheduler
        See :func:`darkfactory.scans.table.scan`.
    progress : callable, optional
        Called with the number of points that are there and of all points.

    Raises
    ------
    DarkfactoryError
        Of the store, of the scheduler, or of the call, see :meth:`darkfactory.scans.call.Call.piece`.
    """
    require(
        whole("workers", workers, 1, 1024, remedy="processes on this machine"),
        f"workers = {workers}: has no effect with a scheduler, which has its own"
        if scheduler and workers != 1
        else None,
        "resume: has no effect without a folder (--out DIR/)" if resume and folder is None else None,
    )
    count = int(workers)
    chunks = call.chunks()
    points = sum(len(chunk.points) for chunk in chunks)
    store = None if folder is None else Store(folder, described(call), resume)
    try:
        found = {} if store is None else {piece.chunk: piece for piece in store.read() if _whole(piece, chunks)}
        done = sum(len(chunk.points) for chunk in chunks if chunk.number in found)

        def save(pieces: Sequence[Piece]) -> None:
            nonlocal done
            if store is not None and pieces:
                store.add(pieces)
            found.update((piece.chunk, piece) for piece in pieces)
            done += sum(len(chunks[piece.chunk].points) for piece in pieces)
            if progress is not None:
                progress(done, points)

        left = [chunk for chunk in chunks if chunk.number not in found]
        if progress is not None:
            progress(done, points)
        if left and (count > 1 or scheduler):
            from darkfactory.scans.cluster import spread

            spread(call, left, save, count, scheduler)
        else:
            here(call, left, save)
    finally:
        if store is not None:
            store.close()
    return [found[chunk.number] for chunk in chunks], 1 if store is None else store.states


def _whole(piece: Piece, chunks: Sequence[Chunk]) -> bool:
    """Whether these are the rows of a chunk as it is now: another state of the package may have cut the grid in another way."""
    points = {int(row["point"]) for row in piece.rows}
    return 0 <= piece.chunk < len(chunks) and points == set(chunks[piece.chunk].points)


def here(call: Call, chunks: Sequence[Chunk], save: Save) -> None:
    """Compute in this process.

    Parameters
    ----------
    call : Call
        The scan.
    chunks : sequence of Chunk
        What to compute.
    save : callable
        Takes pieces as they are found.
    """
    done = 0
    while done < len(chunks):
        pieces = work(call, chunks[done:], SECONDS, code_fingerprint(__name__))
        save(pieces)
        done += len(pieces)
