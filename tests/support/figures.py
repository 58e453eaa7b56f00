"""What every figure must keep, whatever it shows: asked of each figure where a test has computed it anyway."""

from __future__ import annotations

import json
import re

from matplotlib.colors import to_hex

from darkfactory import output
from darkfactory.bounds import load_bounds, load_coupling_bounds
from darkfactory.references import load_references
from darkfactory.style import COLORS
from support.command_line import read_csv

ALLOWED = {color.lower() for color in COLORS.values()} | {"#ffffff", "#eeeeee"}
"""Colours that colour-blind readers tell apart, paper, and the light grey of what is excluded."""
PURE = ("epsilon", "g_{", "y_N", "U_{", "T_0", "F over F", "cos", "density", "share", "gain", "BR(", "c_{")
"""Parts of labels of numbers that have no unit."""


def check_laws(figure):
    """Data, files and drawing of a figure that was saved."""
    _check_table(figure.data)
    _check_files(figure)
    _check_drawing(figure.draw())


def _check_table(data):
    names = [column.name for column in data.columns]
    assert len(set(names)) == len(names)
    output.refuse_not_finite(data.rows, data.summary)
    flat = [output.flattened(row) for row in data.rows]
    for column in data.columns:
        values = [row.get(column.name) for row in flat]
        assert column.doc, f"{data.name}: {column.name} is not in the glossary"
        numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
        assert column.unit or not numbers, column.name
    assert data.notes
    assert data.summary
    known = (load(data.settings.get("extra")) for load in (load_bounds, load_coupling_bounds))
    records = {record.reference for found in known for record in found.values()}
    assert set(data.references) <= set(load_references()) | records
    assert data.run["verb"] == "figure"
    assert data.run["arguments"]["name"] == data.name


def _check_files(figure):
    assert all(file.stat().st_size > 500 for file in figure.files)
    written = {file.suffix: file for file in figure.files}
    told = json.loads(written[".json"].read_text(encoding="utf-8"))
    assert told == json.loads(figure.data.to_json())
    assert told["rows"] == json.loads(json.dumps(list(figure.data.rows)))
    head = [line for line in written[".csv"].read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    assert {line[2:].split(": ", 1)[0]: json.loads(line.split(": ", 1)[1]) for line in head} == told["run"]
    rows = read_csv(written[".csv"])
    assert len(rows) == len(told["rows"])
    for found, row in zip(rows, map(output.flattened, told["rows"]), strict=True):
        for name, value in row.items():
            assert float(found[name]) == value if isinstance(value, float) else found[name] is not None


def _check_drawing(drawn):
    assert drawn.axes
    assert all(axes.get_ylabel() for axes in drawn.axes if axes.get_label() == "<colorbar>")
    for axes in (axes for axes in drawn.axes if axes.get_label() != "<colorbar>"):
        place = axes.get_subplotspec()
        beside = [other for other in drawn.axes if place and other.get_subplotspec()] or [axes]
        assert any(o.get_xlabel() for o in beside if o is axes or o.get_subplotspec().colspan == place.colspan)
        assert any(o.get_ylabel() for o in beside if o is axes or o.get_subplotspec().rowspan == place.rowspan)
        for label in (axes.get_xlabel(), axes.get_ylabel()):
            assert (
                not label or re.search(r"\[.+\]|per (\d|MeV|degree)", label) or any(sign in label for sign in PURE)
            ), label
        for line in axes.get_lines():
            assert to_hex(line.get_color()) in ALLOWED, line.get_label()
        for patch in axes.collections:
            colors = [*patch.get_facecolor(), *patch.get_edgecolor()] if patch.get_array() is None else []
            assert {to_hex(color) for color in colors} <= ALLOWED, patch.get_label()
        for patch in axes.patches:  # of bars and steps
            colors = [color for color in (patch.get_facecolor(), patch.get_edgecolor()) if color[3] > 0]
            assert {to_hex(color) for color in colors} <= ALLOWED, patch.get_label()
