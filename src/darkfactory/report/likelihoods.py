"""The likelihoods behind a reach: a pyhf workspace for each mass, as ``reach --export-pyhf`` writes it, in one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from darkfactory.errors import DarkfactoryError
from darkfactory.output import to_json
from darkfactory.verbs.reach import Reach, reach
from darkfactory.writing import atomic

__all__ = ["packed", "write_likelihoods"]

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""Time of the files in an archive: what is made again is the same."""


def write_likelihoods(made: Reach, arguments: Mapping[str, Any], file: Path) -> tuple[list[float], list[str]]:
    """Write the likelihoods of all masses that have one.

    Parameters
    ----------
    made : Reach
        The reach.
    arguments : mapping
        What it was called with.
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
    missing = [f"{row['status']} at {row['mass']:g} MeV: no likelihood" for row in made.rows if row["status"] != "ok"]
    for mass in [float(row["mass"]) for row in made.rows if row["status"] == "ok"]:
        one = made if len(made.rows) == 1 else reach(**{**arguments, "mass": mass})
        try:
            found[mass] = to_json(one.to_pyhf()) + "\n"
        except DarkfactoryError as error:
            if one.result.models is None and not found:  # nor has another mass
                missing = [str(error)]
                break
            missing.append(str(error))
    if found:
        name = file.name.split(".")[0]
        workspaces = {f"{name}-{mass:g}-MeV.json": text.encode() for mass, text in found.items()}
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
