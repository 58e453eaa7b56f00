"""Files of records: checking one, and making one from a digitised curve."""

from __future__ import annotations

import hashlib
from pathlib import Path

from darkfactory.bounds.couplings import is_coupling_record
from darkfactory.bounds.quantities import QUANTITIES
from darkfactory.errors import InvalidInput, in_range, one_of, require

__all__ = ["check_file", "from_csv"]


def check_file(path: str | Path) -> list[str]:
    """Problems of a record file, each naming file, key, value and what is allowed; empty if it is a valid record."""
    from darkfactory.bounds import coupling_schema, schema

    parse = coupling_schema.parse if is_coupling_record(Path(path)) else schema.parse
    return parse(Path(path))[1]


def from_csv(
    path: str | Path, name: str, quantity: str, *, citation: str, cl: float = 0.90, channel: str = "", source: str = ""
) -> str:
    """YAML text of a record for a digitised curve that stands beside it, with the checksum of the file.

    Parameters
    ----------
    path : path
        CSV file with columns mass [MeV], limit and, for a closed contour, its far side; ``#`` begins a comment.
    name : str
        Name of the record; save the text as NAME.yaml in the folder of the CSV file.
    quantity : str
        A key of :data:`darkfactory.bounds.quantities.QUANTITIES`.
    citation : str
        Such as ``Doe 2031 [3101.01234]``.
    cl : float
        Published confidence level.
    channel, source : str
        Process in words; where the curve is from.

    Returns
    -------
    str
        The record.

    Raises
    ------
    InvalidInput
        For an unknown quantity, a file that cannot be read or holds no numbers.
    """
    require(one_of("quantity", quantity, QUANTITIES), in_range("cl", cl, 0.5, 1, open_low=True, open_high=True))
    file = Path(path)
    try:
        data = file.read_bytes()
        lines = [line for line in data.decode("utf-8").splitlines() if line and not line.startswith(("#", "mass"))]
        masses = [float(line.split(",")[0]) for line in lines]
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"{file}: must be a readable CSV file of numbers mass, limit[, far side] ({error})"
        ) from None
    if len(masses) < 2:
        raise InvalidInput(f"{file}: {len(masses)} rows of numbers: allowed at least 2")
    origin = f'{{tag: paper, provenance: digitised, source: "{source or citation}"}}'
    return f"""name: {name}
label: {name}
citation: "{citation}"
kind: observed
quantity: {quantity}
channel: "{channel or "unknown"}"
assumes: "as in the paper"
limits:
  - cl: {cl:g}
    mass_range: {{value: [{min(masses):g}, {max(masses):g}], unit: MeV, {origin[1:]}
    contour: {{file: {file.name}, sha256: {hashlib.sha256(data).hexdigest()}, {origin[1:]}
    recast: {{rule: fixed, because: "a digitised curve is used at its own confidence level"}}
"""
