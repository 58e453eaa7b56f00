"""Curves in the formats that users have them in: what is read gives the right verdicts, what is not is refused with its row."""

import json
from itertools import pairwise

import numpy as np
import pytest
import yaml

from darkfactory.bounds import (
    check_file,
    from_axionlimits,
    from_csv,
    from_darkcast,
    from_hepdata,
    limits,
    load_bounds,
    load_coupling_bounds,
    new_record,
    verdict,
)
from darkfactory.errors import DarkfactoryError, InvalidInput
from darkfactory.figures.curves import drawable
from support.command_line import as_json, assert_answered, call


@pytest.fixture
def imported(tmp_path):
    """Importer of a text: writes the file, imports, checks, and gives the record of the registry."""

    def run(importer, text, *words, name="curve.txt", **keys):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        record = tmp_path / "mine.yaml"
        record.write_text(importer(file, "mine", *words, **keys), encoding="utf-8")
        assert check_file(record) == []
        return load_coupling_bounds(tmp_path)["mine"]

    return run


def verdicts(record, mass, *values):
    return [record.verdict(mass, value) for value in values]


OUT, IN = "allowed", "excluded"


def test_squares_become_the_quantity_of_the_record(imported):
    mine = imported(from_csv, "1 1e-6\n9 4e-6\n", "epsilon2", citation="Doe 2031")
    assert mine.quantity == "epsilon"
    assert [mine.value(mass) for mass in (1.0, 3.0, 9.0)] == pytest.approx([1e-3, 1e-3 * 2**0.5, 2e-3])
    assert mine.row(9.0, to="epsilon2")["converted"] == pytest.approx(4e-6)
    assert "did you mean epsilon2" in refused(imported, "1 1\n2 1\n", "epsilon_2")


def test_a_curve_of_branching_ratios_becomes_a_record_on_the_decay(tmp_path):
    file, record = tmp_path / "curve.csv", tmp_path / "mine.yaml"
    file.write_text("0.01;1e-6\n0.03;4e-6\n", encoding="utf-8")
    words = {"citation": "Doe 2031", "mass_unit": "GeV"}
    record.write_text(from_csv(file, "mine", "branching_ratio", channel="mu-e", **words), encoding="utf-8")
    assert check_file(record) == []
    mine = load_bounds(record)["mine"]
    limits = [mine.branching_ratio_limit(mass, *couplings) for mass in (10.0, 30.0) for couplings in ((1, 0), (1, 1))]
    assert [limit.branching_ratio for limit in limits] == pytest.approx([1e-6, 1e-6, 4e-6, 4e-6])
    file.write_text("# m_a (MeV)\n0 1e-6\n10 3e-6\n", encoding="utf-8")
    record.write_text(from_csv(file, "mine", "branching_ratio", channel="mu-e", citation="Doe 2031"), encoding="utf-8")
    found = [load_bounds(record)["mine"].branching_ratio_limit(mass, 1, 1).branching_ratio for mass in (0.0, 5.0)]
    assert found == pytest.approx([1e-6, 2e-6])
    for text, more, told in (
        (
            "0 1e-6\n10 3e-6\n0 1e-7\n0 1e-6\n",
            {"channel": "mu-e"},
            "mass = 0: allowed once in a curve, not in outlines",
        ),
        ("0 1e-6\n0 2e-6\n10 3e-6\n", {"channel": "mu-e"}, "mass = 0: allowed once in a curve"),
        (
            "0 1e-6\n10 3e-6\n",
            {"channel": "mu-e", "outline": True},
            "mass = 0: allowed once in a curve, not in outlines",
        ),
        ("1 1e-6 1e-3\n2 1e-6 1e-3\n", {"channel": "mu-e"}, "a region: allowed one curve"),
        ("1 1e-6\n2 3\n", {"channel": "mu-e"}, "branching_ratio = 3: allowed (0, 1]"),
        ("1 1e-6\n2 1e-6\n", {"channel": "mu-e", "cl": None}, "cl = None: allowed (0.5, 1)"),
        ("1 1e-6\n2 1e-6\n", {}, "channel"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(DarkfactoryError) as error:
            from_csv(file, "mine", "branching_ratio", citation="Doe 2031", **more)
        assert told in str(error.value)


def refused(imported, text, quantity="epsilon", **keys):
    with pytest.raises(InvalidInput) as error:
        imported(from_csv, text, quantity, citation="Doe 2031", **keys)
    return str(error.value)


BAND = "1 1e-6 1e-3\n10 1e-6 1e-3\n"
ISLAND = "20 1e-5\n30 1e-6\n40 1e-5\n30 1e-4\n20 1e-5\n"
HOLE = "2 1e-5\n8 1e-5\n8 1e-4\n2 1e-4\n2 1e-5\n"


def test_pieces_islands_and_holes(imported):
    square = "1 1e-6\n10 1e-6\n10 1e-3\n1 1e-3\n1 1e-6\n"
    mine = imported(from_csv, f"# region\n{square}\n{ISLAND}\n\n# hole\n{HOLE}", "epsilon", citation="Doe 2031")
    assert verdicts(mine, 5.0, 5e-7, 5e-6, 5e-5, 5e-4, 5e-3) == [OUT, IN, OUT, IN, OUT]
    assert verdicts(mine, 30.0, 5e-7, 5e-6, 5e-5, 5e-4) == [OUT, IN, IN, OUT]
    # between and beyond the pieces nothing is known, the ends belong to them
    assert [mine.verdict(mass, 1e-5) for mass in (0.99, 1.0, 10.0, 15.0, 41.0)] == [
        "no limit",
        IN,
        IN,
        *["no limit"] * 2,
    ]
    assert (mine.value(1.5), mine.far_side(1.5)) == pytest.approx((1e-6, 1e-3))
    assert (mine.limits[0].mass_min, mine.limits[0].mass_max) == (1, 40)


def test_of_several_intervals_none_is_silent(tmp_path):
    """A verdict shows the interval that decides; a recast, which has room for one, says the others."""
    file, record = tmp_path / "curve.csv", tmp_path / "two.yaml"
    squares = (f"1 {size}e-6\n9 {size}e-6\n9 {size}e-5\n1 {size}e-5\n1 {size}e-6\n" for size in (1, 100))
    file.write_text("\n".join(squares), encoding="utf-8")
    record.write_text(from_csv(file, "two", "epsilon", citation="Doe 2031"), encoding="utf-8")
    said = "two: 2 intervals of epsilon are excluded at 5 MeV: 1e-06 to 1e-05, 0.0001 to 0.001"
    for value, word, near in ((3e-4, IN, 1e-4), (3e-6, IN, 1e-6), (3e-5, OUT, 1e-6)):
        found = verdict("two", 5.0, value, extra=record)
        (row,) = found.rows
        assert row["verdict"] == word
        assert (row["limit"], row["far_side"]) == pytest.approx((near, 10 * near))
        assert said in found.notes
    assert said in limits("two", [5.0, 50.0], extra=record).notes


def test_curves_in_pieces_have_gaps(imported):
    mine = imported(from_csv, "1 1e-4\n10 1e-4\n\n20 1e-5\n30 1e-5\n", "epsilon", citation="Doe 2031")
    assert [mine.verdict(mass, 5e-5) for mass in (5.0, 15.0, 25.0)] == [OUT, "no limit", IN]
    assert mine.far_side(5.0) is None
    scale = imported(from_csv, "1 1e9\n10 1e9\n\n20 2e9\n30 2e9\n", "F_gev", citation="Doe 2031")
    assert verdicts(scale, 25.0, 1.9e9, 2.1e9) == [IN, OUT]
    assert (scale.value(25.0), scale.far_side(25.0)) == (pytest.approx(2e9), None)
    trapped = imported(from_csv, "1 1e9 1e7\n10 1e9 1e7\n\n20 2e9 1e6\n30 2e9 1e6\n", "F_gev", citation="Doe 2031")
    assert verdicts(trapped, 25.0, 9e5, 2e6, 1.9e9, 2.1e9) == [OUT, IN, IN, OUT]
    assert (trapped.value(5.0), trapped.far_side(5.0)) == pytest.approx((1e9, 1e7))


_CORNERS = [(1, 1e-6), (40, 1e-6), (20, 1e-5), (30, 1e-4), (1, 1e-3)]
NOSE = [tuple(point) for a, b in pairwise(_CORNERS) for point in np.geomspace(a, b, 6)]
"""A path that turns back twice, not closed: at 35 MeV it passes one interval, at 25 MeV two."""


def test_paths_that_turn_back(imported):
    text = "".join(f"{mass} {value}\n" for mass, value in NOSE)
    closed = imported(from_csv, text + "1 1e-6\n", "epsilon", citation="Doe 2031")
    assert len(closed.limits[0].intervals(25.0)) == 2
    assert verdicts(closed, 25.0, 0.9e-6, 2e-6, 1e-5, 1e-4, 1e-3) == [OUT, IN, OUT, IN, OUT]
    assert verdicts(closed, 35.0, 1.1e-6, 1e-5) == [IN, OUT]
    assert "(or --outline)" in refused(imported, text)
    said = imported(from_csv, text, "epsilon", citation="Doe 2031", outline=True)
    for mass in (2.0, 25.0, 35.0):
        assert said.limits[0].intervals(mass) == pytest.approx(closed.limits[0].intervals(mass))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BAND + "\n5 1e-4 1e-3\n", "line 4: a piece of 1 row; blank lines separate pieces"),
        (BAND + "\n5 nan 1e-3\n6 1 2\n", "line 4: limit = nan: must be a number > 0"),
        (BAND + "\n5 1e-3 1e-4\n6 1e-3 1e-4\n", ".txt: line 4: far side = 0.0001 beside the limit 0.001"),
        (ISLAND + "\n10 9e-9\n270 8e-9\n274 2.6e-7\n9.9 1.5e-6\n", "line 7: neither a curve nor the outline"),
        (BAND + "\n1 1e-3\n2 1e-3\n", "line 4: another number of columns than line 1"),
        ("2 1\n2 3\n2 5\n2 1\n", "all rows have one mass"),
    ],
)
def test_what_is_wrong_with_a_piece_is_named_by_line(imported, text, told):
    assert told in refused(imported, text)


def test_a_region_of_pieces_keeps_its_confidence_level(imported, tmp_path):
    mine = imported(from_csv, f"{BAND}\n20 1e-6 1e-4\n30 1e-6 1e-4\n", "epsilon", citation="Doe 2031")
    record = yaml.safe_load((tmp_path / "mine.yaml").read_text())
    record["limits"][0]["recast"] = {"rule": "power", "power": 2}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(record))
    mine = load_coupling_bounds(tmp_path)["mine"]
    with pytest.raises(ValueError, match="far side of a region has no rule"):
        mine.row(5.0, 0.95)


DEFINITION = '''
import nothing_that_exists
raise SystemExit("this file is read, not run")
notes = """
Extracted from figure 2
of Roe:2032."""
bibtex = """
@article{Doe:2031,
 author = "Doe, J. and Roe, R.",
 title = "{A search}",
 year = 2031,
 eprint = "3101.01234",
}
"""
model = darkcast.Model("dark_photon")
production = darkcast.Production({"pi0_gamma": 0.3, "eta_gamma": lambda m: m})
decay = ["e_e", "mu_mu"]
bounds = darkcast.Datasets("limits/Lab.lmt")
'''
LMT = "#      mass       lower       upper\n 1.0e-03  1.0e-06  1.0e-03\n 1.0e-02  1.0e-06  1.0e-04\n"


def test_darkcast(imported, tmp_path):
    (tmp_path / "Lab.py").write_text(DEFINITION, encoding="utf-8")
    mine = imported(from_darkcast, LMT, name="Lab.lmt", cl=0.95)
    assert (mine.quantity, mine.reference) == ("epsilon", "Doe 2031 [3101.01234]")
    assert mine.channel == "pi0_gamma + eta_gamma -> A' -> e_e or mu_mu"
    assert mine.notes == "Extracted from figure 2 of Roe:2032."
    assert "GPL" in mine.licence
    assert mine.limits[0].cl == 0.95
    assert verdicts(mine, 10.0, 0.9e-6, 1.1e-6, 0.9e-4, 1.1e-4) == [OUT, IN, IN, OUT]
    one = imported(from_darkcast, "# mass lower\n1e-3 1e-3\n1e-2 2e-3\n", name="Lab.lmt", citation="Roe 2032")
    assert (one.reference, one.limits[0].cl, one.value(10.0), one.far_side(10.0)) == (
        "Roe 2032",
        None,
        pytest.approx(2e-3),
        None,
    )
    (tmp_path / "Lab.py").write_text(DEFINITION.replace('["e_e", "mu_mu"]', '"invisible"'), encoding="utf-8")
    dark = imported(from_darkcast, LMT, name="Lab.lmt")
    assert (dark.default, dark.assumes) == (False, "decays into invisible particles alone")


def test_what_darkcast_has_and_no_record_can_hold(imported, tmp_path):
    for folder, text, definition, told in (
        (
            "a",
            LMT,
            DEFINITION.replace("dark_photon", "B-L_boson"),
            "limit on the coupling of B-L_boson: allowed dark_photon",
        ),
        ("recast/limits/B_boson", LMT, None, "limit on the coupling of B_boson"),
        ("b", LMT, None, "citation: missing; give --citation, or --definition FILE.py"),
        ("c", LMT, "print 'python 2'", "no definition of a limit of Darkcast"),
        (
            "d",
            "".join(f"0.2 {10.0**-k} {k}\n0.3 {10.0**-k} {k}\n" for k in range(1, 5)),
            DEFINITION,
            "a grid of ratios",
        ),
    ):
        place = tmp_path / folder
        place.mkdir(parents=True)
        (place / "Lab.lmt").write_text(text, encoding="utf-8")
        if definition:
            (place / "Lab.py").write_text(definition, encoding="utf-8")
        with pytest.raises(InvalidInput) as error:
            from_darkcast(place / "Lab.lmt", "mine")
        assert told in str(error.value)


AXIONS = """\
# Lab 2031 95% CL
# https://arxiv.org/abs/3101.01234
# m_a [eV]  g_ag [GeV^-1]
1e7\t1e-5
2e7\t2e-5
"""


def test_axionlimits(imported):
    mine = imported(from_axionlimits, AXIONS, "g_agamma")
    assert mine.reference == "Lab 2031 95% CL, https://arxiv.org/abs/3101.01234"
    assert (mine.limits[0].cl, mine.limits[0].mass_min, mine.limits[0].mass_max) == (0.95, 10, 20)
    assert verdicts(mine, 20.0, 1.9e-5, 2.1e-5) == [OUT, IN]
    assert "MIT" in mine.licence
    text = "".join(f"{mass}e6 {value}\n" for mass, value in NOSE)
    nose = imported(from_axionlimits, text, "g_aee", citation="Doe 2031", outline=True)
    assert nose.limits[0].cl is None
    assert verdicts(nose, 25.0, 0.9e-6, 2e-6, 1e-5, 1e-4, 1e-3) == [OUT, IN, OUT, IN, OUT]
    with pytest.raises(InvalidInput, match="no comment names an arXiv number or a DOI; give --citation"):
        imported(from_axionlimits, "1e6 1e-4\n2e6 1e-4\n", "g_agamma")


def hepdata(columns, mass=None, unit="GeV"):
    """Table of HEPData: masses, and of each column name, unit, qualifier and numbers."""
    mass = mass or [{"value": 0.01}, {"low": 0.01, "high": 0.03}, {"value": "0.05"}]
    dependent = [
        {
            "header": {"name": name, "units": units} if units else {"name": name},
            "qualifiers": [{"name": "CL", "value": "90%"}, {"name": "Limit", "value": kind}],
            "values": [{"value": value, "errors": [{"symerror": 0.1}]} for value in values],
        }
        for name, units, kind, values in columns
    ]
    axis = {"header": {"name": "$m_{A'}$", "units": unit}, "values": mass}
    return yaml.safe_dump({"independent_variables": [axis], "dependent_variables": dependent})


BOTH = [("eps2", "", "Expected", [1e-6, 1e-6, 1e-6]), ("eps2", "", "Observed", [4e-6, "-", 1e-6])]


def test_hepdata(imported, tmp_path):
    observed = imported(from_hepdata, hepdata(BOTH), "epsilon2", name="table.yaml", citation="Doe 2031", cl=0.9)
    # the table stands in the folder of the records and is none; a missing number is no row
    assert observed.limits[0].masses == pytest.approx((10, 50))
    assert [observed.value(mass) for mass in (10.0, 50.0)] == pytest.approx([2e-3, 1e-3])
    assert observed.kind == "observed"
    for column in ("expected", "1"):
        expected = imported(
            from_hepdata, hepdata(BOTH), "epsilon2", name="table.yaml", citation="Doe 2031", column=column
        )
        assert (expected.kind, expected.limits[0].masses) == ("projected", pytest.approx((10, 20, 50)))
    unsaid = imported(from_hepdata, hepdata(BOTH), "epsilon2", name="table.yaml", citation="Doe 2031")
    assert unsaid.limits[0].cl == 0.9  # a qualifier of the column
    photon = hepdata([("$1/\\Lambda$", "TeV$^{-1}$", "x", [2.0, 1.0, 1.0])])
    assert imported(from_hepdata, photon, "g_agamma", name="t.yaml", citation="Doe").value(10.0) == pytest.approx(2e-3)


@pytest.mark.parametrize(
    ("table", "words", "told"),
    [
        (
            hepdata([(n, "", "x", [1, 1, 1]) for n in "ab"]),
            {},
            "no column fits --column (none given); give one of 1: a; CL",
        ),
        (hepdata(BOTH), {"column": "eps2"}, "several columns fit --column eps2"),
        (hepdata(BOTH), {"column": "3"}, "no column fits"),
        (hepdata(BOTH), {"cl": 0.95}, "cl = 0.95: the column says 0.9 (eps2; CL 90%; Limit Observed)"),
        (hepdata(BOTH, unit="mm"), {}, "masses in mm: allowed eV, keV, MeV, GeV"),
        (hepdata(BOTH, unit="meV"), {}, "masses in meV: allowed eV, keV, MeV, GeV"),
        (hepdata(BOTH, unit="GeV"), {"mass_unit": "MeV"}, "masses in GeV, read as MeV: allowed eV, keV, MeV, GeV"),
        (
            hepdata(BOTH, unit=""),
            {},
            "masses in no unit: allowed eV, keV, MeV, GeV, one for table and record; --mass-unit",
        ),
        (hepdata([("x", "fb", "Observed", [1, 1, 1])]), {}, "x [fb]: allowed numbers in 1"),
        (hepdata([("x", "", "Observed", [1, -1, 0])]), {}, "row 2: 0.02, -1: must be numbers > 0"),
        (hepdata([("x", "", "Observed", [1, ".nan", 1])]), {}, "row 2: 0.02, nan: must be numbers > 0"),
        (hepdata([("x", "", "Observed", ["-", 1, "-"])]), {}, "1 rows with numbers: allowed at least 2"),
        (hepdata([("x", "", "Observed", [1, 1])]), {}, "2 values, 3 masses"),
        ("a: 1\n", {}, "no table of HEPData"),
        ("a: [\n", {}, "not YAML"),
        ("independent_variables: [{}, {}]\ndependent_variables: 3\n", {}, "2 independent variables"),
    ],
)
def test_tables_that_are_refused(tmp_path, table, words, told):
    file = tmp_path / "table.yaml"
    file.write_text(table.replace("'.nan'", ".nan"), encoding="utf-8")
    with pytest.raises(InvalidInput) as error:
        from_hepdata(file, "mine", "epsilon", citation="Doe 2031", **words)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"quantity": "epsilon2"}, "limits[0].contour.quantity = epsilon2: is no square of g_aee"),
        ({"column": 0}, "limits[0].contour.column = 0: allowed number of a column"),
        ({"outline": "perhaps"}, "limits[0].contour.outline = 'perhaps': allowed true, false"),
    ],
)
def test_keys_of_a_contour_are_checked(imported, tmp_path, keys, told):
    imported(from_csv, BAND, "g_aee", citation="Doe 2031")
    record = yaml.safe_load((tmp_path / "mine.yaml").read_text())
    record["limits"][0]["contour"] |= keys
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(record), encoding="utf-8")
    assert told in "\n".join(check_file(tmp_path / "mine.yaml"))


def test_a_skeleton_is_good_once_what_is_empty_is_filled_in(tmp_path):
    for words, load in (({"quantity": "epsilon"}, load_coupling_bounds), ({"channel": "mu-e"}, load_bounds)):
        file = tmp_path / "doe-2031.yaml"
        text = new_record("doe-2031", **words)
        file.write_text(text, encoding="utf-8")
        problems = "\n".join(check_file(file))
        for empty in ("give a citation key", "assumes = ''", "mass_range.value[0]", "mass_range.source", "value.value"):
            assert empty in problems
        text = text.replace("[null, null]", "[10, 20]").replace("null", "1e-5").replace("''", "'Doe 2031'")
        file.write_text(text, encoding="utf-8")
        assert check_file(file) == []
        (limit,) = load(file)["doe-2031"].limits
        assert (limit.mass_min, limit.mass_max, limit.values, limit.cl) == (10, 20, (1e-5,), 0.9)
        for other in ("points", "steps" if "channel" in words else "band"):
            (line,) = [line for line in text.splitlines() if line.startswith(f"    # {other}:")]
            (value,) = [line for line in text.splitlines() if line.startswith("    value:")]
            file.write_text(text.replace(value, line.replace("# ", "", 1)), encoding="utf-8")
            assert check_file(file) == []
    for words in ({}, {"quantity": "epsilon", "channel": "mu-e"}):
        with pytest.raises(InvalidInput, match="quantity, channel: give one of them"):
            new_record("doe-2031", **words)


def test_typed_from_new_and_file_to_verdict(capsys, tmp_path):
    path = tmp_path / "mine.yaml"
    assert call(capsys, "bounds", "new", "mine", "--quantity", "epsilon", "--out", path)[0] == 0
    assert_answered(capsys, ["bounds", "check", path], "citation")
    assert_answered(capsys, ["bounds", "new", "mine", "--quantity", "epsilon", "--out", path], "exists already")
    assert_answered(capsys, ["bounds", "new", "a/b", "--quantity", "epsilon"], "name 'a/b'")
    (tmp_path / "Lab.lmt").write_text(LMT, encoding="utf-8")
    (tmp_path / "table.yaml").write_text(hepdata(BOTH), encoding="utf-8")
    (tmp_path / "axion.txt").write_text(AXIONS, encoding="utf-8")
    for verb, file, more, quantity, mass, value in (
        ("from-darkcast", "Lab.lmt", ["--citation", "Doe 2031"], "epsilon", 10, 1e-5),
        (
            "from-hepdata",
            "table.yaml",
            ["--citation", "x", "--quantity", "epsilon2", "--column", "obs"],
            "epsilon",
            20,
            1,
        ),
        ("from-axionlimits", "axion.txt", ["--quantity", "g_agamma"], "g_agamma", 20, 1e-4),
    ):
        code, out, err = call(capsys, "bounds", verb, tmp_path / file, "--name", "mine", *more)
        assert (code, err) == (0, "")
        path.write_text(out, encoding="utf-8")
        assert call(capsys, "bounds", "check", path)[0] == 0
        told = as_json(capsys, "bounds", "verdict", "mine", "--extra", path, "--mass", mass, "--value", value)
        assert (told["quantity"], told["verdict"]) == (quantity, "excluded")
        json.dumps(told)


def test_random_outlines_exclude_what_lies_inside_them(imported):
    """Against the winding of each path round random points, which shares nothing with the crossings."""
    random = np.random.default_rng(20261127)
    for _ in range(12):
        paths = []
        for _ in range(int(random.integers(2, 4))):
            n = int(random.integers(4, 9))
            angles = np.sort(random.uniform(0, 2 * np.pi, n))
            radius = random.uniform(0.2, 1.0, n)
            centre = random.uniform(-1, 1, 2)
            paths.append(10 ** (centre + np.array([radius * np.cos(angles), radius * np.sin(angles)]).T))
        text = "\n\n".join("\n".join(f"{m!r} {v!r}" for m, v in [*path.tolist(), path.tolist()[0]]) for path in paths)
        mine = imported(from_csv, text, "epsilon", citation="Doe 2031")
        for mass, value in 10 ** random.uniform(-2, 2, (20, 2)):
            inside = sum(_winding(path, mass, value) for path in paths) % 2 == 1
            assert (mine.verdict(float(mass), float(value)) == "excluded") == inside


def _winding(path, mass, value):
    z = np.log(path[:, 0] / mass) + 1j * np.log(path[:, 1] / value)
    return abs(round(np.angle(np.roll(z, -1) / z).sum() / (2 * np.pi)))


def test_shipped_curves_read_back_from_text_exclude_the_same(tmp_path):
    """Every piece of every collected curve, outlines closed, as a text file of a user."""
    random = np.random.default_rng(1)
    checked = 0
    for name, record in load_coupling_bounds().items():
        region = record.limits[0].region
        if region is None or region.upper:  # two edges of one region are three columns, or an outline
            continue
        pieces = [*region.lower, *(np.vstack([path, path[:1]]) for path in region.outlines)]
        text = "\n\n".join("\n".join(f"{m!r}\t{v!r}" for m, v in piece.tolist()) for piece in pieces)
        (tmp_path / "curve.txt").write_text(text, encoding="utf-8")
        written = from_csv(tmp_path / "curve.txt", "mine", record.quantity, citation="Doe 2031")
        (tmp_path / "mine.yaml").write_text(written, encoding="utf-8")
        (mine,) = load_coupling_bounds(tmp_path / "mine.yaml")["mine"].limits
        assert (mine.mass_min, mine.mass_max) == pytest.approx(region.ends, rel=1e-12), name
        for mass in np.exp(random.uniform(*np.log(region.ends), 12)):
            expected = region.intervals(float(mass))
            found = mine.intervals(float(mass)) if mine.covers(float(mass)) else expected[:0]
            assert found == pytest.approx(expected, rel=1e-6), (name, mass)
        checked += 1
    assert checked > 120


def test_a_figure_says_which_intervals_it_does_not_draw(imported):
    squares = (f"1 {size}e-6\n9 {size}e-6\n9 {size}e-5\n1 {size}e-5\n1 {size}e-6\n" for size in (1, 100))
    mine = imported(from_csv, "\n".join(squares), "epsilon", citation="Doe 2031")
    _, notes, _ = drawable("epsilon", [0.5, 2.0, 5.0], records={"mine": mine})
    said = "mine: of several excluded intervals at one mass the strongest is drawn, from 2 to 5 MeV"
    assert said in notes


@pytest.mark.parametrize(
    ("text", "cl"),
    [
        ("limit; CL 0.95", 0.95),
        ("95\\% C.L. upper limit", 0.95),
        ("CL: 90 %", 0.9),
        ("90 % confidence level", 0.9),
        ("SQRT(S) 13 TeV", None),
        ("CL 0.3", None),
    ],
)
def test_a_confidence_level_in_words(text, cl):
    from darkfactory.bounds.importers import _stated_cl

    assert _stated_cl(text) == cl
