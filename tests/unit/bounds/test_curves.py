"""Digitised curves of a third party: what is read, what is refused with its line, and what a region excludes."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

import darkfactory.bounds
from darkfactory.bounds import check_file, from_csv, load_coupling_bounds
from darkfactory.bounds.couplings import CouplingLimit
from darkfactory.bounds.files import read_curve
from darkfactory.errors import InvalidInput
from support.records import SOURCE

SHIPPED = Path(darkfactory.bounds.__file__).parent / "data"


@pytest.fixture
def curve(tmp_path):
    """Writer of a curve and its imported record; gives the record of the registry."""

    def writer(text, quantity="epsilon", edit=None, **keys):
        file = tmp_path / "curve.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        record = tmp_path / "mine.yaml"
        written = from_csv(file, "mine", quantity, citation="Doe 2031", **keys)
        if edit:
            content = yaml.safe_load(written)
            edit(content["limits"][0])
            written = yaml.safe_dump(content)
        record.write_text(written, encoding="utf-8")
        problems = check_file(record)
        return problems or load_coupling_bounds(extra=record)["mine"]

    return writer


def test_a_contour_claims_nothing_off_its_table(curve):
    problems = curve("1.5,1e-4\n10,1e-4\n", edit=lambda limit: limit["mass_range"].update(value=[0.1, 80.0]))
    assert len(problems) == 1
    assert "mass_range = [0.1, 80] MeV: allowed within [1.5, 10] MeV, the masses of contour" in problems[0]
    mine = curve("1.5,1e-4\n10,1e-4\n")
    assert [mine.verdict(mass, 1e-2) for mass in (1.4999, 1.5, 10, 10.001, 60)] == [
        "no limit",
        "excluded",
        "excluded",
        "no limit",
        "no limit",
    ]


def test_far_side_of_a_lower_limit(curve):
    """D5: at 1 MeV excluded only for 3e7 < F < 2e9 GeV; below, the ALP is trapped."""
    mine = curve("0.1,2e9,3e7\n1,2e9,3e7\n50,1e9,2e7\n", "F_gev")
    found = [mine.verdict(1, F) for F in (1e6, 2.9e7, 3.1e7, 1.9e9, 2.1e9)]
    assert found == ["allowed", "allowed", "excluded", "excluded", "allowed"]
    assert mine.row(1.0)["far_side"] == pytest.approx(3e7)
    assert mine.far_side(60.0) is None


def test_a_region_is_not_rescaled_to_another_cl_and_a_lower_limit_gets_weaker(curve):
    power = {"rule": "power", "power": 2}
    region = curve("1,1e-6,1e-4\n9,1e-6,1e-4\n", edit=lambda limit: limit.update(recast=power))
    with pytest.raises(ValueError, match="far side of a region has no rule"):
        region.row(2.0, 0.95)
    scale = curve("1,1e9\n9,1e9\n", "F_gev", edit=lambda limit: limit.update(recast=power))
    assert scale.row(2.0, 0.95)["value"] == pytest.approx(1e9 / math.sqrt(1.644853627 / 1.281551566))


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("1,5,4200000000\n3,2,3900000000\n10,1,2100000000\n", "F_gev"),  # 1.5 MeV, 4.2e9 GeV
        ("1,5;4,2e9\n3,2;3,9e9\n", "F_gev"),
        ("1,5\t4,2e9\n3,2\t3,9e9\n", "F_gev"),
        ("1,5 4,2e9\n3,2 3,9e9\n", "F_gev"),
        ("1,5,4,2e9\n3,2,3,9e9\n", "F_gev"),
        ("1,5,1e-4\n3,2,1e-4\n", "epsilon"),
        ('"1,5","4,2e9"\n"3,2","3,9e9"\n', "F_gev"),
    ],
)
def test_decimal_commas_are_refused_by_that_name(curve, text, quantity):
    with pytest.raises(InvalidInput, match="decimal comma"):
        curve(text, quantity)


ROWS = [(1.0, 1e-4), (10.0, 1e-3), (100.0, 2e-3)]


@pytest.mark.parametrize(
    "text",
    [
        "1,1e-4\n10,1e-3\n100,2e-3\n",
        b"\xef\xbb\xbf1,1e-4\n10,1e-3\n100,2e-3\n",
        b"\xef\xbb\xbfx,Curve1\r\n1,1e-4\r\n10,1e-3\r\n100,2e-3\r\n",
        "Mass [MeV],limit\n1,1e-4\n10,1e-3\n100,2e-3\n",
        "# mass [MeV]\n\n1 , 1e-4 # tip\n10\t,1e-3\n100, 2e-3\n\n",
        "1 1e-4\n  10   1e-3\n100 2e-3",
        '"Mass, in MeV","limit"\n"1","1e-4"\n"10", "1e-3"\n"100","2e-3"\n',
        '"m" "limit"\n"1" "1e-4"\n"10" "1e-3"\n"100" "2e-3"\n',
        "1\t1e-4\n10\t1e-3\n100\t2e-3\n",
        "1;1e-4\n10;1e-3\n100;2e-3;\n",
        "1,1e-4,\n10,1e-3,\n100,2e-3,\n",
        "10,1e-3\n100,2e-3\n1,1e-4\n",
        "100,2e-3\n10,1e-3\n1,1e-4\n",
        "1,1e-4\n10,1e-3\n10,1e-3\n100,2e-3\n",
    ],
)
def test_files_of_common_tools_are_one_curve(curve, tmp_path, text):
    curve(text)
    found = read_curve(tmp_path / "curve.csv")
    assert list(zip(found.masses, found.values, strict=True)) == ROWS
    assert found.far == ()


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 1, 3)])
@pytest.mark.parametrize(("quantity", "weaker"), [("epsilon", 1e-3), ("F_gev", 4e-4)])
def test_at_a_step_the_weaker_limit_counts_and_beside_it_that_side(curve, order, quantity, weaker):
    far = {"epsilon": ",1", "F_gev": ",1e-9"}[quantity] if order[0] == 2 else ""
    rows = ["1,1e-4", "10,4e-4", "10,1e-3", "100,2e-3"]
    mine = curve("\n".join(rows[k] + far for k in order), quantity)
    assert mine.value(10.0) == pytest.approx(weaker)
    # rows without order do not say which end of the step comes first
    beside = (weaker, weaker) if order[0] == 2 else (4e-4, 1e-3)
    assert (mine.value(10 - 1e-6), mine.value(10 + 1e-6)) == pytest.approx(beside, rel=1e-5)


OUTLINES = {
    name: [SHIPPED / limit["contour"]["file"] for limit in card["limits"] if "contour" in limit]
    for name, card in ((file.stem, yaml.safe_load(file.read_text())) for file in sorted(SHIPPED.glob("*.yaml")))
}


@pytest.mark.parametrize("name", [name for name, files in OUTLINES.items() if files])
def test_values_of_shipped_outlines_are_edges_of_their_polygons(name):
    """A ray of rising coupling at any mass crosses the edges of the rows as they stand in the file at limit and far side."""
    record, (file,) = load_coupling_bounds()[name], OUTLINES[name]
    rows = np.log(
        [[float(cell) for cell in line.split(",")] for line in file.read_text().splitlines() if "#" not in line]
    )
    limit = next(limit for limit in record.limits if limit.form == "contour")
    paths = [rows[:, [0, k]] for k in range(1, rows.shape[1])]
    if limit.far and len(paths) == 1:
        paths = [np.concatenate([rows, rows[:1]])]
    steps = np.exp(
        [(a[0] + (-1) ** k * 1e-6) for path in paths for a, b in pairwise(path) if a[0] == b[0] for k in (0, 1)]
    )
    masses = np.exp(np.random.default_rng(1).uniform(*np.log([limit.mass_min, limit.mass_max]), 300))
    for mass in (*masses, *(m for m in steps if limit.mass_min < m < limit.mass_max)):
        at = math.log(mass)
        edges = [(a, b) for path in paths for a, b in pairwise(path) if min(a[0], b[0]) <= at < max(a[0], b[0])]
        crossed = sorted(math.exp(a[1] + (b[1] - a[1]) * (at - a[0]) / (b[0] - a[0])) for a, b in edges)
        assert len(crossed) == (2 if limit.far else 1)
        found = sorted(value for value in (record.value(mass), record.far_side(mass)) if value is not None)
        assert found == pytest.approx(crossed, rel=1e-9)


@pytest.mark.parametrize(("unit", "factor"), [("eV", 1e6), ("keV", 1e3), ("MeV", 1.0), ("GeV", 1e-3)])
def test_units_of_masses(curve, unit, factor):
    text = "".join(f"{mass * factor!r},{value!r}\n" for mass, value in ROWS)
    mine = curve(f"mass [{unit}],epsilon\n{text}", mass_unit=unit)
    assert mine.limits[0].masses == pytest.approx([1, 10, 100])
    assert mine.value(10.0 if unit == "MeV" else mine.limits[0].masses[1]) == pytest.approx(1e-3)
    other = "GeV" if unit != "GeV" else "MeV"
    for title in (f"mass [{unit}],epsilon", f"# mass [{unit}],epsilon", f"x ({unit}) y", f"# m_a [{unit}] g"):
        with pytest.raises(
            InvalidInput, match=f"masses in {unit} by their title, read as {other}; give --mass-unit {unit}"
        ):
            curve(f"{title}\n{text}", mass_unit=other)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1,1e-4\n2,0\n3,nan\n4,x\n", ["line 2: limit = 0: must", "line 3: limit = nan", "line 4: limit = 'x': not"]),
        ("0,1e-4\n2,1e-4\n", ["line 1: mass = 0: must be a number > 0"]),
        ("1,1e-4\n2,1e-4,1e-3\n", ["line 2: another number of columns than line 1"]),
        ("0.1,-4\n1.2,-3.5\n", ["negative: if it holds log10"]),
        ("1,1e-4\n1,1e-3\n", ["all rows have one mass"]),
        ("1,2,3,4\n2,3,4,5\n", ["line 1: 4 columns"]),
        ("1,1_0\n2,3\n", ["line 1: limit = '1_0': not a number"]),
        ("1,1e-3,1e-4\n2,1e-3,1e-2\n", ["line 1: far side = 0.0001 beside the limit 0.001 at 1 MeV", "lies above it"]),
        ("x,y\nu,v\n1,2\n2,3\n", ["line 2: mass = 'u': not a number; begin a comment with #"]),
        ("1,3\n" * 3 + "".join(f"{n},-1\n" for n in range(1, 40)), ["and 34 more"]),
    ],
)
def test_what_is_wrong_is_named_by_line(curve, text, parts):
    with pytest.raises(InvalidInput) as refused:
        curve(text)
    for part in parts:
        assert part in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000


OUTLINE = [(2, 1e-7), (10, 1e-7), (50, 1e-6), (60, 3e-6), (50, 5e-6), (10, 2e-5), (4, 1e-4), (2, 1e-3)]


@pytest.mark.parametrize("turn", range(8))
@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("backwards", [True, False])
def test_the_outline_of_a_region_is_split_wherever_it_begins(curve, turn, closed, backwards):
    rows = OUTLINE[turn:] + OUTLINE[:turn]
    rows = rows[::-1] if backwards else rows
    mine = curve("".join(f"{m},{v}\n" for m, v in rows + (rows[:1] if closed else [])))
    assert mine.limits[0].masses == (2, 4, 10, 50, 60)
    assert [mine.value(m) for m in (2, 4, 10, 50, 60)] == pytest.approx([1e-7, 1e-7, 1e-7, 1e-6, 3e-6])
    assert [mine.far_side(m) for m in (2, 4, 10, 50, 60)] == pytest.approx([1e-3, 1e-4, 2e-5, 5e-6, 3e-6])
    assert [mine.verdict(10, e) for e in (0.9e-7, 1.1e-7, 1.9e-5, 2.1e-5)] == [
        "allowed",
        "excluded",
        "excluded",
        "allowed",
    ]


def test_an_outline_of_a_lower_limit(curve):
    rows = [(1, 2e9), (50, 1e9), (50, 2e7), (1, 3e7), (1, 2e9)]
    mine = curve("".join(f"{m},{v}\n" for m, v in rows), "F_gev")
    assert [mine.verdict(1, F) for F in (1e6, 1e8, 3e9)] == ["allowed", "excluded", "allowed"]


@pytest.mark.parametrize(
    "rows",
    [
        [
            (1, 1e-6),
            (10, 1e-7),
            (5, 1e-7),
            (20, 1e-6),
            (20, 1e-3),
            (1, 1e-3),
        ],  # steps back, and is not said to be closed
        [(10, 9e-9), (270, 8e-9), (274, 2.6e-7), (9.9, 1.5e-6)],  # a curve begun in its middle, or a region
    ],
)
def test_what_may_be_curve_or_region_is_refused(curve, rows):
    with pytest.raises(InvalidInput, match="neither a curve nor the outline of a region"):
        curve("".join(f"{m},{v}\n" for m, v in rows))


def test_what_from_csv_prints_is_good_and_excludes_no_more_than_its_rows(curve):
    """Random rows in every order, doubled, closed or not; whatever is printed passes the check and stays in the table."""
    random = np.random.default_rng(20261127)
    good = 0
    for _ in range(150):
        n = int(random.integers(2, 9))
        masses = 10.0 ** random.uniform(-6, 5, n).round(int(random.integers(0, 6)))
        columns = [masses, *(10.0 ** random.uniform(-9, 0, (int(random.integers(1, 3)), n)))]
        order = [slice(None), np.argsort(masses), np.argsort(-masses)][random.integers(0, 3)]
        rows = [tuple(row) for row in np.transpose(columns)[order]]
        rows += rows[:1] if random.random() < 0.3 else []
        text = "\n".join(random.choice([",", " ", "\t", ";"]).join(map(repr, map(float, row))) for row in rows)
        quantity = str(random.choice(["epsilon", "F_gev"]))
        keys = {"cl": float(random.uniform(0.51, 0.999)), "mass_unit": str(random.choice(["eV", "keV", "MeV", "GeV"]))}
        try:
            mine = curve(text, quantity, **keys)
        except InvalidInput:
            continue
        good += 1
        assert not isinstance(mine, list), mine
        limit = mine.limits[0]
        assert list(limit.masses) == sorted({*limit.masses})
        near = () if limit.region else limit.values  # of a region they are the smallest and the largest
        for mass, value, far in zip(limit.masses, near, limit.far or (None,) * len(limit.masses), strict=True):
            assert far is None or ((far >= value) == (quantity == "epsilon")) or far == pytest.approx(value)
            assert mine.verdict(mass, value * (0.99 if quantity == "epsilon" else 1.01)) == "allowed"
        for mass in (limit.mass_min * 0.999, limit.mass_max * 1.001):
            assert mine.verdict(mass, 1e-30 if quantity == "F_gev" else 1e30) == "no limit"
    assert good > 40


@pytest.mark.parametrize(
    "name", ["true", "1e5", "a: b", "x'y\"z", "# no", "- a", "on", "014", "1:30", "~", "Fig 3, left"]
)
def test_words_are_quoted(tmp_path, name):
    file = tmp_path / f"{name}.csv"
    file.write_text("1,1e-4\n2,1e-4\n", encoding="utf-8")
    text = from_csv(file, name, "epsilon", citation=f'{name} "x": [y]', channel=name, source=name)
    (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert check_file(tmp_path / f"{name}.yaml") == []
    mine = load_coupling_bounds(extra=tmp_path)[name]
    assert (mine.label, mine.channel, mine.reference) == (name, name, f'{name} "x": [y]')


def test_words_that_cannot_be_a_record(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("1,1e-4\n2,1e-4\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        from_csv(file, "a/b", "eps", citation=" ", cl=2, mass_unit="gev", channel="a\x07b")
    for part in (
        "name = 'a/b'",
        "quantity = 'eps'",
        "citation = ' '",
        "cl = 2",
        "mass_unit = 'gev'",
        "did you mean",
        "channel",
    ):
        assert part in str(refused.value)


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "sub/../../secret.csv", "link.csv", "a\0b"])
def test_a_record_opens_no_file_off_its_folder(tmp_path, name):
    folder = tmp_path / "records"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("root:x:0\n1,2\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    limit = {
        "cl": 0.9,
        "mass_range": {"value": [1, 2], "unit": "MeV", **SOURCE},
        "contour": {"file": name, "sha256": 64 * "0", **SOURCE},
        "recast": {"rule": "fixed", "because": "test"},
    }
    record = {"name": "mine", "label": "x", "citation": "x", "kind": "observed", "quantity": "epsilon"}
    file = folder / "mine.yaml"
    file.write_text(yaml.safe_dump({**record, "channel": "x", "assumes": "x", "limits": [limit]}), encoding="utf-8")
    problems = "\n".join(check_file(file))
    assert "allowed a file in the folder of the record" in problems
    assert "root:x" not in problems
    assert len(problems) < 300


@pytest.mark.parametrize(
    ("quantity", "ends", "doubled", "expected"),
    [
        ("epsilon", "2e-6,2e-4", ("2e-6,1e-4", "3e-6,2e-4"), (3e-6, 1e-4)),
        ("F_gev", "2e8,2e6", ("1e8,2e6", "2e8,3e6"), (1e8, 3e6)),
    ],
)
def test_of_a_mass_that_stands_twice_the_weaker_limit_and_the_nearer_far_side_count(
    curve, quantity, ends, doubled, expected
):
    mine = curve(f"1,{ends}\n5,{doubled[0]}\n5,{doubled[1]}\n9,{ends}\n", quantity)
    assert (mine.value(5.0), mine.far_side(5.0)) == pytest.approx(expected)


def test_a_limit_made_by_hand_answers_within_its_table_only():
    limit = CouplingLimit(
        cl=0.9,
        mass_min=0.1,
        mass_max=80.0,
        chirality="n/a",
        form="contour",
        tag="assumed",
        source="test",
        masses=(1.5, 10.0),
        values=(1e-4, 1e-4),
    )
    assert [limit.covers(mass) for mass in (1.4, 1.5, 10.0, 60.0)] == [False, True, True, False]
