"""A folder in which the rows of a scan are kept as they are found: Parquet files, each written whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from darkfactory.conversions import optional, to_arrow
from darkfactory.errors import InvalidInput, shortened
from darkfactory.glossary import Column
from darkfactory.output import save_text, to_json
from darkfactory.scans.call import Piece
from darkfactory.version import __version__
from darkfactory.writing import atomic

__all__ = ["Store"]

MANIFEST = "manifest.json"
LOOSE = 100
"""Files of single pieces that are put together into one."""
CODE = ("code", "data")
"""What may have changed where a scan is gone on with at one's own word."""


class Store:
    """The folder of one scan, which nobody else writes to meanwhile.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    manifest : mapping
        What the numbers depend on.
    resume : bool
        Whether it must be there already, and may be of another state of the code.

    Raises
    ------
    InvalidInput
        If the folder holds another scan or other files, cannot be written, or is written to by another process.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any], resume: bool) -> None:
        self.parquet = optional("pyarrow.parquet", "tables", "a scan in a folder")
        self.folder = folder
        self._loose: list[tuple[Path, list[Piece]]] = []
        old = self._manifest()
        if old is None:
            if resume:
                raise InvalidInput(f"{folder}: there is no scan to go on with; leave --resume out to begin one")
            if folder.exists() and (not folder.is_dir() or any(entry.name != "lock" for entry in folder.iterdir())):
                raise InvalidInput(f"{folder}: holds something else than a scan; give a folder that does not exist")
        else:
            self._refuse_another(old, json.loads(to_json(manifest)), resume)
        self._lock = self._locked()
        if old is None or any(old.get(key) != manifest[key] for key in CODE):
            states = [*(old["states"] if old else ()), {"version": __version__, **{key: manifest[key] for key in CODE}}]
            save_text(folder / MANIFEST, to_json({**manifest, "states": states}) + "\n")
            self.states = len(states)
        else:
            self.states = len(old["states"])

    def _manifest(self) -> dict[str, Any] | None:
        try:
            found = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
            return {**found, "states": [*found["states"]]}
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidInput(f"{self.folder / MANIFEST}: is none of a scan ({error}); give another folder") from None

    def _refuse_another(self, old: Mapping[str, Any], new: Mapping[str, Any], resume: bool) -> None:
        differences = list(_differences({key: old.get(key) for key in new}, new))
        if not [key for key, _ in differences if key not in CODE] and (resume or not differences):
            return
        told = "\n".join(said for key, said in differences if key not in CODE)
        if told:
            raise InvalidInput(f"{self.folder}: holds another scan; give another folder, or remove it\n{told}")
        raise InvalidInput(
            f"{self.folder}: was made with another state of the {' and the '.join(key for key, _ in differences)} of the "
            "package; give another folder, or --resume to go on all the same"
        )

    def _locked(self) -> IO[str]:
        """Open file that is locked as long as this process lives."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = open(self.folder / "lock", "w", encoding="utf-8")  # noqa: SIM115 - open until the end
        except OSError as error:
            raise InvalidInput(f"{self.folder}: {error.strerror}; give a folder that can be written") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise InvalidInput(f"{self.folder}: another process is at this scan; wait for it or stop it") from None
        except OSError:  # a file system without locks
            pass
        return lock

    def read(self) -> list[Piece]:
        """Pieces that are there; a file that is not whole, or not one of ours, counts as not there."""
        found: dict[int, Piece] = {}
        for path in sorted(self.folder.glob("rows-*.parquet")):
            # errors of pyarrow are ValueErrors or OSErrors
            with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
                found |= {piece.chunk: piece for piece in self._read(path)}
        return list(found.values())

    def _read(self, path: Path) -> list[Piece]:
        table = self.parquet.read_table(path)
        about = json.loads(table.schema.metadata[b"pieces"])
        columns = []
        for field in table.schema:
            told = {key.decode(): text.decode() for key, text in field.metadata.items()}
            columns.append(Column(field.name, told["unit"], told["doc"]))
        by_chunk: dict[int, list[dict[str, Any]]] = {}
        for row in table.to_pylist():
            by_chunk.setdefault(int(row.pop("chunk")), []).append(row)
        pieces = []
        for told in about:
            rows = by_chunk[told["chunk"]]
            names = set(told["columns"])
            own = tuple(column for column in columns if column.name in names)
            notes, references = tuple(told["notes"]), tuple(told["references"])
            pieces.append(Piece(told["chunk"], rows, own, notes, references, told["run"]))
        return pieces

    def add(self, pieces: Sequence[Piece]) -> None:
        """Write some pieces, and put files together where there are many.

        Parameters
        ----------
        pieces : sequence of Piece
            New ones.
        """
        self._loose.append((self._write(pieces, ""), list(pieces)))
        if len(self._loose) == LOOSE:
            self._write([piece for _, found in self._loose for piece in found], "-joined")
            for path, _ in self._loose:
                path.unlink(missing_ok=True)
            self._loose.clear()

    def _write(self, pieces: Sequence[Piece], ending: str) -> Path:
        rows = [{"chunk": float(piece.chunk), **row} for piece in pieces for row in piece.rows]
        known = {column.name: column for piece in pieces for column in piece.columns}
        names = dict.fromkeys(name for row in rows for name in row)
        words = {name for row in rows for name, value in row.items() if isinstance(value, str)}
        columns = [known.get(name) or Column(name, "" if name in words else "1", "") for name in names]
        about = [
            {
                "chunk": piece.chunk,
                "columns": [column.name for column in piece.columns],
                "notes": piece.notes,
                "references": piece.references,
                "run": dict(piece.run),
            }
            for piece in pieces
        ]
        path = self.folder / f"rows-{pieces[0].chunk:07d}{ending}.parquet"
        table = to_arrow(rows, columns, {"pieces": about})
        with atomic(path) as file:
            self.parquet.write_table(table, os.fspath(file))
        return path

    def close(self) -> None:
        """Let others write."""
        self._lock.close()


def _differences(old: Any, new: Any, path: str = "") -> list[tuple[str, str]]:
    """Places where two manifests differ, with what stands there."""
    if isinstance(old, dict) and isinstance(new, dict):
        found = []
        for key in dict.fromkeys((*old, *new)):
            place = f"{path}.{key}" if path else key
            found += _differences(old.get(key), new.get(key), place)
        if path == "axes" and not found and list(old) != list(new):  # it says which point has which number
            found = [(path, f"axes: in the order {', '.join(old)} there, {', '.join(new)} here")]
        return found
    return [] if old == new else [(path, f"{path}: {_short(old)} there, {_short(new)} here")]


def _short(value: Any) -> str:
    return f"{len(value)} values" if isinstance(value, list) and len(value) > 6 else shortened(value)
