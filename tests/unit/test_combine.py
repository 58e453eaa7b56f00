"""The verb ``combine``: gains, what is common and what is not, refusals, records with measurements, and its files."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import yaml

import darkfactory as df
from darkfactory.cli.names import PartName
from darkfactory.combining.limits import Common, of_bins, of_both, of_counts
from darkfactory.combining.parts import Bins, Window
from darkfactory.errors import InvalidInput
from darkfactory.rerun import made_again
from darkfactory.statistics import BinnedModel, z_value
from support.command_line import as_json, assert_answered, call

STATISTICS = {"search.systematics": "none", "search.background_order": "born", "search.signal_tail": "none"}
COARSE = {"search.bins": 40}


def forward(mass=20, experiment="megii-fwd", method="fisher", **settings):
    given = {key.replace("__", "."): value for key, value in settings.items()}
    return df.reach("forward-positron", experiment, mass=mass, method=method, settings={**COARSE, **given})


def plain(mass=20, **more):
    return df.reach("forward-positron", mass=mass, method="fisher", settings={**STATISTICS, **COARSE}, **more)


@pytest.fixture(scope="module")
def alp():
    return plain([10, 20])


@pytest.fixture(scope="module")
def dump():
    return df.reach("beam-dump", "e137", mass=[10, 20], settings={"search.events": "poisson"})


@pytest.mark.parametrize("number", [2, 4])
def test_identical_experiments(number, alp, dump):
    """F goes with the fourth root of the data; epsilon^4 of a dump without background too."""
    found = df.combine([alp] * number)
    assert any("are the same result: it counts twice" in note for note in found.notes)
    for h, row in enumerate(found.rows):
        assert row["expected"]["F_gev"] == pytest.approx(alp.F_gev[h] * number**0.25, rel=1e-6)
        assert row["gain"] == pytest.approx(number**0.25, rel=1e-6)
        assert list(row["information"].values()) == pytest.approx([1 / number] * number)
        assert row["parts"] == pytest.approx(dict.fromkeys(found.labels, alp.F_gev[h]), rel=1e-12)
    for row in df.combine([dump] * number).rows:
        assert row["gain"] == pytest.approx(number**0.25, rel=1e-3)
        assert row["excluded"][0][0] == row["expected"]["epsilon"]
        assert row["excluded"][0][1] > row["parts"]["e137/beam-dump#1"] * 100  # and the other edge


def test_two_orientations_of_the_spin_are_what_the_search_finds_for_two_samples():
    """A joint fit of both, if they have all nuisances in common; less if not."""
    days, fraction = 14.0, 0.3
    up = forward([5, 20], beam__days=days * (1 - fraction))
    down = forward([5, 20], beam__days=days * fraction, search__flipped_fraction=1 - 1e-9)
    both = forward([5, 20], beam__days=days, search__flipped_fraction=fraction)
    share = ["normalization", "polarization", "energy_scale", "resolution"]
    joint = df.combine([up, down], share=share)
    assert [row["expected"]["F_gev"] for row in joint.rows] == pytest.approx(both.F_gev, rel=1e-6)
    assert joint.shared == tuple(share) == tuple(joint.nuisances)
    apart = df.combine([up, down])
    assert apart.rows[0]["gain"] < 1.001 < 1.5 < joint.rows[0]["gain"]
    assert set(apart.nuisances) == {f"{label}/{name}" for label in apart.labels for name in share}
    assert any("(correlation 1): normalization, polarization" in note for note in joint.notes)
    assert all(abs(value) <= 1 for value in joint.rows[0]["correlation"].values())


def test_channels_of_one_alp_have_one_scale():
    """Branching ratios differ, F is common: 1/F^4 errors add as inverse squares."""
    one = plain(20)
    other = df.reach("missing-mass-photon", mass=20, cl=0.95, method="fisher", settings={"search.sampling": 0.3})
    found = df.combine([one, other])
    (row,) = found.rows
    errors = np.array([one.F_gev[0], other.F_gev[0]]) ** -2.0
    assert row["expected"]["F_gev"] ** -2 == pytest.approx(np.sum(errors**-2.0) ** -0.5, rel=1e-6)
    assert list(row["information"].values()) == pytest.approx(errors**-2.0 / np.sum(errors**-2.0), rel=1e-6)
    assert found.labels == ("megii-fwd/forward-positron", "meg2/missing-mass-photon")
    assert set(one.references) | set(other.references) == set(found.references)


def test_cl_and_method_are_those_of_all_or_are_asked_for(alp):
    stricter = plain([10, 20], cl=0.90)
    with pytest.raises(
        InvalidInput, match=r"cl = 0\.95 \(results\[1\]\), 0\.9 \(results\[2\]\): not the same; give --cl"
    ):
        df.combine([alp, stricter])
    found = df.combine([alp, stricter], cl=0.90)
    assert (found.cl, found.z) == (0.90, z_value(0.90, "fisher"))
    assert found.rows[0]["parts"] == pytest.approx(dict.fromkeys(found.labels, stricter.F_gev[0]))


def test_masses_that_not_all_have_are_left_out(alp):
    found = df.combine([alp, plain([20, 30])])
    assert [row["mass"] for row in found.rows] == [20.0]
    assert "left out, since not all results have them: 10, 30 MeV" in found.notes
    with pytest.raises(InvalidInput, match=r"10, 20 \(megii-fwd/forward-positron#1\); 11 .*none is interpolated"):
        df.combine([alp, plain(11)])


def test_a_closed_part_says_nothing():
    found = df.combine([plain([20, 105.5]), plain([20, 105.5])])
    assert (found.rows[1]["status"], found.rows[1]["expected"]["F_gev"]) == ("closed", None)
    photon = df.reach("missing-mass-photon", mass=[20, 95], cl=0.95, method="fisher", settings={"search.sampling": 0.3})
    one = plain([20, 95])
    alone = df.combine([one, photon]).rows[1]
    assert alone["expected"]["F_gev"] == pytest.approx(one.F_gev[1], rel=1e-9)
    assert (alone["gain"], alone["parts"]["meg2/missing-mass-photon"]) == (pytest.approx(1.0), None)


def of(search, experiment, mass, **settings):
    return df.reach(search, experiment, mass=mass, settings={key.replace("__", "."): v for key, v in settings.items()})


REFUSED = {
    r"model\.chirality: V\+A \(megii-fwd/forward-positron#1\), V-A": lambda: [plain(), forward(model__chirality="V-A")],
    r"model: lfv-alp .*, dark-photon": lambda: [
        df.reach("forward-positron", mass=20, cl=0.95, method="cls", settings={**STATISTICS, **COARSE}),
        of("beam-dump", "e137", 20, search__events="poisson"),
    ],
    "no likelihood .*search.events = 3.*search.events=poisson": lambda: [of("beam-dump", "e137", 20)] * 2,
    "no likelihood .*search.analysis=binned": lambda: (
        [of("missing-mass-tracks", "mu3e-phase1", 30, search__precision=0.1)] * 2
    ),
    "no likelihood .*search.lifetime=prompt": lambda: (
        [of("ee-resonance", "mu3e-phase1", 20, search__precision=0.1)] * 2
    ),
    "no likelihood .*neutral-current": lambda: [of("neutral-current", "nutev", 1000)] * 2,
    "leptons: mu -> e .*, tau -> mu": lambda: [
        plain(),
        df.reach(
            "forward-positron", "argus", mass=20, method="fisher", settings={"search.channel": "tau-mu", **STATISTICS}
        ),
    ],
    "2 at least|two at least": lambda: [plain()],
    "at least one result of reach": lambda: ["bound:twist-2015", "bound:jodidio-1986"],
    r"bound:twist-2015: at 20 MeV an upper limit alone .*lacks `measured`: best_fit and error": lambda: [
        plain(),
        "bound:twist-2015",
    ],
    "bound:na64-visible-2020: a limit on epsilon": lambda: [plain(), "bound:na64-visible-2020"],
}


@pytest.mark.parametrize("told", REFUSED)
def test_what_cannot_be_combined_is_refused(told):
    results = REFUSED[told]()
    with pytest.raises(InvalidInput, match=f"(?s){told}"):
        df.combine(results)


def test_shared_nuisances_are_checked():
    one, other = forward(), forward(search__systematics__polarization=0.02)
    with pytest.raises(InvalidInput, match=r"share polarization: its prior is 0\.01 in .*#1 and 0\.02 in .*#2"):
        df.combine([one, other], share="polarization")
    with pytest.raises(
        InvalidInput, match=r"share = exposure: no result has it; can be shared: energy_scale, normalization"
    ):
        df.combine([one, other], share="exposure, resolution")
    mine = df.reach("missing-mass-photon", mass=20, cl=0.95, method="fisher", settings={"search.sampling": 0.3})
    with pytest.raises(
        InvalidInput, match="share = rc_norm: only meg2/missing-mass-photon has it; can be shared: none"
    ):
        df.combine([one, mine], share="rc_norm")
    with pytest.raises(InvalidInput, match="coupling"):
        df.combine([one, one], coupling="epsilon")


def test_counts_in_windows_of_two_orientations_add():
    one = df.reach("forward-positron", mass=20, method="window", settings={**STATISTICS, **COARSE})
    found = df.combine([one, one])
    assert found.rows[0]["gain"] == pytest.approx(2**0.25, rel=1e-9)
    with pytest.raises(InvalidInput, match="no binned likelihood"):
        found.to_pyhf()


# limits of parts that are written down here


def quadratic(events, unit=1e-5):
    return lambda y: events * (y / unit) ** 2


SCAN = 1e-5 * np.geomspace(1e-3, 1.0, 40)


def test_counts_beside_bins_are_a_bin_more():
    common, unit = Common(0.90, "cls"), np.array([1e-5])
    bins = Bins(BinnedModel([[1000.0, 500.0]], [[2000.0, 1000.0]]), unit, 2.0, np.array([[2050.0, 980.0]]))
    count = Bins(BinnedModel([[800.0]], [[900.0]]), unit, 2.0, np.array([[910.0]]))
    wanted = of_bins({"bins": bins, "count": count}, common)
    found = of_both({"bins": bins}, {"count": Window(quadratic(800.0), 900.0, 0.0, SCAN, 910.0)}, common)
    assert found.strength == pytest.approx(wanted.strength, rel=1e-5)
    assert found.observed == pytest.approx(wanted.observed, rel=1e-5)
    share, other = (solved.information / solved.information.sum() for solved in (found, wanted))
    assert share == pytest.approx(other, rel=0.05)  # one at the limit, one without signal


def test_an_uncertain_count_beside_bins():
    common, unit = Common(0.90, "cls"), np.array([1e-5])
    bins = Bins(BinnedModel([[1000.0, 500.0]], [[2000.0, 1000.0]]), unit, 2.0)
    sure, unsure = (
        of_both({"bins": bins}, {"count": Window(quadratic(800.0), 900.0, kappa, SCAN)}, common) for kappa in (0.0, 0.3)
    )
    assert unsure.strength[0, 2] > 1.05 * sure.strength[0, 2]
    assert unsure.strength[0, 2] < of_bins({"bins": bins}, common).strength[0, 2]
    assert unsure.nuisances == {"count/background": 0.3}


def test_two_windows_exclude_what_none_does_alone():
    """Of X that decay early or late: the gap between two regions closes, and observed counts decide."""
    near = Window(lambda y: 60 * y**2 * np.exp(-(y**2)), 0.0, 0.0, np.geomspace(1e-2, 30, 60), 0.0)
    far = Window(lambda y: 3e3 * y**2 * np.exp(-20 * y**2), 0.5, 0.0, np.geomspace(1e-2, 30, 60), 1.0)
    found = of_counts({"near": near, "far": far}, Common(0.95, "cls"))
    low, high = found.intervals[0]
    for window in (near, far):
        alone = of_counts({"alone": window}, Common(0.95, "cls")).intervals
        assert low <= alone[0, 0] * (1 + 1e-9)
        assert high >= alone[0, 1] * (1 - 1e-9)
    assert found.observed[0] > found.strength[0, 2]  # one event more than the median
    assert found.poisson[0]


# records


RECORD = {
    "name": "mine",
    "label": "mine",
    "citation": "I 2031",
    "kind": "observed",
    "assumes": "invisible",
    "limits": [
        {
            "channel": "mu -> e a",
            "cl": 0.90,
            "chirality": "any",
            "mass_range": {"value": [0, 50], "unit": "MeV", "tag": "assumed", "source": "test"},
            "value": {"value": 1e-6, "tag": "assumed", "source": "test"},
            "measured": {"best_fit": 2e-7, "error": 6e-7, "tag": "assumed", "source": "test"},
            "recast": {"rule": "none"},
        }
    ],
}


def record(folder, **measured):
    content = json.loads(json.dumps(RECORD))
    if measured:
        content["limits"][0]["measured"] = {**measured, "tag": "assumed", "source": "test"}
    (folder / "mine.yaml").write_text(yaml.safe_dump(content))
    return folder / "mine.yaml"


def test_a_measured_branching_ratio_is_a_gaussian_term(alp, tmp_path):
    found = df.combine([alp, "bound:mine"], extra=record(tmp_path))
    z, row = z_value(0.95, "fisher"), found.rows[1]
    errors = np.array([alp.branching_ratio[1] / z, 6e-7])
    scale = alp.F_gev[1] ** 2 * alp.branching_ratio[1]
    assert row["expected"]["F_gev"] ** -2 == pytest.approx(z * np.sum(errors**-2.0) ** -0.5 / scale, rel=1e-4)
    assert row["parts"]["bound:mine"] == pytest.approx(math.sqrt(scale / (z * 6e-7)), rel=1e-4)
    assert row["observed"] is None
    assert "no observed limits: megii-fwd/forward-positron without counts" in found.notes
    assert "I 2031" in found.references
    assert found.run["records"][0]["name"] == "mine"


def test_counted_events_are_a_poisson_term_and_data_give_observed_limits(tmp_path):
    """Observed limits in F: those of all counts together."""
    own = record(tmp_path, observed=120, background=100.0, events_per_branching_ratio=1e8)
    asimov = df.reach("forward-positron", mass=20, method="profile", settings={**STATISTICS, **COARSE})
    counts = asimov.result.models.background[0]
    seen = df.reach("forward-positron", mass=20, method="profile", settings={**STATISTICS, **COARSE}, data=counts)
    found = df.combine([seen, "bound:mine"], extra=own)
    (row,) = found.rows
    assert row["observed"]["F_gev"] < row["expected"]["F_gev"]  # an excess in the record
    joint = found.joint
    assert joint.expectation(0.0)[0, -1] == pytest.approx(100.0)
    assert joint.expectation(1e-6)[0, -1] == pytest.approx(200.0)


def test_pseudo_data_and_counts_give_observed_limits():
    """Exactly what is expected gives the expected limit; of toys and discoveries of the parts nothing is needed."""
    asked = {"mass": 20, "method": "profile", "settings": {**STATISTICS, **COARSE}}
    both = [
        df.reach("forward-positron", asimov=True, toys=5, seed=1, **asked),
        df.reach("forward-positron", asimov=True, **asked),
    ]
    found = df.combine(both)
    (row,) = found.rows
    assert row["observed"]["F_gev"] == pytest.approx(row["expected"]["F_gev"], rel=1e-4)
    assert not {"toys", "seed"} & set(found.run["arguments"]["results"][0]["arguments"])
    given = {"mass": 10, "settings": {"search.precision": 0.1, "beam.exposure_muons": 1e15}}
    one = df.reach("ee-displaced", "mu3e-phase1", data=[970], **given)
    seen = df.combine([one, one]).rows[0]
    double = df.reach(
        "ee-displaced", "mu3e-phase1", data=[1940], mass=10, settings={**given["settings"], "beam.exposure_muons": 2e15}
    )
    assert seen["observed"]["epsilon"] == pytest.approx(double.result.observed["epsilon"][0], rel=1e-6)
    assert seen["observed"]["epsilon"] > seen["expected"]["epsilon"]  # an excess


def test_records_with_half_a_measurement_are_answered(tmp_path, alp):
    for wrong in (
        {"best_fit": 1e-7},
        {"best_fit": 1e-7, "error": 1e-7, "observed": 3},
        {"observed": 3, "background": 1.0},
    ):
        with pytest.raises(Exception, match="give best_fit and error, or observed, background"):
            df.combine([alp, "bound:mine"], extra=record(tmp_path, **wrong))


def test_a_record_says_nothing_off_its_masses(tmp_path):
    found = df.combine([plain([20, 60]), "bound:mine"], extra=record(tmp_path))
    assert found.rows[0]["parts"]["bound:mine"] is not None
    assert found.rows[1]["parts"]["bound:mine"] is None
    assert "without bound:mine at 60 MeV, where it is closed or says nothing" in found.notes


# files and the command line


def test_a_combination_repeats_itself_without_the_files_of_its_parts(capsys, tmp_path, alp):
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(alp.to_json())
    out = tmp_path / "both.json"
    printed = as_json(capsys, "combine", tmp_path / "a.json", tmp_path / "b.json", "--out", out)
    assert printed["points"][0]["gain"] == pytest.approx(2**0.25)
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").unlink()
    again = as_json(capsys, "rerun", out)
    assert again["agrees"]
    assert again["largest_relative_difference"] == 0
    code, text, _ = call(capsys, "cite", out)
    assert code == 0
    assert all(key in text for key in alp.references)
    found = df.audit(out)
    assert {row["stands_in"] for row in found.rows} >= {"card megii-fwd", "search forward-positron"}
    old = json.loads(out.read_text())
    old["run"]["arguments"]["results"][0]["card"]["sha256"] = "0"
    out.write_text(json.dumps(old))
    assert_answered(capsys, ("rerun", out), "has changed since")


def test_a_file_that_no_longer_holds_is_told(tmp_path, alp):
    old = json.loads(alp.to_json())
    old["points"][1]["expected"]["F_gev"] *= 1.01
    (tmp_path / "a.json").write_text(json.dumps(old))
    found = df.combine([tmp_path / "a.json", alp])
    assert any("its limits differ from those in the file at 20 MeV" in note for note in found.notes)


def test_the_command_exports_for_pyhf_and_answers_mistakes(capsys, tmp_path):
    file, workspace = tmp_path / "a.json", tmp_path / "w.json"
    file.write_text(plain(20).to_json())
    code, out, _ = call(capsys, "combine", file, file, "--export-pyhf", workspace)
    assert code == 0
    assert "F [GeV]" in out
    assert len(json.loads(workspace.read_text())["channels"][0]["samples"][0]["data"]) == 80
    (tmp_path / "r.json").write_text(df.rate("mu -> e a").to_json())
    assert_answered(
        capsys, ("combine", file, tmp_path / "r.json"), "a result of rate; results of reach can be combined"
    )
    assert_answered(capsys, ("combine", file, tmp_path / "none.json"), "No such file")
    assert_answered(capsys, ("combine", file, file, "--cl", "2"), "cl = 2: allowed (0.5, 1)")
    assert_answered(capsys, ("combine", file, file, "--method", "best"), "method")


def test_names_of_records_are_completed():
    kind = PartName()
    assert "bound:twist-2015" in [item.value for item in kind.shell_complete(None, None, "bound:tw")]
    assert [item.type for item in kind.shell_complete(None, None, "out")] == ["file"]


def test_plot_and_several_masses(alp):
    from matplotlib.figure import Figure

    found = df.combine([alp, alp])
    axes = Figure().subplots()
    assert found.plot(axes) is axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("mass [MeV]", "F [GeV]")
    assert len(axes.lines) == 3
    assert axes.lines[2].get_ydata() == pytest.approx([row["expected"]["F_gev"] for row in found.rows])
    with pytest.raises(InvalidInput, match="quantity"):
        found.plot(axes, "epsilon")
    with pytest.raises(InvalidInput, match="a pyhf workspace holds one"):
        found.to_pyhf()
    assert made_again("again", found.run).rows == found.rows


def test_exports_hold_the_counts_that_were_given():
    """Observations are the data of a reach, and those of all parts of a combination; the expected background without data."""
    settings = {"search.sampling": 0.2}
    seen = df.reach("missing-mass-photon", mass=20, settings=settings, asimov=True, inject=2e-4)
    expected = df.reach("missing-mass-photon", mass=20, settings=settings)
    (counts,) = seen.observation.counts
    one, plain_one = (found.to_pyhf()["observations"][0]["data"] for found in (seen, expected))
    both, plain_both = (df.combine([found] * 2).to_pyhf()["observations"][0]["data"] for found in (seen, expected))
    assert one == pytest.approx(counts[counts > 0], rel=1e-12)
    assert max(abs(np.array(one) - plain_one)) > 1
    assert both == pytest.approx(one * 2, rel=1e-12)
    assert plain_both == pytest.approx(plain_one * 2, rel=1e-12)


def test_counts_are_not_written_over(capsys, tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text("5\n", encoding="utf-8")
    asked = ["reach", "beam-dump", "--experiment", "e141", "--mass", "5", "--data", file, "--template", file]
    assert_answered(capsys, asked, "holds the counts of --data")
    assert file.read_text(encoding="utf-8") == "5\n"
