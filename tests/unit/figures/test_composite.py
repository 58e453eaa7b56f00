"""Figures of composite neutrinos: their tables have the numbers of independent calculations."""

from __future__ import annotations

import numpy as np
import pytest

import darkfactory as df
from darkfactory.bounds import get_coupling_bound
from darkfactory.cosmology.contact import contact_coupling, freeze_in_coupling
from darkfactory.cosmology.thermodynamics import bath
from darkfactory.errors import UnknownName
from darkfactory.experiments import load_card
from darkfactory.figures import dark_sector_landscape as landscape
from darkfactory.figures import figure, nu_electron_recoil, nu_missing_mass
from darkfactory.figures.points import picked
from darkfactory.models import build_model
from darkfactory.recorded.neutrino_currents import currents
from darkfactory.targets import target
from support.figures import check_laws


def only(rows, **values):
    (row,) = picked(rows, **values)
    return row


def test_missing_mass(tmp_path, monkeypatch):
    monkeypatch.setattr(nu_missing_mass, "EVENTS", 2**17)
    made = figure("nu-missing-mass", tmp_path / "mass", {"dimension": 4.5})
    check_laws(made)
    # shares above 25 GeV^2 of an independent Monte Carlo, a few per cent of error
    for beam, neutral, jets in (("narrow", 0.0200, 0.580), ("wide", 0.0960, 0.350)):
        for curve, share in (("SM neutral currents", neutral), ("dark jets", jets)):
            row = only(made.data.summary, beam=beam, curve=curve)
            assert row["share above 25 GeV2"] == pytest.approx(share, rel=0.03)
            bins = picked(made.data.rows, panel=beam, curve=curve)
            assert all(bin_["high_mev2"] == pytest.approx(bin_["low_mev2"] + 5e6, rel=1e-12) for bin_ in bins)
            heavy = sum(bin_["events"] for bin_ in bins if bin_["low_mev2"] > 24.9e6)
            assert heavy == pytest.approx(row["share above 25 GeV2"] * row["events"], rel=1e-9)
        # sums of the bins: as many jets as asked for
        events = [row["events"] for row in picked(made.data.rows, panel=beam, curve="dark jets")]
        assert sum(events) == pytest.approx(1000, rel=1e-9)
        assert row["events"] == pytest.approx(1000, rel=1e-9)
    # Lambda from a limit on the ratio within the range, by quadrature: m_hat^2 goes with Lambda^-6
    given = {"model.dimension": 4.5, "beam.mode": "neutrino", "detector.e_h_high_gev": 1e4}
    limit = df.reach("neutral-current", "nutev", model="composite-neutrino", mass=1000.0, settings=given).rows[0]
    (source,) = currents(load_card("nutev", {key: given[key] for key in list(given)[1:]}), "mu")
    ratio = limit["expected"]["branching_ratio"] * source.kept / 1e-3
    at_limit = limit["expected"]["cutoff_gev"] * ratio ** (1 / 6)
    assert row["Lambda [GeV]"] == pytest.approx(at_limit, rel=1e-3)
    again = figure("nu-missing-mass", settings={"dimension": 4.5, "ratio": 2e-3}).data
    scales = [only(data.summary, beam="wide", curve="dark jets")["Lambda [GeV]"] for data in (made.data, again)]
    # m_hat^2 goes with Lambda^(3 - 2 dimension)
    assert scales[0] / scales[1] == pytest.approx(2 ** (1 / 6), rel=1e-9)


def test_masses_that_no_cut_leaves_room_for(monkeypatch):
    monkeypatch.setattr(nu_missing_mass, "EVENTS", 2**12)
    data = figure("nu-missing-mass", settings={"dimension": 4.5, "gap_gev": 8, "energy_gev": 40}).data
    assert only(data.summary, beam="narrow", curve="dark jets")["events"] == 0
    assert not picked(data.rows, panel="narrow", curve="dark jets")


def test_electron_recoil(tmp_path, monkeypatch):
    monkeypatch.setattr(nu_electron_recoil, "PANELS", {"T_e": (40, None), "E_theta2": (4, 1.05)})
    made = figure("nu-electron-recoil", tmp_path / "recoil", {"dimension": 3})
    check_laws(made)
    elastic, jets = made.data.summary
    assert elastic["cm^2"] == pytest.approx(1.5522e-40, rel=1e-4, abs=0)
    assert jets["cm^2 per m_hat^2"] == pytest.approx(3.4431e-42, rel=5e-3, abs=0)
    # sqrt(s) - m_e is the heaviest X
    heaviest = np.sqrt(2 * 1e5 * 0.51099895 + 0.51099895**2) - 0.51099895
    masses = sorted({row["mass_x_mev"] for row in picked(made.data.rows, panel="plane")})
    assert masses == pytest.approx([0, 0.5 * heaviest, 0.75 * heaviest, 0.9 * heaviest], rel=1e-9)
    for row in picked(made.data.rows, panel="plane"):
        # p_e from energy and momentum: M^2 = (q - p)^2 for q = (E + m_e, E)
        T, size = row["T_mev"], np.sqrt(row["T_mev"] * (row["T_mev"] + 2 * 0.51099895))
        mass2 = (row["energy_mev"] - T) ** 2 - row["energy_mev"] ** 2 - size**2
        mass2 += 2 * row["energy_mev"] * size * np.cos(row["theta_rad"])
        assert mass2 == pytest.approx(row["mass_x_mev"] ** 2, abs=1e-6 * row["energy_mev"] ** 2 * 1e-6 + 0.02)
        # 2 m_e (1 - T/E) - M^2/E at small angles
        expected = 2 * 0.51099895 * (1 - row["T_mev"] / row["energy_mev"]) - row["mass_x_mev"] ** 2 / row["energy_mev"]
        assert row["E_theta2_mev"] == pytest.approx(expected, abs=2e-3)
    # the fastest electrons go straight on
    light = picked(made.data.rows, panel="plane", mass_x_mev=0.0, energy_mev=1e5)
    assert min(row["E_theta2_mev"] for row in light) < 1e-5
    # a jet takes energy away: electrons are slower
    means = []
    for curve in ("elastic", "jets"):
        rows = picked(made.data.rows, panel="T_e", curve=getattr(nu_electron_recoil, curve.upper()))
        assert sum(row["density"] * (row["high_mev"] - row["low_mev"]) for row in rows) == pytest.approx(1, rel=1e-9)
        means.append(sum(row["density"] * (row["high_mev"] ** 2 - row["low_mev"] ** 2) / 2 for row in rows))
    assert means[1] < 0.95 * means[0]
    # (g_L^2 + g_R^2 (1 - t)^2) of the electron's energy, t = T/E, for muon neutrinos, in bins of the same width
    g_L, g_R = 0.2312 - 0.5, 0.2312
    edges = np.linspace(0, 1, len(rows) + 1)
    expected = np.diff(g_L**2 * edges - g_R**2 * (1 - edges) ** 3 / 3) / (g_L**2 + g_R**2 / 3) * len(rows)
    elastic = picked(made.data.rows, panel="T_e", curve=nu_electron_recoil.ELASTIC)
    found = [row["density"] * 1e5 for row in elastic]
    assert found == pytest.approx(expected, rel=3e-3)
    assert elastic[-1]["high_mev"] == pytest.approx(1e5, rel=1e-4)


def test_electrons_are_subdominant():
    settings = {"dimension": [3, 3.5, 4.5], "gap_gev": 0.01, "energy_gev": 120}
    summary = figure("nu-electron-recoil", settings=settings).data.summary
    for dimension, ratio in ((3, 3.496e-5), (3.5, 1.710e-6), (4.5, 2.754e-9)):
        assert only(summary, dimension=dimension)["over nu N -> X"] == pytest.approx(ratio, rel=0.01, abs=0)


REACH = {
    3.0: (157.1, 121.0, 83.4, 1006, 30.0, 375.6, 545.5, 305.6, 4411),
    4.5: (12.85, 11.26, 7.58, 26.3, 3.69, 59.5, 97.4, 50.4, 37.4),
    6.0: (5.74, 5.26, 3.47, 7.96, 1.87, 30.7, 48.7, 26.4, 6.59),
}
"""Lambda [GeV] by dimension for a gap of 1 GeV: independent numbers, to 0.7%."""
ORDER = (
    *("NuTeV", "NuTeV, expected", "SHiP, invisible", "SHiP, tagged", "DUNE"),
    *("Z -> nu X", "h -> nu X", "W -> l X", "heavy leptons"),
)
TRUNCATED = {"Z -> nu X": 48.2, "h -> nu X": 83.6, "DUNE": 3.38, "FASERnu2, tagged": 50.4, "FLArE, tagged": 43.6}
"""The same of states below Lambda alone at dimension 4.5, to 1%."""


def test_reach(tmp_path):
    settings = {"dimensions": sorted(REACH), "mass": "100,1000,3000"}
    made = figure("composite-reach", tmp_path / "reach", settings)
    check_laws(made)
    rows = made.data.rows
    for dimension, expected in REACH.items():
        mine = picked(rows, panel="dimension", dimension=dimension)
        found = [max(row["cutoff_gev"] for row in picked(mine, curve=curve)) for curve in ORDER]
        assert found == pytest.approx(expected, rel=8e-3)
        of = f"dim. {dimension:g}"
        assert [only(made.data.summary, curve=curve)[of] for curve in ORDER] == pytest.approx(expected, rel=8e-3)
    assert {row["curve"]: row["cl"] for row in rows if row["provenance"] != "recalled"}["K -> mu X"] == 0.9
    line = picked(rows, panel="dimension", dimension=4.5)
    for curve, cutoff in TRUNCATED.items():
        assert only(line, curve=curve)["cutoff_truncated_gev"] == pytest.approx(cutoff, rel=0.01)
    # full lines: NuTeV describes its own limit at 4.5, decays of Z and h do not
    assert [only(line, curve=name)["described"] for name in ("NuTeV", *ORDER[5:7])] == [True, False, False]
    at_light = only(rows, panel="gap", curve="K -> mu X", gap_gev=0.1)
    assert at_light["cutoff_gev"] == pytest.approx(9.3, rel=0.02)
    assert only(rows, panel="gap", curve="NuTeV", gap_gev=0.1)["cutoff_gev"] == pytest.approx(13.0, rel=8e-3)
    assert {row["cl"] for row in picked(rows, curve="Z -> nu X") + picked(rows, curve="NuTeV")} == {0.95}
    # masses of the jets: those of a sum over cells of its own
    jets = only(line, curve="NuTeV")
    assert (jets["f_val"], jets["m95_gev"]) == pytest.approx((0.9528, 12.75), rel=2e-3)
    strongest = max(picked(rows, panel="gap", curve="heavy leptons", gap_gev=3.0), key=lambda row: row["cutoff_gev"])
    assert strongest["cutoff_gev"] == pytest.approx(43.1, rel=0.01)
    assert "CMS" in strongest["record"]


def test_reach_with_decays_and_other_norms():
    settings = {"dimensions": [4.5], "mass": "3000", "decay": "target", "norm": "unparticle"}
    rows = figure("composite-reach", settings=settings).data.rows
    # rates go with kappa Lambda^(3 - 2 dimension): here all scales shrink by 2 pi
    found = only(rows, panel="dimension", curve="NuTeV")["cutoff_gev"]
    assert found == pytest.approx(12.85 / 6.2831853, rel=8e-3)
    near = figure("composite-reach", settings=settings | {"norm": "free"}).data.rows
    for curve, cutoff in (("FASERnu2, tagged", 37.1), ("FLArE, tagged", 34.7)):
        assert only(near, panel="gap", curve=curve)["cutoff_gev"] == pytest.approx(cutoff, rel=0.02)


def test_what_cannot_be_drawn_is_said():
    settings = {"dimensions": [3], "mass": "1000", "flavor": "e", "decay": "volume", "truncated": True}
    made = figure("composite-reach", settings=settings)
    notes = " ".join(made.notes)
    assert "NuTeV: not drawn" in notes
    assert "FLArE, tagged: not drawn" in notes
    assert made.draw().axes
    with pytest.raises(UnknownName, match="gap_gev"):
        figure("composite-reach", settings={"gap": 2})


def words_of(made):
    return [[text.get_text() for text in axes.texts] for axes in made.draw().axes]


CLOSED = ["closed: no room for these masses"]


def test_reach_where_every_channel_is_closed():
    made = figure("composite-reach", settings={"dimensions": [4.5], "mass": "200000"})
    assert not picked(made.data.rows, panel="gap")
    assert "every search and decay is closed at a gap of 200000 MeV" in made.notes
    left, right = words_of(made)
    assert right == CLOSED != left
    # 100 GeV is too heavy for all but h -> nu X and the neutrinos of the LHC; there both have a limit
    made = figure("composite-reach", settings={"dimensions": [4.5], "gap_gev": 100, "mass": "1000"})
    assert {row["curve"] for row in picked(made.data.rows, panel="dimension")} == {
        *("FASERnu2, tagged", "FLArE, tagged", "h -> nu X"),
    }
    assert not any("closed" in note for note in made.notes)


@pytest.mark.parametrize("gap_gev", [30, 90])
def test_dark_jet_closed_at_one_experiment(gap_gev):
    made = figure("dark-jet", settings={"dimensions": [4.5], "mass": "200000", "gap_gev": gap_gev})
    assert f"closed at ship: its neutrinos cannot make a state of {gap_gev} GeV" in made.notes
    rows = picked(made.data.rows, panel="vertices")
    assert {row["curve"] for row in rows} == {"fasernu2, target", "fasernu2, volume"}
    # one state each: no room for two (2 x 2 x 30 GeV would need 7.7 TeV), however short its life
    for row in rows:
        assert row["one_vertex"] == pytest.approx(row["vertices"], rel=1e-9)
        assert row["two_vertices"] < 1e-9
    assert max(row["one_vertex"] for row in rows) == pytest.approx(1, rel=1e-9)
    assert [text == CLOSED for text in words_of(made)] == [True, False, True]


def test_dark_jet(tmp_path):
    made = figure("dark-jet", tmp_path / "jet", {"dimensions": [3, 4.5], "mass": "1000"})
    check_laws(made)
    rows = made.data.rows
    # c tau [m] at the limit of NuTeV goes with Lambda^(2 dimension - 3): 10.10 m at 12 GeV
    line = only(rows, panel="ctau", curve="c tau", dimension=4.5, gap_gev=1.0)
    assert line["ctau_mm"] == pytest.approx(10.10e3 * (line["cutoff_gev"] / 12) ** 6, rel=0.01)
    for curve in ("states", "decays"):
        for dimension in (3, 4.5):
            shares = picked(rows, panel="number", curve=curve, dimension=dimension)
            assert sum(row["share"] for row in shares) == pytest.approx(1, rel=1e-9)
    for curve in ("ship, target", "ship, volume", "fasernu2, target", "fasernu2, volume"):
        mine = picked(rows, panel="vertices", curve=curve)
        assert all(1.0001 >= row["one_vertex"] >= row["two_vertices"] >= 0 for row in mine)
        assert all(row["vertices"] >= row["one_vertex"] + row["two_vertices"] - 1e-9 for row in mine)
        means = [row["vertices"] for row in mine]
        assert means == sorted(means, reverse=True)
        # short lives: all states decay, of jets of 4.5; long ones: one of them at most
        first, last = mine[0], mine[-1]
        assert (first["one_vertex"], last["vertices"] / last["one_vertex"]) == pytest.approx((1, 1), rel=1e-5)
        if "ship" in curve:
            states = picked(rows, panel="number", curve="states", dimension=4.5)
            single = sum(row["share"] for row in states if row["number"] == 1)
            assert first["two_vertices"] == pytest.approx(1 - single, rel=1e-9)
            assert first["vertices"] == pytest.approx(sum(row["number"] * row["share"] for row in states), rel=2e-4)
        assert last["vertices"] * last["ctau_mm"] == pytest.approx(means[-2] * mine[-2]["ctau_mm"], rel=1e-4)
        # half of the jets have a decay
        half = only(rows, curve=f"half, {curve}", gap_gev=1.0)
        shares = [row["one_vertex"] for row in mine]
        at = np.exp(np.interp(-0.5, -np.array(shares), np.log([row["ctau_mm"] for row in mine])))
        assert half["ctau_mm"] == pytest.approx(at, rel=1e-6)
        assert (
            half["path_mm"]
            == mine[0]["path_mm"]
            == {"ship, target": 2e3, "ship, volume": 50e3}.get(curve, half["path_mm"])
        )
    for entry in made.data.summary:
        decays = {
            row["number"]: row["share"]
            for row in picked(rows, panel="number", curve="decays", dimension=entry["dimension"])
        }
        mean = sum(number * share for number, share in decays.items())
        told = entry["decays"], entry["one or more"], entry["two or more"]
        assert told == pytest.approx((mean, 1 - decays[0], 1 - decays[0] - decays[1]), rel=1e-4)
        line = only(rows, panel="ctau", curve="c tau", dimension=entry["dimension"], gap_gev=1.0)
        assert (entry["Lambda [GeV]"], 1e3 * entry["c tau [m]"]) == (line["cutoff_gev"], line["ctau_mm"])
    assert only(made.data.summary, dimension=4.5)["Lambda [GeV]"] == pytest.approx(12.85, rel=8e-3)
    near, far = (only(rows, curve=f"half, ship, {place}", gap_gev=1.0) for place in ("target", "volume"))
    assert near["ctau_mm"] * 50 / 2 == pytest.approx(far["ctau_mm"], rel=0.05)


def test_dark_jet_at_a_scale():
    settings = {"dimensions": [7], "dimension": 7, "gap_gev": 3, "mass": "1000,3000", "cutoff_gev": 4.3}
    made = figure("dark-jet", settings=settings)
    line = only(made.data.rows, panel="ctau", curve="c tau", gap_gev=3.0)
    # on detector scales: 2.9 cm, and 150 km for a gap of 1 GeV
    assert line["ctau_mm"] == pytest.approx(29.2, rel=0.01)
    assert only(made.data.rows, panel="ctau", curve="c tau", gap_gev=1.0)["ctau_mm"] == pytest.approx(1.5e8, rel=0.05)


def test_landscape(monkeypatch):
    monkeypatch.setattr(landscape, "GAPS", np.array([1000.0, 3000.0]))
    monkeypatch.setattr(landscape, "PHASES", {})
    monkeypatch.setattr(landscape, "searched", lambda *_: ([], [], []))
    monkeypatch.setattr(landscape, "mu3e_regions", lambda *_: ([], []))
    data = figure("dark-sector-landscape").data
    at = {(row["plane"], row["curve"]): row["value"] for row in data.summary}
    # Delta N_eff < 0.3 and the freeze-in line at 50 keV of independent integrals
    assert at["ALP", "thermal contact"] == pytest.approx(1.60e8, rel=0.01)
    assert at["ALP", "freeze-in"] == pytest.approx(8.734e9, rel=5e-3)
    assert at["dark photon", "thermal contact"] < 1e-4 * at["dark photon", "thermal target"]
    # what other tests have checked, at 100 MeV; a dark photon of three times that mass
    mass, record = np.array([100.0]), get_coupling_bound("electron-magnetic-moment")
    lines = {
        "thermal target": target("freeze-out", mass, dm="scalar").column("epsilon")[0],
        "thermal contact": contact_coupling("scalar", mass)[0],
        "freeze-in": freeze_in_coupling("scalar", mass)[0],
        record.label: record.value(300.0),
    }
    assert {curve: at["dark photon", curve] for curve in lines} == pytest.approx(lines, rel=1e-3, abs=0)
    dark = picked(data.rows, panel="ALP", curve="freeze-in")
    # lighter ones than 34.9 keV are warm: they would wash out structure
    assert {(row["status"], row["mass_mev"] > 0.0349) for row in dark} == {("ok", True), ("warm", False)}
    of_gap = [row["mass_mev"] / row["gap_gev"] for row in data.rows if "gap_gev" in row]
    assert of_gap == pytest.approx([1e3] * len(of_gap), rel=1e-12)
    assert [row["mass_mev"] for row in picked(data.rows, panel="composite", curve="thermal contact")] == [1e3, 3e3]
    assert at["composite", "NuTeV"] == pytest.approx(12.85, rel=8e-3)
    # alpha epsilon^2 m/3 = 1.66 sqrt(g) m^2/M_Pl, the electron mass neglected, g = 11.3 at 20 MeV
    expected = np.sqrt(1.66 * np.sqrt(11.3) * 20.0 / 1.2209e22 * 3 * 137.036)
    assert at["pairs", "thermal contact"] == pytest.approx(expected, rel=0.01)
    # with that mass, and g of the same bath
    r, g = (0.51099895 / 20.0) ** 2, bath(20.0).g_rho
    hubble = np.sqrt(8 * np.pi**3 * g / 90) * 20.0**2 / 1.220890e22
    exact = np.sqrt(3 * hubble * 137.035999 / (20.0 * (1 + 2 * r) * np.sqrt(1 - 4 * r)))
    assert at["pairs", "thermal contact"] == pytest.approx(exact, rel=1e-3)
    # the same of a lightest state of 1 GeV, which has c tau = 10.10 m at 12 GeV
    hubble_gev = 1.66 * np.sqrt(73.5) / 1.2209e19
    cutoff = 12 * (1.9733e-16 / hubble_gev / 10.10) ** (1 / 6)
    assert at["composite", "thermal contact"] == pytest.approx(cutoff, rel=0.01)
    # with g of the same bath: c tau is hbar c over the Hubble rate
    given = {"dimension": 4.5, "gap_gev": 1.0, "cutoff_gev": at["composite", "thermal contact"]}
    hubble = np.sqrt(8 * np.pi**3 * bath(1e3).g_rho / 90) * 1e3**2 / 1.220890e22
    ctau = build_model("composite-neutrino", given).ctau_mm
    assert ctau == pytest.approx(1.973269804e-10 / hubble, rel=1e-3, abs=0)
