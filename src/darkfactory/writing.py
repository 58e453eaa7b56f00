"""Writing files whole or not at all: an error, a full disk or a killed run leaves what stood there before."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from darkfactory.errors import InvalidInput

__all__ = ["atomic"]


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Temporary file in the folder of ``path``, which takes its place when the block ends without an error.

    The temporary file exists and is empty, and its name has the ending of ``path``. What is no plain file, such as
    ``/dev/stdout``, is yielded itself.

    Parameters
    ----------
    path : path
        File to write or to replace; a link is followed, and folders on the way are made.

    Yields
    ------
    Path
        What to write to; it is removed if the block fails.

    Raises
    ------
    InvalidInput
        If the file cannot be written, also for an OSError of the block: it names the path, the reason and the remedy.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "result.json"
    >>> with atomic(target) as file:
    ...     _ = file.write_text("{}")
    >>> target.read_text(), len(list(target.parent.iterdir()))
    ('{}', 1)
    """
    if not os.fspath(path):
        raise InvalidInput("file to write = '': must be the path of a file")
    final = Path(os.path.realpath(path))
    part = final.with_name(f".part-{os.getpid()}-{os.urandom(4).hex()}-{final.name[-150:]}")
    try:
        if final.exists() and not final.is_file():
            if final.is_dir():
                raise IsADirectoryError("it is a folder")
            yield final
            return
        final.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(final.stat().st_mode) if final.exists() else None
        if mode is not None and not os.access(final, os.W_OK):
            raise PermissionError("the file is write-protected")
        try:
            part.touch(exist_ok=False)
            yield part
            # some file systems say only here that they are full
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            if mode is not None:
                part.chmod(mode)
            part.replace(final)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInput(
            f"{path}: cannot be written ({error.strerror or error}); what stood there before is unchanged; "
            "choose a folder that can be written, with space left on its disk"
        ) from None
