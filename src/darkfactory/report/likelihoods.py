"""The likelihoods behind a reach: a pyhf workspace for each mass, as ``reach --export-pyhf`` writes it, in one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from darkfactory.errors import DarkfactoryError
from darkfactory.output import to_json
from darkfactory.verbs.reach import Reach
from darkfactory.writing import atomic

__all__ = ["packed", "write_likelihoods"]

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""Time of the files in an archive: what is made again is the same."""


def write_likelihoods(made: Reach, file: Path) -> tuple[list[float], list[str]]:
    """Write the likelihoods of all masses that have one, as they are behind the limits of the table.

    Parameters
    ----------
    made : Reach
        The reach.
    file : Path
        Archive (.zip); it is not written where there is no likelihood.

    Returns
    -------
    masses : list of float
        Those whose workspaces are in the archive, ``NAME-MASS-MeV.json`` each [MeV].
    missing : list of str
        Why the others are not.
    """
    found: dict[float, str] = {}
    refused: list[str] = []
    missing = [f"{row['status']} at {row['mass']:g} MeV: no likelihood" for row in made.rows if row["status"] != "ok"]
    for mass in [float(row["mass"]) for row in made.rows if row["status"] == "ok"]:
        try:
            found[mass] = to_json(made.to_pyhf(mass)) + "\n"
        except DarkfactoryError as error:
            refused.append(str(error))
    # where none has one it is the search that has none
    missing += refused if found else refused[:1]
    if found:
        name = file.name.split(".")[0]
        workspaces = {f"{name}-{mass:.12g}-MeV.json": text.encode() for mass, text in found.items()}
        with atomic(file) as part:
            part.write_bytes(packed(workspaces))
    return list(found), list(dict.fromkeys(missing))


def packed(files: Mapping[str, bytes]) -> bytes:
    """An archive (.zip) of some files.

    Parameters
    ----------
    files : mapping
        Content by name.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as held:
        for name, content in files.items():
            held.writestr(zipfile.ZipInfo(name, BEGINNING), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()
