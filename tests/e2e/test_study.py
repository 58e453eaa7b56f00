"""Study files: all is made, only once, whatever fails on the way; every problem of a file is said; one page shows all of it."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

import darkfactory as df
from darkfactory.bounds import from_csv
from darkfactory.errors import CardError, InvalidInput
from darkfactory.figures import FIGURES
from darkfactory.output import cell, to_json
from darkfactory.report.likelihoods import write_likelihoods
from darkfactory.report.schema import json_schema
from darkfactory.scans.call import Call
from support.command_line import call
from support.mu3e import small_slices

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDY = """
name: tiny
title: A <tiny> study
notes: One & two.
cards: [mine.yaml]
results:
  forward: {verb: reach, search: forward-positron, experiment: mine, mass: [0, 20], method: fisher}
  unknown-cut: {verb: rate, process: mu -> e a, cut: E_q > 3}
scans:
  plane: {verb: rate, process: mu -> e a, grid: {model.mass: "0:90:2", model.chirality: [V+A, V]}}
figures:
  portals: {formats: [svg]}
"""
PARTS = ["results/forward", "results/unknown-cut", "scans/plane", "figures/portals"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder of a study that was run once, with what the run said."""
    folder = tmp_path_factory.mktemp("study")
    card = Path(df.load_card("megii-fwd").path).read_text().replace("name: megii-fwd", "name: mine", 1)
    (folder / "mine.yaml").write_text(card)
    (folder / "tiny.yaml").write_text(STUDY)
    lines = []
    found = df.load_study(folder / "tiny.yaml").run(folder / "out", lines.append)
    return folder, found, lines


@pytest.fixture
def copy(made, tmp_path):
    """A copy of that folder, to be changed."""
    return Path(shutil.copytree(made[0], tmp_path / "copy"))


def run_again(folder, text=STUDY):
    (folder / "tiny.yaml").write_text(text)
    rows = df.load_study(folder / "tiny.yaml").run(folder / "out").rows
    return {row["part"]: row["status"] for row in rows}


def test_all_is_made_and_a_failing_part_stops_nothing(made):
    folder, found, lines = made
    status = {row["part"]: row["status"] for row in found.rows}
    assert status == dict.fromkeys(PARTS, "made") | {"results/unknown-cut": "failed"}
    assert found.failed == ("results/unknown-cut",)
    assert [line.split(":")[0] for line in lines] == [f"{n}/4 {part}" for n, part in enumerate(PARTS, 1)]
    assert "E_q" in lines[1]
    there = {path.relative_to(folder / "out").as_posix() for path in (folder / "out").rglob("*") if path.is_file()}
    tables = {
        f"{part}.{ending}" for part in ("results/forward", "scans/plane") for ending in ("json", "csv", "about.json")
    }
    drawn = {f"figures/portals.{ending}" for ending in ("json", "csv", "svg", "about.json")}
    assert there == {"manifest.json", "results/forward.pyhf.zip", *tables, *drawn}
    # the same numbers as without a study, of the card that the study calls by its name
    own = df.reach("forward-positron", folder / "mine.yaml", mass=[0, 20], method="fisher")
    assert (
        json.loads((folder / "out/results/forward.json").read_text())["points"] == json.loads(own.to_json())["points"]
    )


def test_the_second_run_makes_only_what_failed(copy):
    before = {path: path.stat().st_mtime_ns for path in (copy / "out").rglob("*.*") if path.name != "manifest.json"}
    assert run_again(copy) == dict.fromkeys(PARTS, "up to date") | {"results/unknown-cut": "failed"}
    assert before == {path: path.stat().st_mtime_ns for path in before}


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("mass: [0, 20]", "mass: [0, 30]", "results/forward"),
        ("[V+A, V]", "[V+A, V-A]", "scans/plane"),
        ("formats: [svg]", "formats: [svg], style: paper", "figures/portals"),
    ],
)
def test_a_changed_setting_remakes_that_alone(copy, old, new, again):
    expected = dict.fromkeys(PARTS, "up to date") | {"results/unknown-cut": "failed", again: "made"}
    assert run_again(copy, STUDY.replace(old, new)) == expected


def test_what_a_part_reads_and_writes_counts(copy):
    card = copy / "mine.yaml"
    card.write_text(card.read_text() + "\n# changed\n")
    (copy / "out/scans/plane.csv").unlink()
    assert run_again(copy) == dict(zip(PARTS, ("made", "failed", "made", "up to date"), strict=True))


def test_what_a_card_reads_counts(copy):
    """The card names a file itself."""
    card, table = copy / "mine.yaml", copy / "table.csv"
    table.write_text("0,1\n100,2\n")
    text = Path(df.load_card("mu3e-phase1").path).read_text().replace("name: mu3e-phase1", "name: mine", 1)
    entry = f"{{value: '{table}', unit: '1', tag: assumed, source: me}}"
    card.write_text(text.replace("ee-displaced:\n", f"ee-displaced:\n    background: {{material: {entry}}}\n"))
    study = STUDY.replace("search: forward-positron", "search: ee-displaced").replace("[0, 20], method: fisher", "20")
    assert run_again(copy, study)["results/forward"] == "made"
    assert run_again(copy, study)["results/forward"] == "up to date"
    table.write_text("0,1\n100,3\n")
    assert run_again(copy, study)["results/forward"] == "made"


def test_a_study_that_is_mended_is_whole(copy, capsys):
    text = STUDY.replace("cut: E_q > 3", "settings: {model.mass: 20}").replace("portals: {formats: [svg]}", "portals:")
    (copy / "tiny.yaml").write_text(text)
    code, out, err = call(capsys, "run", str(copy / "tiny.yaml"), "--out", str(copy / "out"))
    assert (code, out.count("made"), out.count("up to date")) == (0, 2, 2)
    assert err.splitlines()[-1] == f"written: {copy / 'out'}/"


def test_the_command_says_what_failed(copy, capsys):
    code, out, err = call(capsys, "run", str(copy / "tiny.yaml"), "--out", str(copy / "out"))
    assert code == 2
    assert "1 of 4 parts failed: results/unknown-cut" in out
    assert "2/4 results/unknown-cut: failed, " in err


BAD = """
name: Bad Name
colour: red
cards: [none.yaml]
bounds: [nowhere]
style: tlak
results:
  a: {verb: rech}
  b: {verb: reach, serch: forward-positron}
  c: {verb: reach, search: forward-positron, experiment: megii-fwd, settings: {beam.days: -3, beam.dais: 1}}
  d: {verb: rate, process: mu -> q, model: lfv-alp, settings: {model.mas: 20}}
  e: 5
  h: {verb: target, name: freeze-in, masses: 0.02}
  i: {verb: reach, search: forward-positron, cl: 3, method: best}
  j: {verb: reach, search: forward-positron, settings: {search.focuss: 3}}
  k: {verb: rate, process: mu -> e a, settings: {mass: 3}}
  l: {verb: model, name: anarchyy}
  n: {verb: impacts, search: forward-positron, mas: 20}
  o: {verb: reach, search: forward-positron, experiment: [twist, megii-fwd]}
scans:
  f: {verb: rate, process: mu -> e a, grid: {modle: 3}}
  g: {verb: rate, process: mu -> e a, workers: 0}
  p: {verb: rate, process: mu -> e a, grid: {model.maas: [1, 2]}}
  q: {verb: rate, process: mu -> e a, grid: {model.mass: [-1, -2]}}
  r: {verb: reach, search: forward-positron, settings: {beam.dais: 1}, grid: {mass: [0, 20]}}
  s: {verb: rate, process: mu -> e a, settings: 5, grid: {model.mass: [0, 20]}}
figures:
  portal:
  thermal-targets: {settings: {r: -1, rr: 2}, formats: [gif]}
"""
PROBLEMS = (
    "name = 'Bad Name': allowed small letters",
    "title: missing",
    "colour: unknown key",
    r"cards\[0\]: ",
    "bounds: ",
    "style = 'tlak': does not exist",
    "results.a: verb = 'rech': allowed .*did you mean reach",
    "results.b: serch: reach has no such argument; .*did you mean search",
    "results.b: search: missing",
    "results.c: .*beam.days = -3: allowed",
    "results.c: .*beam.dais: unknown key; did you mean beam.days",
    "results.d: .*mu -> q",
    "results.d: model.mas: unknown key .*did you mean model.mass",
    "results.e = 5: allowed results by a name of yours: verb and arguments",
    "results.h: masses: unknown key of target freeze-in",
    "results.i: cl = 3: allowed",
    "results.i: method = 'best': allowed",
    "results.j: search.focuss: unknown key .*did you mean search.focus",
    "results.k: mass: unknown key of the rate of mu -> e a",
    "results.l: model 'anarchyy' does not exist; .*did you mean anarchy",
    "results.n: mas: impacts has no such argument; .*did you mean mass",
    r"results.o: experiment = \['twist', 'megii-fwd'\]: must be the name or the path of a card",
    "scans.p: model.maas: unknown key .*did you mean model.mass",
    "scans.q: model.mass = -1: allowed",
    "scans.r: .*beam.dais: unknown key; did you mean beam.days",
    "scans.s: settings = 5: must be a mapping",
    "scans.f: modle: .*did you mean model",
    "scans.g.grid: missing",
    "scans.g.workers = 0: allowed .*>= 1",
    "figures.portal: figure = 'portal': .*did you mean portals",
    "figures.thermal-targets: r = -1: allowed",
    "figures.thermal-targets: rr: unknown key",
    "figures.thermal-targets: format = 'gif': allowed pdf, png, svg",
)


def test_every_problem_is_said_at_once(tmp_path, capsys):
    file = tmp_path / "bad.yaml"
    file.write_text(BAD)
    with pytest.raises(CardError) as raised:
        df.load_study(file)
    lines = str(raised.value).splitlines()
    left = [line for line in lines if not any(re.match(f"{re.escape(str(file))}: {text}", line) for text in PROBLEMS)]
    assert (left, len(lines)) == ([], len(PROBLEMS))
    code, _, err = call(capsys, "run", str(file))
    assert (code, err.count("error: ")) == (2, len(PROBLEMS))


def test_a_scan_with_points_that_fail_is_none_with_mistakes(tmp_path):
    """As long as there is one that does not."""
    grid = "{model.mass: [-3, -2, -1, 5], model.chirality: [W, V]}"
    study = f"name: a\ntitle: b\nscans: {{c: {{verb: rate, process: mu -> e a, grid: {grid}}}}}"
    (tmp_path / "some.yaml").write_text(study)
    found = df.load_study(tmp_path / "some.yaml").run(tmp_path / "out")
    assert [(row["part"], row["status"], row["message"]) for row in found.rows] == [("scans/c", "made", None)]
    about = json.loads((tmp_path / "out/scans/c.about.json").read_text())
    assert about["audit"]["title"].startswith("scans/c, point 8: ")


def test_what_a_limit_owes_to_its_numbers_is_a_result(tmp_path):
    """The verb that has the limit is a reach: the key of that name is taken."""
    file = tmp_path / "impacts.yaml"
    options = "search: forward-positron, mass: 20, method: fisher, evaluations: 1"
    file.write_text(f"name: a\ntitle: b\nresults: {{c: {{verb: impacts, {options}}}}}")
    found = df.load_study(file).run(tmp_path / "out")
    assert [(row["status"], row["message"]) for row in found.rows] == [("made", None)]
    assert json.loads((tmp_path / "out/results/c.json").read_text())["run"]["verb"] == "impacts"
    assert df.load_study(file).report(tmp_path / "out").is_file()


@pytest.fixture
def interrupted(monkeypatch):
    """Scans that are interrupted at their second chunk, as long as one does not take it back."""
    piece = Call.piece

    def stopped(self, chunk):
        if chunk.number == 1:
            raise KeyboardInterrupt
        return piece(self, chunk)

    with monkeypatch.context() as patched:
        patched.setattr(Call, "piece", stopped)
        patched.setattr("darkfactory.scans.runner.SECONDS", 0.0)
        yield patched


def test_a_scan_that_was_interrupted_goes_on(tmp_path, interrupted):
    """Also if it is the first part of a study."""
    (tmp_path / "one.yaml").write_text(STUDY[: STUDY.index("cards:")] + STUDY[STUDY.index("scans:") :])
    study = df.load_study(tmp_path / "one.yaml")
    with pytest.raises(KeyboardInterrupt):
        study.run(tmp_path / "out")
    (rows,) = (tmp_path / "out").glob("rows/*/rows-*.parquet")
    interrupted.undo()
    computed = []
    piece = Call.piece
    interrupted.setattr(Call, "piece", lambda self, chunk: computed.append(chunk.number) or piece(self, chunk))
    assert [row["status"] for row in study.run(tmp_path / "out").rows] == ["made", "made"]
    assert computed == [1, 2, 3]
    assert not rows.exists()


@pytest.mark.parametrize("entry", [5, {}, {"key": "a"}, {"key": "a", "files": [1]}])
def test_manifests_of_other_versions(copy, entry):
    file = copy / "out" / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["parts"]["scans/plane"] = entry
    file.write_text(json.dumps(manifest))
    assert df.load_study(copy / "tiny.yaml").report(copy / "out").read_text().count("not made yet") == 2
    assert run_again(copy)["scans/plane"] == "made"
    del manifest["version"]
    file.write_text(json.dumps(manifest))
    with pytest.raises(InvalidInput, match="is none of a study"):
        df.load_study(copy / "tiny.yaml").report(copy / "out")


def test_parts_are_made_again_from_any_folder(copy, monkeypatch, capsys, interrupted):
    """Paths are whole ones, but in what is handed in to HEPData."""
    monkeypatch.chdir(copy)
    grid = "{experiment: [mine, megii-fwd], mass: [0, 20]}"
    two = f"two: {{verb: reach, search: forward-positron, method: fisher, grid: {grid}}}"
    text = STUDY.replace("scans:", f"scans:\n  {two}")
    (copy / "tiny.yaml").write_text(text)
    with pytest.raises(KeyboardInterrupt):
        df.load_study("tiny.yaml").run("out")
    interrupted.undo()
    (copy / "elsewhere").mkdir()
    monkeypatch.chdir(copy / "elsewhere")
    study = df.load_study("../tiny.yaml")
    assert study.run("../out").failed == ("results/unknown-cut",)
    study.report("../out", hepdata="hepdata")
    monkeypatch.chdir(copy / "out")
    for part in ("results/forward", "scans/two"):
        assert call(capsys, "rerun", f"{part}.json")[0] == 0
    submission = copy / "elsewhere" / "hepdata"
    assert yaml.safe_load((submission / "scans-two.yaml").read_text())["independent_variables"][0]["values"] == [
        {"value": name} for name in ("mine.yaml", "mine.yaml", "megii-fwd", "megii-fwd")
    ]
    assert not [file for file in submission.iterdir() if str(copy) in file.read_text()]


def test_limits_of_your_own_are_in_force_and_count(tmp_path):
    (tmp_path / "mine-2030.csv").write_text("5,1e-4\n50,1e-4\n")
    own = tmp_path / "mine-2030.yaml"
    own.write_text(from_csv(tmp_path / "mine-2030.csv", "mine-2030", "epsilon", citation="Doe 2031 [3101.01234]"))
    results = "{limits: {verb: bounds show, name: mine-2030}, other: {verb: rate, process: mu -> e a}}"
    scans = "{grid: {verb: bounds recast, name: mine-2030, model: dark-photon, grid: {mass: [15, 17]}}}"
    study = f"{{name: a, title: b, bounds: [mine-2030.yaml], results: {results}, scans: {scans}}}"
    (tmp_path / "own.yaml").write_text(study)

    def status():
        return [row["status"] for row in df.load_study(tmp_path / "own.yaml").run(tmp_path / "out").rows]

    assert status() == ["made", "made", "made"]
    own.write_text(own.read_text() + "\n# looked at again\n")
    assert status() == ["made", "up to date", "made"]
    (tmp_path / "other.yaml").write_text(study.replace("name: mine-2030", "name: mine-2031"))
    with pytest.raises(CardError, match=r"scans.grid: bound 'mine-2031' does not exist.*did you mean mine-2030"):
        df.load_study(tmp_path / "other.yaml")
    own.write_text(own.read_text() + "\ncolour: red\n")
    with pytest.raises(CardError, match=r"bounds: .*colour: unknown key") as broken:
        status()
    assert len(str(broken.value).splitlines()) == 1  # that the record does not exist is no other mistake


@pytest.mark.parametrize("text", ["", "5", "name: a\ntitle: b", "name: [", "name: a\nname: a\ntitle: b"])
def test_what_is_no_study_is_refused(tmp_path, text):
    file = tmp_path / "no.yaml"
    file.write_text(text)
    with pytest.raises(CardError, match=re.escape(str(file))):
        df.load_study(file)


def test_folders_of_others_are_left_alone(copy, tmp_path):
    study = df.load_study(copy / "tiny.yaml")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/thesis.tex").touch()
    with pytest.raises(InvalidInput, match="something else"):
        study.run(tmp_path / "full")
    with pytest.raises(InvalidInput, match="first: darkfactory run"):
        study.report(tmp_path / "new")
    with pytest.raises(InvalidInput, match=r"first: darkfactory run$"):
        df.load_study().report(tmp_path / "new")
    (copy / "tiny.yaml").write_text(STUDY.replace("name: tiny", "name: other"))
    with pytest.raises(InvalidInput, match="holds the study tiny, not other"):
        df.load_study(copy / "tiny.yaml").run(copy / "out")


class Page(HTMLParser):
    """Links, identifiers, sources and cells of a page whose elements are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.ids, self.sources, self.texts, self.downloads = [], [], set(), [], [], {}
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        assert not set(found) & {"srcset", "onclick"}
        assert tag not in ("script", "link", "iframe")
        if "download" in found:
            self.downloads[found["download"]] = base64.b64decode(found["href"].partition(";base64,")[2])
        else:
            self.links += [found["href"]] if "href" in found else []
        self.sources += [found["src"]] if "src" in found else []
        self.ids |= {found["id"]} if "id" in found else set()
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def unpacked(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        return {name: held.read(name) for name in held.namelist()}


def test_the_page_shows_all_of_it(copy, capsys):
    code, _, err = call(capsys, "report", str(copy / "tiny.yaml"), "--out", str(copy / "out"))
    assert (code, err) == (0, f"written: {copy / 'out' / 'report.html'}\n")
    text = (copy / "out/report.html").read_text()
    page = Page(text)
    assert "url(" not in text
    assert "@import" not in text
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert link.startswith(("https://arxiv.org/abs/", "https://doi.org/10.")), link
    # what was made can be had from the page alone, tables packed where they are large
    files = [path for path in (copy / "out").glob("*/*.*") if not path.name.endswith((".about.json", ".svg"))]
    assert len(page.downloads) == len(files) + 1
    for path in (*files, copy / "out/references.bib"):
        held = page.downloads.get(path.name) or unpacked(page.downloads[f"{path.name}.zip"])[path.name]
        assert held == path.read_bytes(), path
    (source,) = page.sources
    assert base64.b64decode(source.removeprefix("data:image/svg+xml;base64,")).startswith(b"<?xml")
    # numbers of the tables, the audit, the commands, what failed
    points = json.loads((copy / "out/results/forward.json").read_text())["points"]
    rows = json.loads((copy / "out/figures/portals.json").read_text())["rows"]
    for value in (
        points[1]["expected"]["F_gev"],
        rows[3]["sigma_cm2"] if "sigma_cm2" in rows[3] else rows[3]["sqrt_s_gev"],
    ):
        assert cell(value) in page.texts
    assert f"{len(rows) - 12} more rows" in page.texts
    assert any(entry.startswith("darkfactory figure portals --format svg\n") for entry in page.texts)
    assert {"beam.stopping_rate", "A <tiny> study", "One & two."} <= set(page.texts)
    assert any(entry.startswith("failed: ") and "E_q" in entry for entry in page.texts)
    assert "@article{Calibbi:2020jvd," in (copy / "out/references.bib").read_text()


def test_the_tables_as_a_submission_to_hepdata(copy, capsys):
    target = copy / "hepdata"
    code, _, err = call(capsys, "report", copy / "tiny.yaml", "--out", copy / "out", "--hepdata", target)
    assert (code, err.split(", ")[1]) == (0, f"{target / 'submission.yaml'}\n")
    first, *tables = yaml.safe_load_all((target / "submission.yaml").read_text())
    assert first["comment"] == "A <tiny> study\n\nOne & two."
    assert [table["name"] for table in tables] == [PARTS[0], *PARTS[2:]]
    data = {table["name"]: yaml.safe_load((target / table["data_file"]).read_text()) for table in tables}
    grid = data["scans/plane"]
    assert [one["header"] for one in grid["independent_variables"]] == [
        {"name": "model.mass", "units": "MeV"},
        {"name": "model.chirality"},
    ]
    rows = json.loads((copy / "out/scans/plane.json").read_text())["points"]
    values = {one["header"]["name"]: [cell["value"] for cell in one["values"]] for one in grid["dependent_variables"]}
    assert values["value"] == [row["value"] for row in rows]
    assert {"name": "process", "value": "mu -> e a"} in grid["dependent_variables"][0]["qualifiers"]
    (mass,) = data["results/forward"]["independent_variables"]
    assert mass == {"header": {"name": "mass", "units": "MeV"}, "values": [{"value": 0.0}, {"value": 20.0}]}
    with pytest.raises(InvalidInput, match="something else than a submission"):
        df.load_study(copy / "tiny.yaml").report(copy / "out", hepdata=copy / "out")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the validator leaves its files open
def test_hepdata_accepts_it(copy):
    validation = pytest.importorskip("hepdata_validator.full_submission_validator")
    df.load_study(copy / "tiny.yaml").report(copy / "out", hepdata=copy / "hepdata")
    validator = validation.FullSubmissionValidator(schema_version="1.1.1")
    assert validator.validate(directory=str(copy / "hepdata")), validator.get_messages()


def _archive(made, file):
    write_likelihoods(made, file)
    return file.read_bytes()


def test_the_likelihoods_are_those_of_the_command(copy, tmp_path):
    held = unpacked((copy / "out/results/forward.pyhf.zip").read_bytes())
    assert list(held) == ["forward-0-MeV.json", "forward-20-MeV.json"]
    own = df.reach("forward-positron", copy / "mine.yaml", mass=[0, 20], method="fisher")
    for mass in (0, 20):
        assert json.loads(held[f"forward-{mass}-MeV.json"]) == json.loads(to_json(own.to_pyhf(mass)))
    near = df.reach("forward-positron", copy / "mine.yaml", mass=[104.99991, 104.99992], method="fisher")
    assert len(unpacked(_archive(near, tmp_path / "near.pyhf.zip"))) == 2
    with pytest.raises(InvalidInput, match=r"mass.*5.*0.0, 20.0"):
        own.to_pyhf(5)
    # the heaviest mass says where the fit begins
    alone = df.reach("forward-positron", copy / "mine.yaml", mass=20, method="fisher")
    assert json.loads(held["forward-20-MeV.json"]) == json.loads(to_json(alone.to_pyhf()))
    # why there is none
    text = (
        STUDY[: STUDY.index("scans:")]
        + """
  closed: {verb: reach, search: forward-positron, experiment: mine, mass: [20, 110], method: fisher}
  dump: {verb: reach, search: beam-dump, experiment: e137, model: dark-photon, mass: [5, 10]}
scans:
  focus: {verb: reach, search: forward-positron, experiment: mine, method: fisher, grid: {search.focus: [1, 2]}}
"""
    )
    run_again(copy, text)
    texts = Page(df.load_study(copy / "tiny.yaml").report(copy / "out").read_text()).texts
    assert "Without a likelihood: closed at 110 MeV: no likelihood" in texts
    assert "Without a likelihood: beam-dump at 5 MeV: no binned likelihood to export" in texts
    assert any(text.startswith("Without a likelihood: a scan keeps numbers") for text in texts)
    assert list(unpacked((copy / "out/results/closed.pyhf.zip").read_bytes())) == ["closed-20-MeV.json"]
    assert not (copy / "out/results/dump.pyhf.zip").exists()


def test_a_page_stays_small(copy, monkeypatch):
    study = df.load_study(copy / "tiny.yaml")
    whole = study.report(copy / "out").stat().st_size
    monkeypatch.setattr("darkfactory.report.page.LARGEST", (copy / "out/figures/portals.svg").stat().st_size * 3 // 2)
    page = Page(study.report(copy / "out").read_text())
    beside = [link for link in page.links if not link.startswith(("#", "https:"))]
    assert (len(page.sources), bool(beside)) == (1, True)  # the drawing comes first
    assert all((copy / "out" / link).is_file() for link in beside)
    assert (copy / "out/report.html").stat().st_size < whole


def test_the_page_says_what_is_old(copy):
    (copy / "tiny.yaml").write_text(STUDY.replace("mass: [0, 20]", "mass: [0, 30]") + "  ctau:\n")
    page = Page(df.load_study(copy / "tiny.yaml").report(copy / "out").read_text())
    assert page.texts.count("made before the study, its files or the package changed") == 2
    assert page.texts.count("not made yet") == 2


def test_an_example_from_file_to_page(tmp_path, capsys):
    file = EXAMPLES / "mu3e_study.yaml"
    with small_slices():
        code, out, _ = call(capsys, "run", file, "--out", tmp_path / "mu3e")
    assert (code, out.count("made")) == (0, len(df.load_study(file).parts))
    code, _, err = call(capsys, "report", file, "--out", tmp_path / "mu3e")
    assert (code, err) == (0, f"written: {tmp_path / 'mu3e' / 'report.html'}\n")
    page = Page((tmp_path / "mu3e/report.html").read_text())
    assert len(page.sources) == 2
    assert page.texts.count("up to date") == len(df.load_study(file).parts)


def test_the_schema_and_the_examples(capsys):
    import jsonschema

    assert json.loads(call(capsys, "schema", "study")[1]) == json.loads(json.dumps(json_schema()))
    check = jsonschema.Draft202012Validator(json_schema())
    check.check_schema(check.schema)
    files = sorted(EXAMPLES.glob("*.yaml"))
    assert {"talk", "mu3e_study", "meg2_study", "beam_dump_study", "composite_neutrino_study"} <= {
        f.stem for f in files
    }
    for file in files:
        assert not list(check.iter_errors(yaml.safe_load(file.read_text())))
        assert df.load_study(file).parts  # every name, key, range and file in it is checked
    talk = df.load_study(EXAMPLES / "talk.yaml").parts
    of_any_search = {"search-reach", "search-spectrum"}  # those of the explorer are no subjects of the talk
    assert {part.name for part in talk if part.section == "figures"} == set(FIGURES) - of_any_search
    # without a file it is the talk, of which there is one
    assert df.load_study().path.samefile(EXAMPLES / "talk.yaml")
    assert list(check.iter_errors({"name": "a", "title": "b", "results": {"c": {"verb": "rech"}}}))
