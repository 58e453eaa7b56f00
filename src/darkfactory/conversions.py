"""Tables as other packages have them: Arrow, pandas, xarray and HTML. What has no value is null, NaN in numbers of the last two."""

from __future__ import annotations

import html
import importlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from darkfactory.errors import InvalidInput
from darkfactory.glossary import Column
from darkfactory.output import cell, flattened, refuse_not_finite

__all__ = ["gridded", "optional", "to_arrow", "to_html", "to_pandas", "to_xarray"]

Rows = Sequence[Mapping[str, Any]]
MOST_ROWS = 50
"""Rows of the table that a notebook shows."""
_HTML = '<table style="border-collapse:collapse">'


def optional(name: str, extra: str, use: str) -> Any:
    """Import a package that is not needed otherwise.

    Parameters
    ----------
    name : str
        Package.
    extra : str
        Extra of this package that brings it.
    use : str
        What it is for.

    Raises
    ------
    InvalidInput
        If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise InvalidInput(
            f"{use} needs the package {name}, which is not installed: pip install 'darkfactory[{extra}]'"
        ) from None


def _values(rows: Rows, columns: Sequence[Column]) -> dict[str, list[Any]]:
    """Values by column, each of one type: words where any is one."""
    refuse_not_finite(rows)
    flat = [flattened(row) for row in rows]
    found = {}
    for column in columns:
        values: list[Any] = [row.get(column.name) for row in flat]
        values = [value.item() if hasattr(value, "item") else value for value in values]
        if any(isinstance(value, str) for value in values):
            values = [value if value is None else str(value) for value in values]
        elif not all(isinstance(value, (bool, type(None))) for value in values):
            values = [value if value is None else float(value) for value in values]
        found[column.name] = values
    return found


def to_arrow(rows: Rows, columns: Sequence[Column], about: Mapping[str, Any]) -> Any:
    """Table of Arrow with unit and meaning in the metadata of each column.

    Parameters
    ----------
    rows, columns : sequence
        The table.
    about : mapping
        What its own metadata say, as JSON each.
    """
    pa = optional("pyarrow", "tables", "to_arrow")
    fields, arrays = [], []
    for column, values in zip(columns, _values(rows, columns).values(), strict=True):
        empty = all(value is None for value in values)
        array = pa.array(values, type=(pa.float64() if column.unit else pa.string()) if empty else None)
        fields.append(pa.field(column.name, array.type, metadata={"unit": column.unit, "doc": column.doc}))
        arrays.append(array)
    metadata = {key: json.dumps(value, allow_nan=False) for key, value in about.items()}
    return pa.table(arrays, schema=pa.schema(fields, metadata=metadata))


def to_pandas(rows: Rows, columns: Sequence[Column], about: Mapping[str, Any]) -> Any:
    """Data frame; ``attrs`` holds units, meanings and ``about``.

    Parameters
    ----------
    rows, columns, about
        As for :func:`to_arrow`.
    """
    pandas = optional("pandas", "tables", "to_pandas")
    frame = pandas.DataFrame(_numbers(rows, columns))
    frame.attrs.update(about)
    frame.attrs.update(units={c.name: c.unit for c in columns}, docs={c.name: c.doc for c in columns})
    return frame


def to_xarray(rows: Rows, columns: Sequence[Column], about: Mapping[str, Any], axis: str) -> Any:
    """Data set against ``axis`` where its values are distinct, else against the number of the row.

    Parameters
    ----------
    rows, columns, about
        As for :func:`to_arrow`.
    axis : str
        Column that the others depend on; empty for none.
    """
    xarray = optional("xarray", "tables", "to_xarray")
    values = _numbers(rows, columns)
    own = axis in values and len(set(values[axis])) == len(rows)
    dimension = axis if own else "row"
    attributes = {c.name: {"units": c.unit, "long_name": c.doc} for c in columns}
    variables = {name: (dimension, found, attributes[name]) for name, found in values.items()}
    coordinates = {axis: variables.pop(axis)} if own else {}
    plain = {key: json.dumps(value, allow_nan=False) for key, value in about.items()}
    return xarray.Dataset(variables, coordinates, plain)


def gridded(rows: Rows, columns: Sequence[Column], about: Mapping[str, Any], axes: Mapping[str, Sequence[Any]]) -> Any:
    """Data set against several axes where there is one row for each of their points, else against the number of the row.

    Parameters
    ----------
    rows, columns, about
        As for :func:`to_arrow`, in the order of the axes, the last of which runs fastest.
    axes : mapping
        Values by column.
    """
    flat = to_xarray(rows, columns, about, "")
    shape = [len(values) for values in axes.values()]
    if math.prod(shape) != len(rows):
        return flat
    found = flat.drop_vars(list(axes)).assign_coords({key: (key, list(values)) for key, values in axes.items()})
    for key in axes:
        found[key].attrs.update(flat[key].attrs)
    found = found.drop_dims("row")
    for name in flat.data_vars:
        if name not in axes:
            found[name] = (list(axes), flat[name].values.reshape(shape), flat[name].attrs)
    return found


def _numbers(rows: Rows, columns: Sequence[Column]) -> dict[str, list[Any]]:
    """Values by column, NaN for missing numbers: the packages know no other word for it."""
    found = _values(rows, columns)
    for column in columns:
        if column.unit and not any(isinstance(value, (str, bool)) for value in found[column.name]):
            found[column.name] = [float("nan") if value is None else value for value in found[column.name]]
    return found


def to_html(title: str, rows: Rows, columns: Sequence[Column], notes: Sequence[str]) -> str:
    """Table for a notebook: headings with units, meanings as tooltips, notes below.

    Parameters
    ----------
    title : str
        Line above.
    rows, columns : sequence
        The table.
    notes : sequence of str
        Lines below.
    """
    heads = []
    for column in columns:
        unit = "" if column.unit in ("", "1") else f" [{column.unit}]"
        heads.append(f'<th title="{html.escape(column.doc)}">{html.escape(column.name + unit)}</th>')
    flat = [flattened(row) for row in rows[:MOST_ROWS]]
    lines = ["".join(f"<td>{html.escape(cell(row.get(c.name)))}</td>" for c in columns) for row in flat]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    notes = [*([f"{len(rows) - MOST_ROWS} more rows"] if len(rows) > MOST_ROWS else []), *notes]
    below = f"<ul>{''.join(f'<li>{html.escape(note)}</li>' for note in notes)}</ul>" if notes else ""
    return (
        f"<div><b>{html.escape(title)}</b>{_HTML}<thead><tr>{''.join(heads)}</tr></thead>"
        f"<tbody>{body}</tbody></table>{below}</div>"
    )
