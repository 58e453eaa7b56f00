"""Laws of every plane of coupling and mass: curves, masses, CL, cards and limits of a user."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

import darkfactory as df
from darkfactory.bounds import get_coupling_bound
from darkfactory.errors import CardError, InvalidInput, UnknownName
from darkfactory.experiments import load_card
from darkfactory.figures import FIGURES
from darkfactory.figures.planes import OPTIONS
from darkfactory.figures.points import picked
from support.command_line import assert_answered, call
from support.figures import _check_drawing, _check_table

QUICK = {
    "dark-photon-plane": ("na48-2-2015", "NA48/2", "kloe-combined"),
    "lfc-alp-plane": ("g-2", "g-2", "c-tau"),
    "hnl-plane": ("nutev", "NuTeV", "type-i"),
    "what-can-we-test": ("twist-2015", "TWIST 2015", "freeze-in"),
    "alp-landscape": ("stars", "stars", "mfv"),
    "dark-sector-landscape": ("na48-2-2015", "NA48/2", "kloe-combined"),
    "seesaw": ("type-i", "type I", "nutev"),
    "search-reach": ("twist-2015", "TWIST 2015", "bryman-clifford"),
}
"""What costs little, by plane: a curve, how the table names it, and another curve."""
MASSES = {"hnl-plane": (300.0, 900.0), "seesaw": (300.0, 900.0)}
NO_AXIS = ("alp-landscape",)
"""Planes for one mass."""


def curves(figure):
    return {row["curve"] for row in figure.data.rows}


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    """Copy of the card of a beam dump."""
    path = tmp_path_factory.mktemp("cards") / "my-dump.yaml"
    shutil.copy(load_card("e141").path, path)
    return str(path)


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """Records of a user on epsilon and |U_mu|^2."""
    folder = tmp_path_factory.mktemp("limits")
    origin = "tag: paper, provenance: quoted, source: page 1"
    for name, quantity in (("mine-epsilon", "epsilon"), ("mine-mixing", "U2_mu")):
        lines = (
            *(f"name: {name}", f"label: {name}", f"quantity: {quantity}", 'citation: "Doe 2031"'),
            *("kind: observed", "channel: mine", "assumes: nothing", "limits:", "- cl: 0.9"),
            "  mass_range: {value: [1, 500], unit: MeV, tag: paper, provenance: quoted, source: page 1}",
            f"  value: {{value: 1.0e-3, {origin}}}",
            "  recast: {rule: fixed, because: it is a test}",
        )
        (folder / f"{name}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_these_are_the_planes():
    planes = [name for name in FIGURES if set(OPTIONS) <= set(FIGURES[name].keys)]
    assert sorted(planes) == sorted(QUICK)
    # one set for all: no plane has an option of that name of its own
    for name in QUICK:
        names = [key.name for key in FIGURES[name].keys]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("name", QUICK)
def test_only_leaves_a_curve_alone_and_without_drops_it(name):
    asked, label, other = QUICK[name]
    alone = df.figure(name, only=[asked])
    assert curves(alone) == {label}
    _check_table(alone.data)
    _check_drawing(alone.draw())
    if name == "alp-landscape":  # the other has no line
        other = "anarchy"
    both = df.figure(name, only=f"{asked},{other}")
    assert curves(both) > {label}
    assert curves(df.figure(name, only=[asked, other], without=asked)) == curves(both) - {label}
    assert picked(both.data.rows, curve=label) == picked(alone.data.rows, curve=label)


@pytest.mark.parametrize("name", QUICK)
def test_names_that_do_not_exist_are_answered_with_near_ones(name):
    asked, _, _ = QUICK[name]
    with pytest.raises(UnknownName, match=rf"without = '{asked}x'.*did you mean .*{asked}"):
        df.figure(name, without=f"{asked}x")
    with pytest.raises(UnknownName, match=r"only = 'no such': no curve of this plane"):
        df.figure(name, only=["no such"])
    with pytest.raises(InvalidInput, match="nothing to draw"):
        df.figure(name, only=asked, without=asked)


@pytest.mark.parametrize("name", [name for name in QUICK if name not in NO_AXIS])
def test_mass_restricts(name):
    asked, _, _ = QUICK[name]
    low, high = MASSES.get(name, (20.0, 60.0))
    part = df.figure(name, only=asked, mass=f"{low:g}:{high:g}")
    found = [row["mass_mev"] for row in part.data.rows]
    assert low == pytest.approx(min(found), rel=0.02)
    assert high == pytest.approx(max(found), rel=0.02)
    assert low * (1 - 1e-9) <= min(found) <= max(found) <= high * (1 + 1e-9)
    _check_drawing(part.draw())
    for wrong in ("60:20:x", "-1:3", "0:50"):
        with pytest.raises(InvalidInput, match="mass"):
            df.figure(name, only=asked, mass=wrong)


def test_mass_of_the_plane_of_one_mass():
    light, heavy = (df.figure("alp-landscape", only="stars", mass=mass).data for mass in ("0.001", "0.05"))
    # red giants of 9 keV cannot make what is heavy
    assert light.rows[0]["F_ee_gev"] > 3 * heavy.rows[0]["F_ee_gev"]
    with pytest.raises(InvalidInput, match="one mass"):
        df.figure("alp-landscape", only="stars", mass="1:10")


@pytest.mark.parametrize("name", ["dark-photon-plane", "lfc-alp-plane", "dark-sector-landscape"])
def test_a_card_of_a_user_adds_its_reach(name, dump):
    column = "g_ee" if name == "lfc-alp-plane" else "epsilon"
    more = {"quantity": "epsilon"} if name == "dark-photon-plane" else {}
    made = df.figure(name, only="my-dump", experiment=[dump], mass="3:12:3", **more)
    assert curves(made) == {"my-dump, beam-dump"}
    assert any(note.startswith(f"experiment my-dump: {dump}, sha256 ") for note in made.data.notes)
    model = "pseudoscalar" if name == "lfc-alp-plane" else "dark-photon"
    found = df.reach("beam-dump", "e141", model=model, mass=[3.0, 7.5, 12.0])
    expected = [row["excluded"][column][0] for row in found.rows]
    assert [[row[column], row["far_side"]] for row in made.data.rows] == [pytest.approx(pair) for pair in expected]
    _check_drawing(made.draw())


@pytest.mark.parametrize(("name", "flavors"), [("hnl-plane", ("mu",)), ("seesaw", ("e", "mu"))])
def test_a_neutrino_beam_adds_its_reach_in_the_mixing(name, flavors):
    """A heavy neutral lepton is the composite neutrino of dimension 3/2: its mixing at the limit."""
    made = df.figure(name, only="ship", experiment="ship", mass="500:2500:2")
    assert curves(made) == {f"ship, neutral-current, {flavor}" for flavor in flavors}
    for flavor in flavors:
        settings = {"model.dimension": 1.5, "model.flavor": flavor}
        found = df.reach("neutral-current", "ship", model="composite-neutrino", mass=[500, 2500], settings=settings)
        rows = picked(made.data.rows, flavor=flavor)
        assert [row["U2"] for row in rows] == [point["U2_total"] for point in found.rows]
        assert [row["mass_mev"] for row in rows] == [500, 2500]
    _check_drawing(made.draw())


def test_cards_that_no_search_of_a_plane_can_use(dump):
    for name in ("hnl-plane", "seesaw"):
        with pytest.raises(
            CardError, match=r"experiment = my-dump: no search of this plane can use it\n.*neutral-current"
        ):
            df.figure(name, only=f"{QUICK[name][0]},my-dump", experiment=dump)
    with pytest.raises(
        CardError, match=r"experiment = my-dump: no search of this plane can use it\n(.*\n)*forward-positron"
    ):
        df.figure("what-can-we-test", only="my-dump", experiment=dump)
    with pytest.raises(UnknownName, match="e14"):
        df.figure("dark-photon-plane", only="c-tau", experiment="e14")


def test_a_card_in_the_planes_of_decays(tmp_path):
    shutil.copy(load_card("jodidio").path, tmp_path / "mine.yaml")
    settings = {"experiment": [str(tmp_path / "mine.yaml")], "mass": "0.01,1"}
    made = df.figure("what-can-we-test", only=["mine", "jodidio-1986"], **settings)
    rows = picked(made.data.rows, curve="mine, forward-positron")
    assert [row["mass_mev"] for row in rows] == [0.01, 1.0]
    assert all(row["card"] == "mine" and row["f_a_over_C_gev"] > 0 for row in rows)
    # its own search is not the published one, but of that size
    published = picked(made.data.rows, curve="Jodidio 1986")[0]
    assert rows[0]["F_gev"] == pytest.approx(published["F_gev"], rel=0.5)


def test_cl_rescales_what_can_be_and_says_what_cannot():
    own, scaled = (df.figure("alp-landscape", only="stars", **more).data for more in ({}, {"cl": 0.9}))
    assert (own.rows[0]["cl"], scaled.rows[0]["cl"], scaled.rows[0]["rescaled"]) == (0.95, 0.9, True)
    # g ~ (luminosity)^(1/2), so F goes with the root of the ratio of z
    assert scaled.rows[0]["F_ee_gev"] / own.rows[0]["F_ee_gev"] == pytest.approx((1.644854 / 1.281552) ** 0.5, rel=1e-5)
    assert "rescaled to 90% CL, Gaussian: stars" in scaled.notes
    light = {"only": "red-giants-2020", "mass": "0.001:0.05"}
    own, scaled = (df.figure("lfc-alp-plane", **light, **more).data.rows for more in ({}, {"cl": 0.9}))
    assert {row["rescaled"] for row in scaled} == {True}
    ratios = np.array([a["g_ee"] / b["g_ee"] for a, b in zip(scaled, own, strict=True)])
    assert ratios == pytest.approx((1.281552 / 1.644854) ** 0.5, rel=1e-5)
    heavy = {"only": "stars", "mass": "0.001:0.05", "tan_alpha": 1}
    own, scaled = (df.figure("what-can-we-test", **heavy, **more).data.rows for more in ({}, {"cl": 0.9}))
    record = get_coupling_bound("red-giants-2020")
    for row, other in zip(own, scaled, strict=True):
        # C m_e / f_a is the coupling, which falls off with the mass
        assert row["f_a_over_C_gev"] * record.value(row["mass_mev"]) == pytest.approx(0.51099895e-3, rel=1e-6)
        assert other["f_a_over_C_gev"] / row["f_a_over_C_gev"] == pytest.approx((1.644854 / 1.281552) ** 0.5, rel=1e-5)
    found = df.figure("what-can-we-test", only=["jodidio-1986", "x-ray-lines"], cl=0.95)
    assert {row["cl"] for row in picked(found.data.rows, curve="Jodidio 1986")} == {0.95}
    with pytest.raises(InvalidInput, match=r"cl = 0.8: changes nothing: no curve"):
        df.figure("dark-photon-plane", only="kloe-combined", cl=0.8)
    for cl in (0.5, 1, "high"):
        with pytest.raises(InvalidInput, match="cl = "):
            df.figure("hnl-plane", only="nutev", cl=cl)


def test_limits_of_a_user(record):
    made = df.figure("dark-photon-plane", only="mine-epsilon", extra=str(record), quantity="epsilon")
    assert {row["epsilon"] for row in made.data.rows} == {1e-3}
    made = df.figure("hnl-plane", only="mine-mixing", extra=str(record))
    assert {row["U2"] for row in made.data.rows} == {1e-3}
    assert {row["U2"] for row in df.figure("seesaw", only="mine-mixing", extra=str(record)).data.rows} == {1e-3}
    with pytest.raises(InvalidInput, match=r"extra = .*: changes nothing"):
        df.figure("hnl-plane", only="type-i", extra=str(record))
    with pytest.raises(InvalidInput, match="no such file"):
        df.figure("hnl-plane", only="nutev", extra="nowhere")


def test_projections_and_conditions():
    named = "ship,bbn"
    with pytest.raises(InvalidInput, match=r"conditional=yes, projections projections=yes"):
        df.figure("hnl-plane", only=named, flavor="tau")
    made = df.figure("hnl-plane", only=named, flavor="tau", projections=True, conditional=True)
    assert curves(made) == {"SHiP (proj.)", "BBN"}
    dashes = [line.get_linestyle() for line in made.draw().axes[0].get_lines()]
    assert "--" in dashes


def test_options_of_the_command_are_settings(capsys, tmp_path):
    command = [
        "figure",
        "hnl-plane",
        "--flavor",
        "e",
        "--only",
        "ps191",
        "--only",
        "pienu-2017,charm",
        "--mass",
        "50:2000",
    ]
    out = ["--format", "png", "--out", str(tmp_path / "a")]
    code, printed, err = call(capsys, *command, "--without", "pienu", *out, "--json", "-q")
    assert code == 0, err
    data = json.loads(printed)
    assert {row["curve"] for row in data["rows"]} == {"PS191", "CHARM 1986"}
    asked = {"flavor": "e", "only": "ps191,pienu-2017,charm", "without": "pienu", "mass": "50:2000"}
    assert data["run"]["arguments"]["settings"] == asked
    assert np.min([row["mass_mev"] for row in data["rows"]]) >= 50
    assert_answered(capsys, ["figure", "hnl-plane", "--mass", "1:2", "--set", "mass=1:3"], "mass is given twice")
    assert_answered(capsys, ["figure", "portals", "--only", "ps191"], "only: unknown key of figure portals")
    assert_answered(capsys, ["figure", "seesaw", "--only", "tipe-i"], "type-i")
