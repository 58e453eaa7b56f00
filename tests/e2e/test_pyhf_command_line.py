"""Exported workspaces in the hands of pyhf's own command line: its default backend finds our limits."""

import json
import subprocess
import sys

import numpy as np
import pyhf
import pytest
from click.testing import CliRunner
from pyhf.cli import cli
from scipy.stats import norm

import darkfactory
from darkfactory.statistics import pyhf_scale
from support.command_line import as_json, call
from support.mu3e import small_slices

pytestmark = pytest.mark.filterwarnings("ignore")

# both programs see the same counts, of however few events they come
BINNED = {"search.analysis": "binned", "search.precision": 0.1}
PHOTON = {"search.sampling": 0.3}
EXPORTS = {
    "forward, statistics": ("forward-positron", "megii-fwd", {"mass": 20}, {"search.systematics": "none"}),
    "forward": ("forward-positron", "megii-fwd", {"mass": 20}, {}),
    # a Michel edge that scale and resolution move, and a nuisance at its bound
    "forward, at the edge": ("forward-positron", "megii-fwd", {"mass": 5}, {"beam.polarization": 1}),
    "photon": ("missing-mass-photon", "meg2", {"mass": 20}, PHOTON),
    "tracks": ("missing-mass-tracks", "mu3e-phase2", {"mass": 30}, BINNED | {"search.floating": "quadratic"}),
    "pair": (
        "ee-resonance",
        "mu3e-phase1",
        {"mass": 20, "model": "dark-photon"},
        BINNED | {"search.angles": "none", "search.systematics.shape": 1e-3, "search.floating": "level"},
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _small():
    with small_slices():
        yield


def unit_of(workspace):
    """Unit of mu as a program finds it."""
    parameters = {entry["name"]: entry for entry in workspace["measurements"][0]["config"]["parameters"]}
    return parameters["unit_of_mu"]["inits"][0], parameters["mu"]


def cls(path, mu, backend="numpy"):
    """Median CLs of ``pyhf cls``."""
    try:
        done = CliRunner().invoke(cli, ["cls", str(path), "--test-poi", str(mu), "--backend", backend])
    finally:
        pyhf.set_backend("numpy")
    assert done.exit_code == 0, done.exception
    return json.loads(done.output)["CLs_exp"][2]


@pytest.mark.parametrize("name", EXPORTS)
def test_the_default_backend_finds_the_limit(name, tmp_path):
    search, experiment, options, settings = EXPORTS[name]
    found = darkfactory.reach(search, experiment, method="cls", settings=settings, **options)
    workspace = found.to_pyhf()
    path = tmp_path / "w.json"
    path.write_text(json.dumps(workspace))
    unit, mu = unit_of(workspace)
    assert unit == pyhf_scale(found.result.likelihood(0))
    limit = float(found.branching_ratio[0]) / unit
    assert mu["inits"] == [0.0]
    assert 0 < limit < mu["bounds"][0][1]
    z = norm.isf((1 - found.cl) / 2)
    for backend, tolerance in (("numpy", 0.01), ("jax", 0.001)):
        seen = norm.isf(cls(path, limit, backend) / 2)  # of our limit, by CLs = 2 (1 - Phi(z))
        assert seen == pytest.approx(z, rel=tolerance), backend
    # mu = 1 is one standard deviation
    assert cls(path, 1.0) == pytest.approx(2 * norm.sf(1.0), abs=0.02)


def test_a_combination_of_two_channels(tmp_path):
    """An energy of a lepton and a missing mass, in the unit of the first branching ratio."""
    given = {"mass": 20, "cl": 0.90, "method": "cls"}
    one = darkfactory.reach("forward-positron", "megii-fwd", settings={"beam.days": 1e-3}, **given)
    other = darkfactory.reach("missing-mass-photon", "meg2", settings=PHOTON, **given)
    found = darkfactory.combine([one, other])
    workspace = found.to_pyhf()
    path = tmp_path / "w.json"
    path.write_text(json.dumps(workspace))
    unit, _ = unit_of(workspace)
    (row,) = found.rows
    assert row["gain"] > 1.1  # both matter
    limit = float(one.branching_ratio[0] * (one.F_gev[0] / row["expected"]["F_gev"]) ** 2) / unit
    for backend, tolerance in (("numpy", 0.01), ("jax", 0.003)):
        seen = norm.isf(cls(path, limit, backend) / 2)
        assert seen == pytest.approx(norm.isf(0.05), rel=tolerance), backend


def test_the_readme_command(capsys, tmp_path):
    """As a user types it; pyhf in a process of its own."""
    path = tmp_path / "w.json"
    command = ["reach", "forward-positron", "--experiment", "megii-fwd", "--mass", "20", "--method", "cls"]
    point = as_json(capsys, *command, "--export-pyhf", path)["points"][0]
    unit, _ = unit_of(json.loads(path.read_text()))
    mu = point["expected"]["branching_ratio"] / unit
    command = [sys.executable, "-c", "from pyhf.cli import cli; cli()", "cls", str(path), "--test-poi", repr(mu)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert norm.isf(json.loads(done.stdout)["CLs_exp"][2] / 2) == pytest.approx(1.959964, rel=0.01)


def test_few_events_lie_in_the_range():
    settings = {"beam.exposure_muons": 1e3, "search.systematics": "none"}
    found = darkfactory.reach("forward-positron", "megii-fwd", mass=20, method="cls", settings=settings)
    unit, mu = unit_of(found.to_pyhf())
    assert found.branching_ratio[0] / unit == pytest.approx(2.9957, rel=0.01)  # mu counts signal events
    assert found.branching_ratio[0] / unit < mu["bounds"][0][1] / 2
    far = found.result.band.copy()
    far[0, 4] = 1000 * unit
    wide = darkfactory.statistics.to_pyhf(found.result.likelihood(0), reach=float(np.max(far)))
    assert unit_of(wide)[1]["bounds"] == [[0.0, 2000.0]]


def test_a_free_shape_is_answered_with_the_setting_that_bounds_it(capsys, tmp_path):
    """Bins of less than 1e5 counts are not conditioned, and a free normalisation beside a shape is no factor there."""
    short = [f"--set={key}" for key in ("beam.days=0.1", "search.systematics.photon_scale=2e-3")]
    command = ["reach", "missing-mass-photon", "--mass", "20", *short, "--export-pyhf", tmp_path / "w.json"]
    code, out, err = call(capsys, *command)
    assert (code, out) == (2, "")
    assert "give it a finite prior, e.g. search.systematics.rmd_norm=10" in " ".join(err.split())
    bounded = [f"--set=search.systematics.{key}_norm=10" for key in ("rmd", "rc")]
    assert call(capsys, *command, *bounded)[0] == 0
