"""Laws of every result: its columns are complete, and all formats hold the same table."""

from __future__ import annotations

import csv
import html
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest

import darkfactory as df
from darkfactory import bounds, conversions, output
from darkfactory.errors import InvalidInput
from darkfactory.glossary import GLOSSARY
from darkfactory.targets import TARGETS

MADE = {
    "rate": lambda: df.rate("mu -> e a", settings={"model.mass": 20}),
    "rate of an X": lambda: df.rate("X -> e e"),
    "rate without model": lambda: df.rate("mu -> e nu nu"),
    "cross section": lambda: df.rate("SM SM -> DS"),
    "cross section of neutrinos": lambda: df.rate("nu e -> nu e"),
    "spectrum of a cross section": lambda: df.spectrum("nu e -> nu e", bins=2),
    "spectrum": lambda: df.spectrum("mu -> e nu nu", bins=3),
    "spectrum of widths": lambda: df.spectrum("X -> e e", observable="E_e", bins=2, events=1000),
    "spectrum with errors": lambda: df.spectrum(
        "mu -> e nu nu gamma", observable="E_gamma", cut="E_gamma > 10", bins=3, events=2000
    ),
    "reach": lambda: df.reach("forward-positron", mass=[0, 20, 105.5], method="fisher"),
    "reach with extras": lambda: df.reach(
        "forward-positron", mass=20, method="fisher", settings={"search.unmodelled_scale": 1e-5}
    ),
    "reach of photons": lambda: df.reach("missing-mass-photon", mass=10),
    "reach of a beam dump": lambda: df.reach("beam-dump", "e141", mass=[1, 5, 40]),
    "reach of composite neutrinos": lambda: df.reach("neutral-current", "nutev", mass=[100, 1000, 4e4]),
    "combination": lambda: df.combine([df.reach("forward-positron", mass=[20, 105.5], method="fisher")] * 2),
    "combination of counts": lambda: df.combine(
        [df.reach("beam-dump", name, mass=[5, 40], settings={"search.events": "poisson"}) for name in ("e141", "orsay")]
    ),
    "reach of a discovery": lambda: df.reach(
        "missing-mass-photon", mass=[10, 20, 40], discovery=5, look_elsewhere="gross-vitells"
    ),
    "reach of a discovery with both edges": lambda: df.reach(
        "ee-displaced", mass=[10, 30], discovery=3, settings={"search.precision": 0.1}
    ),
    "reach with counts": lambda: df.reach(
        "missing-mass-photon", mass=[10, 20, 40], asimov=True, toys=3, inject=1e-4, look_elsewhere="gross-vitells"
    ),
    "validation": lambda: df.validate("statistics"),
    "validation of dumps": lambda: df.validate("dumps"),
    "trigger": lambda: df.trigger("meg2", threshold=[5, 53]),
    "survey": lambda: df.survey("dark-photon", [5, 20], without=["ee-resonance", "ee-displaced"]),
    "survey of a vector": lambda: df.survey("vector", 17, settings={"model.g_V_e": 1}, only=["beam-dump", "e141"]),
    "scan": lambda: df.scan("rate", "mu -> e a", grid={"model.mass": [-1, 20, 50]}),
    **{f"target {name}": lambda name=name: df.target(name, MASSES.get(name)) for name in TARGETS},
    "model anarchy": lambda: df.model("anarchy"),
    "model inverse-seesaw": lambda: df.model("inverse-seesaw"),
    "model portal": lambda: df.model("portal"),
    "model dark-photon": lambda: df.model("dark-photon"),
    "model lfv-alp": lambda: df.model("lfv-alp"),
    "published limits": lambda: bounds.table("mu-e"),
    "published limits on couplings": lambda: bounds.table(quantity="all"),
    "limit against mass": lambda: bounds.limits("twist-2015", "0:90:4", settings={"model.chirality": "V-A"}),
    "limit on a coupling": lambda: bounds.limits("red-giants-2020", [0.01, 1e3], to="F_gev"),
    "verdict": lambda: bounds.verdict("x-ray-lines", 0.02, 1e27),
    "a record with an outline": lambda: bounds.show("e137"),
    "a record on decays": lambda: bounds.show("twist-2015"),
    "figure": lambda: df.figure("portals").data,
    "audit": lambda: df.audit("e137"),
    "impacts": lambda: df.impacts("reach", "beam-dump", "e141", mass=3, improve=2),
    "optimise": lambda: df.optimise(
        "reach", "beam-dump", "e141", mass=3, over={"target.Z": "4:90"}, subject={"electrons": ">=1"}
    ),
    "study": lambda: study_of_one_rate(),
}


def study_of_one_rate():
    """A study that is run in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "study.yaml")
        file.write_text("{name: a, title: b, results: {c: {verb: rate, process: mu -> e a}}}")
        return df.load_study(file).run(Path(folder, "out"))


MASSES = {"freeze-in": "0.02:0.1:3", "freeze-out": 20.0, "x-ray-lines": "0.02:0.1:2"}


@pytest.fixture(scope="module", params=list(MADE))
def result(request):
    return MADE[request.param]()


def test_every_column_has_unit_and_meaning(result):
    names = [column.name for column in result.columns]
    assert len(set(names)) == len(names)
    for row in result.rows:
        assert set(output.flattened(row)) <= set(names)
    for column in result.columns:
        values = [output.flattened(row).get(column.name) for row in result.rows]
        assert column.doc, column.name
        numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
        assert column.unit or not numbers, column.name


def test_json_has_the_rows(result):
    data = json.loads(result.to_json())
    assert data["notes"] == list(result.notes)
    assert data["references"] == list(result.references)
    assert data["run"] == result.run != {}
    assert data["run"]["verb"].startswith(result.kind)
    if result.rows_key:
        assert data[result.rows_key] == json.loads(json.dumps(result.rows))
    else:  # one row, whose words stand beside the others
        (row,) = result.rows
        assert {**data, **data.get("model_parameters", {}), **row} == {**data, **data.get("model_parameters", {})}


def test_csv_reads_back(result):
    lines = [line for line in result.to_csv().splitlines(keepends=True) if not line.startswith("# ")]
    read = list(csv.DictReader(io.StringIO("".join(lines))))
    assert len(read) == len(result.rows)
    assert list(read[0]) == [column.name for column in result.columns]
    for written, row in zip(read, map(output.flattened, result.rows), strict=True):
        for name, value in row.items():
            if isinstance(value, float):
                assert float(written[name]) == value
            else:
                assert written[name] == ("" if value is None else str(value))


def test_repr_is_short(result):
    text = repr(result)
    assert len(text) < 240
    assert len(text.splitlines()) == 2
    assert text.startswith(type(result).__name__)


def test_html_has_every_column_with_its_unit_and_the_notes(result):
    text = result._repr_html_()
    for column in result.columns:
        head = column.name if column.unit in ("", "1") else f"{column.name} [{column.unit}]"
        assert f">{html.escape(head)}</th>" in text
    assert text.count("<li>") >= len(result.notes)


def test_arrow_keeps_numbers_units_and_how_it_was_made(result):
    table = result.to_arrow()
    assert table.column_names == [column.name for column in result.columns]
    for column in result.columns:
        metadata = table.schema.field(column.name).metadata
        assert (metadata[b"unit"].decode(), metadata[b"doc"].decode()) == (column.unit, column.doc)
    for read, row in zip(table.to_pylist(), map(output.flattened, result.rows), strict=True):
        for name, value in row.items():
            assert read[name] == value or read[name] == str(value), name
    assert json.loads(table.schema.metadata[b"run"]) == result.run
    assert json.loads(table.schema.metadata[b"notes"]) == list(result.notes)


def test_pandas(result):
    pandas = pytest.importorskip("pandas")
    frame = result.to_pandas()
    assert list(frame.columns) == [column.name for column in result.columns]
    assert frame.attrs["units"] == {column.name: column.unit for column in result.columns}
    for column in result.columns:
        for found, row in zip(frame[column.name], map(output.flattened, result.rows), strict=True):
            value = row.get(column.name)
            assert pandas.isna(found) if value is None else found in (value, str(value))


def test_xarray(result):
    pytest.importorskip("xarray")
    data = result.to_xarray()
    assert set(data.variables) == {column.name for column in result.columns}
    axis = result.axis if result.axis in data.coords else "row"
    assert dict(data.sizes) == {axis: len(result.rows)}
    assert (axis == "row") == (result.axis not in result.rows[0])
    for column in result.columns:
        assert data[column.name].attrs == {"units": column.unit, "long_name": column.doc}


def test_a_package_that_is_missing_is_named():
    with pytest.raises(InvalidInput, match=r"to_x needs the package no_such_package.*darkfactory\[tables\]"):
        conversions.optional("no_such_package", "tables", "to_x")


def test_settings_say_what_they_are_themselves():
    columns = {column.name: column for column in df.model("dark-photon").columns}
    assert columns["mass"].doc != GLOSSARY["mass"].doc
    spectrum = df.spectrum("mu -> e nu nu", observable="E_e", bins=2)
    assert [column.unit for column in spectrum.columns] == ["MeV", "MeV", "1"]


def test_plots_have_labels_with_units():
    from matplotlib.figure import Figure

    def drawn(result, *more):
        axes = Figure().subplots()
        assert result.plot(axes, *more) is axes
        return axes

    reach = df.reach("forward-positron", mass=[1, 20, 105.5], method="fisher")
    axes = drawn(reach)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("mass [MeV]", "branching_ratio")
    assert axes.lines[0].get_ydata()[:2] == pytest.approx(reach.branching_ratio[:2])
    assert not np.isfinite(axes.lines[0].get_ydata()[2])  # closed: nothing is drawn
    axes = drawn(reach, "F_gev")
    assert axes.get_ylabel() == "F [GeV]"
    with pytest.raises(InvalidInput, match="quantity"):
        drawn(reach, "epsilon")
    spectrum = df.spectrum("mu -> e nu nu", observable="E_e", bins=4)
    axes = drawn(spectrum)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("E_e [MeV]", "branching ratio per bin")
    assert axes.patches[0].get_data().values == pytest.approx(spectrum.values)
    limit = bounds.limits("twist-2015", "0:80:5")
    axes = drawn(limit, "F_gev")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("mass [MeV]", "F [GeV]")
    assert axes.lines[0].get_ydata()[1:3] == pytest.approx([row["F_gev"] for row in limit.rows[1:3]])
    assert drawn(bounds.limits("red-giants-2020", "0:0.06:4", to="f_a_gev")).get_ylabel() == "f_a [GeV]"
    with pytest.raises(InvalidInput, match="quantity"):
        drawn(limit, "epsilon")
    axes = drawn(df.trigger("meg2", threshold=[5, 10, 20]))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("threshold [MeV]", "max_stopping_rate [1/s]")
    for name, entry in TARGETS.items():
        axes = drawn(df.target(name, MASSES.get(name)))
        assert "[" in axes.get_xlabel(), name
        assert axes.lines[0].get_ydata().size, entry
    with pytest.raises(InvalidInput, match="quantity"):
        drawn(df.target("freeze-in", 0.05), "allowed")


def test_a_plot_without_axes_makes_them(monkeypatch):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    axes = df.trigger("meg2", threshold=[5, 10]).plot()
    assert axes.get_xlabel() == "threshold [MeV]"
    pyplot.close(axes.figure)


def test_histogram_follows_the_protocol():
    uhi = pytest.importorskip("uhi.typing.plottable")
    for made in ("spectrum", "spectrum with errors"):
        assert isinstance(MADE[made]().histogram(), uhi.PlottableHistogram)


def test_histogram_has_the_numbers():
    spectrum = MADE["spectrum with errors"]()
    found = spectrum.histogram()
    (axis,) = found.axes
    assert list(axis) == list(zip(spectrum.edges[:-1], spectrum.edges[1:], strict=True))
    assert (len(axis), axis[-1], axis.label) == (3, axis[2], "E_gamma [MeV]")
    assert not axis.traits.circular
    assert found.values() is spectrum.values
    assert found.variances() == pytest.approx(spectrum.errors**2)
    some = spectrum.errors > 0
    assert found.counts()[some] == pytest.approx((spectrum.values / np.where(some, spectrum.errors, 1))[some] ** 2)
    exact = MADE["spectrum"]().histogram()
    assert exact.variances() is exact.counts() is None  # integrated, not counted
    with pytest.raises(InvalidInput, match="component"):
        spectrum.histogram("no such")


def test_hist():
    hist = pytest.importorskip("hist")
    spectrum = MADE["spectrum with errors"]()
    found = spectrum.to_hist()
    assert isinstance(found, hist.Hist)
    assert found.values() == pytest.approx(spectrum.values)
    assert found.variances() == pytest.approx(spectrum.errors**2)
