"""What ``bounds show`` says of a record, and how ``cite`` covers the user's own records and the package."""

import re

import pytest

from darkfactory import cite, load_card
from darkfactory.bounds import from_csv, load_bounds, load_coupling_bounds, show
from darkfactory.catalogue import citations
from darkfactory.errors import CardError, UnknownName
from darkfactory.references import cited, load_references, numbers_in
from darkfactory.result import sha256_of
from darkfactory.version import __version__
from support.command_line import as_json, assert_answered, call


@pytest.fixture
def mine(tmp_path):
    curve = tmp_path / "curve.csv"
    curve.write_text("1 1e-6 1e-3\n9 2e-6 1e-4\n", encoding="utf-8")
    citation = "Doe & Roe 2031 [3101.01234], doi:10.1000/x_y.2031"
    (tmp_path / "mine.yaml").write_text(from_csv(curve, "mine", "epsilon", citation=citation), encoding="utf-8")
    return tmp_path / "mine.yaml"


def test_every_record_has_a_sheet_whose_points_are_its_limits():
    for name, record in {**load_bounds(), **load_coupling_bounds()}.items():
        sheet = show(name)
        limits = sheet.about["limits"]
        assert len(limits) == len(record.limits)
        for n, limit in enumerate(record.limits, 1):
            points = [row for row in sheet.rows if row["limit"] == n]
            assert bool(points) != (limit.form == "user-file"), name
            assert min(row["mass"] for row in points) <= limit.mass_min, name
            assert max(row["mass"] for row in points) >= limit.mass_max * (1 - 1e-12), name
            assert limits[n - 1]["provenance"] == limit.origin
            assert limits[n - 1]["source"]
        for row in sheet.rows[:: max(1, len(sheet.rows) // 3)]:
            assert row["value"] > 0
        assert sheet.about["licence"]
        assert sheet.about["publication"]


def test_a_sheet_of_the_users_own_record(mine, capsys):
    sheet = show("mine", extra=mine)
    assert [(row["mass"], row["value"], row["far_side"]) for row in sheet.rows] == [(1, 1e-6, 1e-3), (9, 2e-6, 1e-4)]
    assert (sheet.about["arxiv"], sheet.about["doi"]) == ("3101.01234", "10.1000/x_y.2031")
    assert (sheet.about["file"], sheet.about["licence"]) == (str(mine), "not stated")
    assert sheet.run["records"] == [{"name": "mine", "path": str(mine), "sha256": sha256_of(mine)}]
    told = as_json(capsys, "bounds", "show", "mine", "--extra", mine)
    assert told["points"][1]["far_side"] == 1e-4
    assert told["limits"][0]["form"] == "contour"
    code, out, _ = call(capsys, "bounds", "show", "mine", "--extra", mine)
    assert code == 0
    for word in ("publication  Doe & Roe 2031 [3101.01234]", "provenance", "digitised", "observed limit mine"):
        assert word in out
    assert_answered(capsys, ["bounds", "show", "mine"], "bound 'mine' does not exist")


def test_licences_of_the_collection_are_those_of_the_repositories():
    licences = {record.licence.split(",")[0] for record in load_coupling_bounds().values()} - {""}
    assert licences == {"MIT", "Apache-2.0", "BSD-3-Clause"}


def test_citing_the_users_own_record_by_name_file_and_result(mine, tmp_path, capsys, monkeypatch):
    entry = cite("mine", extra=mine)
    assert entry == cite(str(mine))
    assert "note = {Doe \\& Roe 2031 [3101.01234], doi:10.1000/x\\_y.2031}" in entry
    assert "eprint = {3101.01234}" in entry
    assert "doi = {10.1000/x_y.2031}" in entry
    monkeypatch.setenv("DARKFACTORY_BOUNDS", str(tmp_path))
    assert call(capsys, "cite", "mine")[1].strip() == entry
    result = tmp_path / "result.json"
    assert call(capsys, "bounds", "verdict", "mine", "--mass", 3, "--value", 1e-5, "--out", result)[0] == 0
    text = call(capsys, "cite", result)[1]
    assert entry in text
    assert "@software{darkfactory," in text
    told = as_json(capsys, "cite", "mine")["references"]
    assert [row["short"] for row in told] == ["Doe & Roe 2031 [3101.01234], doi:10.1000/x_y.2031"]


def test_the_package_is_cited_with_its_version():
    assert citations("darkfactory") == ("darkfactory",)
    assert f"version = {{{__version__}}}" in cite("darkfactory")


def test_shipped_records_outside_the_bibliography_are_cited():
    assert "eprint = {1802.03794}" in cite("e137")
    # a card has the same name: what it cites is there too
    assert set(citations("e137")) > set(load_card("e137").references) != set()
    for record in load_coupling_bounds().values():
        text = cited(record.reference).bibtex
        if record.reference in load_references():
            continue
        assert re.match(r"@misc\{[A-Za-z0-9-]+,\n|% publication: not stated", text), record.name
        assert text.count("{") == text.count("}")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("hep-ex/0101001", {"eprint": "hep-ex/0101001"}),
        ("Phys.Lett.B229,150 (1989)", {}),
        ("doi:10.1103/PhysRevD.94.011102.", {"doi": "10.1103/PhysRevD.94.011102"}),
        (
            "arXiv:1406.2980; HEPData 10.17182/hepdata.64738.v1/t1 (DOI in the file)",
            {"doi": "10.17182/hepdata.64738.v1/t1", "eprint": "1406.2980"},
        ),
        ("https://arxiv.org/pdf/2410.10363", {"eprint": "2410.10363"}),
    ],
)
def test_numbers_of_a_publication(text, numbers):
    assert numbers_in(text) == numbers


def test_what_cannot_be_cited_is_an_error(tmp_path):
    (tmp_path / "bad.yaml").write_text("name: other\n", encoding="utf-8")
    with pytest.raises(CardError, match="label: missing"):
        cite(str(tmp_path / "bad.yaml"))
    with pytest.raises(UnknownName, match="no file, name or citation key"):
        cite("min")
