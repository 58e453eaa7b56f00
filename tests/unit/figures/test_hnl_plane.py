"""Figure hnl-plane, and names at curves."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import darkfactory as df
from darkfactory.bounds import get_coupling_bound
from darkfactory.figures.labels import label_curves
from darkfactory.figures.points import picked
from support.figures import check_laws


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    return df.figure("hnl-plane", tmp_path_factory.mktemp("hnl") / "hnl-plane")


def test_laws(plane):
    check_laws(plane)


def test_curves_are_the_records(plane):
    nutev = get_coupling_bound("nutev")
    rows = picked(plane.data.rows, curve="NuTeV")
    assert len(rows) > 30
    for row in rows:
        assert row["U2"] == nutev.value(row["mass_mev"])
        assert row.get("far_side") == nutev.far_side(row["mass_mev"])
    # m_nu = U^2 M
    for row in picked(plane.data.rows, neutrino_mass_ev=0.05):
        assert row["U2"] * row["mass_mev"] == pytest.approx(0.05e-6, rel=1e-3)
    (entry,) = (entry for entry in plane.data.summary if entry["curve"] == "NuTeV")
    assert entry["U2 at 1 GeV"] == pytest.approx(nutev.value(1000.0), rel=2e-3)
    assert not picked(plane.data.rows, kind="projected")
    assert "BBN" not in {row["curve"] for row in plane.data.rows}


def test_flavors_projections_and_conditions_change_it():
    found = df.figure("hnl-plane", flavor="tau", projections=True, conditional=True)
    curves = {row["curve"] for row in found.data.rows}
    assert {"BBN", "SHiP (proj.)", "Belle 2024"} <= curves
    assert "NuTeV" not in curves


def test_names_stand_apart_and_inside():
    figure = Figure(figsize=(5, 4))
    axis = figure.subplots()
    x = np.geomspace(1, 100, 50)
    axis.set(xscale="log", yscale="log", xlim=(1, 100), ylim=(1e-6, 1))
    curves = [(x, 10.0**-k * x, f"curve {k}", "black") for k in range(2, 6)]
    curves.append((x, x * 1e9, "outside", "black"))
    assert label_curves(axis, curves) == 4
    boxes = [text.get_window_extent(FigureCanvasAgg(figure).get_renderer()) for text in axis.texts]
    assert [text.get_text() for text in axis.texts] == [f"curve {k}" for k in range(2, 6)]
    for n, box in enumerate(boxes):
        assert axis.bbox.contains(box.x0, box.y0)
        assert axis.bbox.contains(box.x1, box.y1)
        assert not any(box.overlaps(other) for other in boxes[:n])
    # twenty curves on one line: most stay without a name, rather than one upon the other
    assert 0 < label_curves(axis, [(x, 1e-3 * x, f"line {k}", "black") for k in range(40)]) < 40
