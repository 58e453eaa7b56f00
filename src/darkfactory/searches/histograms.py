"""Histograms as other packages keep them in JSON: the serialization of UHI (schema 1), read and written without them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from darkfactory.errors import InvalidInput, require, shortened
from darkfactory.searches.bins import Axis, Bins

__all__ = ["histogram_of", "rows_of_histogram"]

STORED = ("int", "double", "weighted")
REMEDY = "give a histogram (JSON of UHI), a pyhf workspace, a template or a list of numbers"


def histogram_of(bins: Bins, counts: ArrayLike, about: Mapping[str, Any]) -> dict[str, Any]:
    """A histogram in the form of UHI, for ``hist`` and ``boost-histogram``.

    Parameters
    ----------
    bins : Bins
        Its axes; combinations that are left out get 0.
    counts : array_like, shape (B,)
        Its content.
    about : mapping
        Metadata of the histogram.

    Returns
    -------
    dict
        For JSON; unit and name of an axis are in its metadata.
    """
    return {
        "uhi_schema": 1,
        "metadata": dict(about),
        "axes": [_axis(axis) for axis in bins.axes],
        "storage": {"type": "double", "values": bins.full(counts).tolist()},
    }


def _axis(axis: Axis) -> dict[str, Any]:
    metadata = {"name": axis.name, "label": axis.label}
    edges = axis.edges
    if edges is None:
        return {"type": "category_str", "categories": axis.words(), "flow": False, "metadata": metadata}
    kind = {"type": "variable", "edges": edges.tolist(), "underflow": False, "overflow": False, "circular": False}
    return kind | {"metadata": metadata}


def rows_of_histogram(content: Mapping[str, Any]) -> tuple[dict[str, list[Any]], list[str], dict[str, Any]]:
    """Columns of a table of counts, from a histogram; counts below and above its axes are left out.

    Parameters
    ----------
    content : mapping
        A histogram, or one of a single name.

    Returns
    -------
    columns : dict
        Ends of the bins and counts, as a :class:`~darkfactory.searches.data.CountTable` has them.
    where : list of str
        What each row is called.
    about : dict
        What the metadata say of format, search and mass.

    Raises
    ------
    InvalidInput
        For any other content.
    """
    if "axes" not in content:
        inner = [name for name, entry in content.items() if isinstance(entry, Mapping) and "axes" in entry]
        if len(inner) != 1:
            found = ", ".join(map(str, inner)) or shortened(list(content))
            raise InvalidInput(f"entries {found}: allowed one histogram with axes and storage; {REMEDY}")
        content = content[inner[0]]
    axes, storage = content["axes"], content.get("storage")
    schema = content.get("uhi_schema", 1)
    require(
        None
        if schema == 1
        else f"uhi_schema = {shortened(schema)}: allowed 1; write it with a release of uhi that has it",
        None if isinstance(axes, Sequence) and axes else "axes: missing; a histogram has one axis at least",
        None
        if isinstance(storage, Mapping) and storage.get("type") in STORED and "index" not in storage
        else f"storage: allowed type {', '.join(STORED)}, not sparse; {REMEDY}",
    )
    assert isinstance(storage, Mapping)
    read = [_read_axis(number, axis) for number, axis in enumerate(axes)]
    try:
        values, variances = (
            np.asarray(storage.get(key, storage.get("values")), dtype=float) for key in ("values", "variances")
        )
    except (TypeError, ValueError):
        raise InvalidInput("storage.values: must be numbers, a list in a list for each axis") from None
    shape = tuple(low + len(axis) + high for axis, low, high in read)
    require(
        None
        if values.shape == shape == variances.shape
        else f"storage.values has shape {values.shape}: allowed {shape}, as the axes have it"
    )
    inside = tuple(slice(low, low + len(axis)) for axis, low, _ in read)
    require(
        None
        if np.array_equal(values[inside], variances[inside])
        else "storage.variances: allowed equal to the values; counts of data have no weights"
    )
    bins = Bins(tuple(axis for axis, _, _ in read))
    stored = (place + low for place, (_, low, _) in zip(bins.places, read, strict=True))
    where = [f"storage.values[{']['.join(map(str, place))}]" for place in zip(*stored, strict=True)]
    metadata = content.get("metadata") or {}
    about = {key: metadata[key] for key in ("format", "search", "mass") if key in metadata}
    return {**bins.columns(), "counts": values[inside].ravel().tolist()}, where, about


def _read_axis(number: int, axis: Any) -> tuple[Axis, int, int]:
    """An axis, and its bins of underflow and overflow."""
    kind = axis.get("type") if isinstance(axis, Mapping) else None
    metadata = axis.get("metadata") or {} if isinstance(axis, Mapping) else {}
    name, label = str(metadata.get("name") or ""), str(metadata.get("label") or "")
    require(
        None
        if kind in ("regular", "variable", "category_str")
        else f"axes[{number}]: type {shortened(kind)}: allowed regular, variable, category_str",
        None if name else f"axes[{number}]: name missing; metadata.name says the observable, metadata.label its unit",
    )
    unit = re.search(r"\[([^\]]+)\]", label)
    try:
        if kind == "category_str":
            labels = tuple(map(str, axis["categories"]))
            return _of_words(name, unit[1] if unit else "1", labels), 0, int(bool(axis.get("flow", True)))
        edges = (
            np.linspace(float(axis["lower"]), float(axis["upper"]), int(axis["bins"]) + 1)
            if kind == "regular"
            else np.asarray(axis["edges"], dtype=float)
        )
        found = Axis.of_edges(name, unit[1] if unit else "1", edges)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"axes[{number}] ({name}): {error!r}; {REMEDY}") from None
    return found, int(bool(axis.get("underflow", True))), int(bool(axis.get("overflow", True)))


def _of_words(name: str, unit: str, labels: tuple[str, ...]) -> Axis:
    """An axis of words; bins with gaps, which such an axis stands for, become numbers again."""
    ends = [re.fullmatch(r"(\S+) to (\S+)", label) for label in labels]
    if all(ends):
        return Axis(name, unit, np.array([[float(end[1]), float(end[2])] for end in ends if end]))
    return Axis(name, unit, labels=labels)
