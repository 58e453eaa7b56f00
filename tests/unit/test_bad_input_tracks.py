"""Chapter 04, section 13: bad input of the searches with three tracks, by the interface and by the command line."""

import math

import numpy as np
import pytest

from darkfactory.constants import M_E, M_MU
from darkfactory.errors import CardError, InvalidInput, UnknownName
from support.bad_input import INF, NAN, assert_refused, refused
from support.command_line import as_json, assert_answered
from support.mu3e import bump, reach, small_slices, tracks

HIGHEST = M_MU - 3 * M_E


@pytest.fixture(scope="module", autouse=True)
def _small():
    with small_slices():
        yield


# where nothing can be seen


@pytest.mark.parametrize("mass", [0.0, 0.5, 2 * M_E, M_MU - M_E, 150.0])
def test_a_closed_resonance(mass):
    found = bump(mass)
    assert found.result.status.tolist() == ["closed"]
    assert np.all(np.isinf([found.branching_ratio, found.couplings["epsilon"], found.couplings["epsilon2"]]))
    assert any("kinematically closed" in note for note in found.result.notes)
    row = found.point(0)
    assert row["expected"] == {"branching_ratio": None, "epsilon": None, "epsilon2": None}
    assert row["signal_efficiency"] == row["error"] == 0


@pytest.mark.parametrize("mass", [HIGHEST, 104.5, 1e3])
def test_a_closed_alp(mass):
    found = tracks(mass)
    assert found.result.status.tolist() == ["closed"]
    assert (found.branching_ratio[0], found.F_gev[0]) == (math.inf, 0)
    assert any("kinematically closed" in note for note in found.result.notes)
    assert found.point(0)["expected"] == {"branching_ratio": None, "F_gev": 0}


@pytest.mark.parametrize("model", ["pseudoscalar", "scalar", "derivative-alp", "vector"])
def test_a_closed_resonance_of_every_model(model):
    """Without couplings there would be complaints; a closed mass is a row all the same."""
    given = {"derivative-alp": {"model__C_e": 1}, "vector": {"model__g_V_e": 1, "model__g_V_mu": 1}}.get(model, {})
    found = bump([1.0, 110.0], model=model, **given)
    assert found.result.status.tolist() == ["closed", "closed"]
    for name, values in found.couplings.items():
        assert np.all(values == (0 if name.endswith("gev") else math.inf)), name


def test_open_and_closed_in_one_scan():
    found = bump([1.0, 20.0, 104.0, 110.0])
    assert found.result.status.tolist() == ["closed", "ok", "no-acceptance", "closed"]
    assert np.isfinite(found.couplings["epsilon"]).tolist() == [False, True, False, False]
    assert "kinematically closed at 1, 110 MeV" in " ".join(found.result.notes)
    assert "no acceptance at 104 MeV" in " ".join(found.result.notes)


def test_no_acceptance_for_heavy_alps():
    """Above about 75 MeV three tracks cannot all have p_T > 10 MeV."""
    found = tracks([70.0, 76.0, 90.0])
    assert found.result.status.tolist() == ["ok", "no-acceptance", "no-acceptance"]
    assert np.isinf(found.branching_ratio).tolist() == [False, True, True]
    assert found.F_gev.tolist()[1:] == [0, 0]
    assert "no acceptance at 76, 90 MeV: the tracks cannot all pass the thresholds" in " ".join(found.result.notes)
    assert found.point(1)["expected"] == {"branching_ratio": None, "F_gev": None}


def test_a_free_edge_at_zero_mass_is_degenerate():
    found = tracks([0.0, 20.0], search__edge="template", search__systematics__edge_shift="free")
    assert found.result.status.tolist() == ["degenerate", "ok"]
    assert found.point(0)["expected"] == {"branching_ratio": None, "F_gev": None}


# refused


@refused(
    ("m_a < 0", lambda: tracks(-1), InvalidInput, ["mass = -1: allowed [0,", "MeV"]),
    ("m_X < 0", lambda: bump(-1), InvalidInput, ["mass = -1: allowed [0,", "MeV"]),
    ("m_a NaN", lambda: tracks(NAN), InvalidInput, ["mass = nan: allowed [0,"]),
    ("m_X NaN", lambda: bump([10, NAN]), InvalidInput, ["mass = nan: allowed [0,"]),
    ("m_X inf", lambda: bump(INF), InvalidInput, ["mass = inf: allowed [0,"]),
    ("N = 0", lambda: bump(20, beam__exposure_muons=0), CardError, ["beam.exposure_muons = 0: allowed (0,"]),
    ("N < 0", lambda: tracks(20, beam__exposure_muons=-1), CardError, ["beam.exposure_muons = -1: allowed (0,"]),
    ("N NaN", lambda: tracks(20, beam__exposure_muons=NAN), CardError, ["beam.exposure_muons = nan: allowed (0,"]),
    ("e = 0", lambda: bump(20, detector__efficiency=0), CardError, ["detector.efficiency = 0: allowed (0, 1]"]),
    ("e > 1", lambda: tracks(20, detector__efficiency=1.1), CardError, ["detector.efficiency = 1.1: allowed (0, 1]"]),
    ("e NaN", lambda: tracks(20, detector__efficiency=NAN), CardError, ["detector.efficiency = nan: allowed (0, 1]"]),
    ("P > 1", lambda: tracks(20, beam__polarization=1.1), CardError, ["beam.polarization = 1.1: allowed [0, 1]"]),
    ("P < -1", lambda: bump(20, beam__polarization=-1.1), CardError, ["beam.polarization = -1.1: allowed [0, 1]"]),
    ("P NaN", lambda: bump(20, beam__polarization=NAN), CardError, ["beam.polarization = nan: allowed [0, 1]"]),
    ("p_T < 0", lambda: bump(20, detector__p_T_min=-1), CardError, ["detector.p_T_min = -1: allowed [0,", "MeV"]),
    ("p_T NaN", lambda: tracks(20, detector__p_T_min=NAN), CardError, ["detector.p_T_min = nan: allowed [0,"]),
    (
        "sigma = 0",
        lambda: bump(20, detector__momentum_resolution=0, detector__momentum_resolution_slope=0),
        InvalidInput,
        ["detector.momentum_resolution = 0: allowed (0, inf) MeV if detector.momentum_resolution_slope = 0"],
    ),
    (
        "sigma < 0",
        lambda: tracks(20, detector__momentum_resolution=-1),
        CardError,
        ["detector.momentum_resolution = -1: allowed [0,", "MeV"],
    ),
    (
        "sigma NaN",
        lambda: tracks(20, detector__momentum_resolution=NAN),
        CardError,
        ["detector.momentum_resolution = nan: allowed [0,"],
    ),
    (
        "angle < 0",
        lambda: bump(20, detector__angle_resolution=-1),
        CardError,
        ["detector.angle_resolution = -1: allowed [0,"],
    ),
    (
        "g_ee = 0",
        lambda: bump(20, model="pseudoscalar", coupling="g_mumu"),
        InvalidInput,
        ["model.g_e = 0", "does not decay into e e at tree level", "displaced or invisible search"],
    ),
    (
        "g_ee = 0 of a scalar",
        lambda: bump(20, model="scalar", model__g_mu=1e-3),
        InvalidInput,
        ["model.g_e = 0", "search.lifetime=prompt", "displaced or invisible search"],
    ),
    (
        "C = 0",
        lambda: tracks(20, chirality="V", model__C_V=0),
        InvalidInput,
        ["model.chirality and model.C_V are both given"],
    ),
    (
        "C_V = C_A = 0",
        lambda: reach("missing-mass-tracks", 20, model__C_V=0, model__C_A=0),
        InvalidInput,
        ["|C_V|^2 + |C_A|^2", "= 0: allowed (0,", "not both 0"],
    ),
    ("chirality", lambda: tracks(20, chirality="L"), InvalidInput, ["model.chirality = 'L': allowed V+A, V-A, V, A"]),
    (
        "angles",
        lambda: bump(20, search__angles="3d"),
        InvalidInput,
        ["search.angles = '3d': allowed none, cut, 1d, 2d, lr"],
    ),
    ("edge", lambda: tracks(20, search__edge="soft"), InvalidInput, ["search.edge = 'soft': allowed flat, template"]),
    (
        "edge and floating",
        lambda: tracks(0, search__edge="template", search__floating="level"),
        InvalidInput,
        ["search.floating = level: allowed fixed with search.edge=template"],
    ),
    (
        "free shape",
        lambda: bump(20, search__systematics__shape="free"),
        InvalidInput,
        ["search.systematics.shape = free: allowed a number > 0, or none"],
    ),
    (
        "likelihood in bins",
        lambda: bump(20, search__angles="lr", search__analysis="binned"),
        InvalidInput,
        ["search.analysis = binned", "angles=lr is analytic"],
    ),
    ("window", lambda: bump(20, search__half_width=2), InvalidInput, ["search.half_width = 2: allowed [4, 100]"]),
    ("precision", lambda: bump(20, search__precision=1), InvalidInput, ["search.precision = 1: allowed [0.001, 0.1]"]),
    ("cos_max", lambda: bump(20, search__cos_max=2), InvalidInput, ["search.cos_max = 2: allowed (-1, 1]"]),
    (
        "accidentals",
        lambda: bump(20, search__accidentals__rate=-1),
        InvalidInput,
        ["search.accidentals.rate = -1: allowed [0,"],
    ),
    (
        "window of time",
        lambda: bump(20, search__accidentals__time_window=0),
        InvalidInput,
        ["search.accidentals.time_window = 0: allowed (0,"],
    ),
    (
        "target",
        lambda: bump(20, detector__target_path_um=-3),
        CardError,
        ["detector.target_path_um = -3: allowed [0,", "um"],
    ),
    (
        "profile",
        lambda: bump(20, detector__profile="full"),
        CardError,
        ["detector.profile = 'full': allowed simple, pt-only, helix"],
    ),
    (
        "no field",
        lambda: bump(20, detector__profile="helix", detector__field=0),
        CardError,
        ["detector.field = 0: allowed (0,"],
    ),
    ("cl", lambda: bump(20, cl=95), InvalidInput, ["cl = 95: allowed (0.5, 1)", "0.95"]),
    ("method", lambda: bump(20, method="bayes"), InvalidInput, ["method = 'bayes': allowed cls, profile, fisher"]),
    (
        "unknown key",
        lambda: bump(20, search__angels="1d"),
        UnknownName,
        ["search.angels: unknown key of ee-resonance", "did you mean search.angles"],
    ),
    (
        "model",
        lambda: bump(20, model="lfv-alp"),
        InvalidInput,
        ["model of ee-resonance = 'lfv-alp': allowed dark-photon, vector, scalar, pseudoscalar, derivative-alp"],
    ),
    (
        "model of tracks",
        lambda: reach("missing-mass-tracks", 20, model="scalar"),
        InvalidInput,
        ["model of missing-mass-tracks = 'scalar': allowed lfv-alp"],
    ),
    (
        "coupling",
        lambda: bump(20, coupling="g_ee"),
        InvalidInput,
        ["coupling = g_ee: dark-photon allows epsilon2, epsilon"],
    ),
    (
        "coupling of tracks",
        lambda: tracks(20, coupling="g_ee"),
        InvalidInput,
        ["coupling of missing-mass-tracks = 'g_ee': allowed F_gev"],
    ),
    (
        "no such coupling",
        lambda: bump(20, coupling="epsilon3"),
        InvalidInput,
        ["coupling of ee-resonance = 'epsilon3': allowed epsilon2, epsilon, g_ee, g_mumu"],
    ),
    (
        "another card",
        lambda: bump(20, "meg2"),
        CardError,
        ["detector.profile: missing"],
    ),
)
def test_refused(call, kind, fragments):
    assert_refused(call, kind, fragments)


# allowed, with a word


def test_a_long_lived_resonance_is_allowed_and_said():
    found = bump(20, model="pseudoscalar", coupling="g_mumu", model__g_e=1e-8)
    assert found.result.status[0] == "ok"
    assert found.result.extra["prompt_efficiency"][0] < 1e-3
    assert "a search for displaced vertices fits better" in " ".join(found.result.notes)
    # where hardly anything decays, the efficiency falls as the width
    further = bump(20, model="pseudoscalar", coupling="g_mumu", model__g_e=1e-9)
    ratio = further.result.extra["prompt_efficiency"] / found.result.extra["prompt_efficiency"]
    assert ratio == pytest.approx(0.01, rel=1e-3)


def test_few_background_events_switch_to_poisson():
    found = bump(20, beam__exposure_muons=1e8, search__angles="none")
    assert "exact Poisson CLs with the median count" in " ".join(found.result.notes)
    B = found.result.background[0]
    assert 0.5 < B < 3
    assert found.result.extra["signal_events"][0] > 1.96 * math.sqrt(B)
    nothing = tracks(20, beam__exposure_muons=1e4)
    assert nothing.result.extra["signal_events"][0] == pytest.approx(-math.log(0.05), rel=1e-3)
    assert "exact Poisson CLs" in " ".join(nothing.result.notes)
    many = bump(20, beam__exposure_muons=1e13, search__angles="none")
    assert not any("Poisson" in note for note in many.result.notes)


def test_a_new_mass_makes_a_new_slice():
    """Nothing is interpolated: 20.3 MeV is not between its neighbours by chance."""
    found = bump([20.0, 20.3, 20.6], search__angles="none")
    assert len(set(found.result.extra["sigma_m_ee"])) == 3


# by the command line


RESONANCE = ["reach", "ee-resonance", "--experiment", "mu3e-phase1"]
TRACKS = ["reach", "missing-mass-tracks", "--experiment", "mu3e-phase1"]


def with_settings(command, *assignments):
    return [*command, *(word for text in assignments for word in ("--set", text))]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([*TRACKS, "--mass", "-1"], "mass = -1: allowed [0,"),
        ([*RESONANCE, "--mass", "nan"], "mass = nan: allowed [0,"),
        (with_settings(RESONANCE, "beam.exposure_muons=0"), "beam.exposure_muons = 0: allowed (0,"),
        (with_settings(TRACKS, "detector.efficiency=1.1"), "detector.efficiency = 1.1: allowed (0, 1]"),
        (with_settings(TRACKS, "beam.polarization=1.1"), "beam.polarization = 1.1: allowed [0, 1]"),
        (with_settings(RESONANCE, "detector.p_T_min=-1"), "detector.p_T_min = -1: allowed [0,"),
        (with_settings(RESONANCE, "detector.momentum_resolution=-1"), "detector.momentum_resolution = -1: allowed [0,"),
        (with_settings(RESONANCE, "detector.efficiency=nan"), "detector.efficiency = nan: allowed (0, 1]"),
        (with_settings(RESONANCE, "detector.efficiency=good"), "detector.efficiency"),
        ([*RESONANCE, "--model", "pseudoscalar", "--coupling", "g_mumu"], "model.g_e = 0: X does not decay into e e"),
        (with_settings(TRACKS, "model.C_V=0", "model.C_A=0"), "not both 0"),
        (with_settings(RESONANCE, "search.angles=3d"), "search.angles = '3d': allowed none, cut, 1d, 2d, lr"),
        ([*RESONANCE, "--coupling", "g_ee"], "dark-photon allows epsilon2, epsilon"),
        ([*TRACKS, "--model", "scalar"], "allowed lfv-alp"),
    ],
    ids=lambda a: " ".join(a[2:]) if isinstance(a, list) else "",
)
def test_a_mistake_is_answered(arguments, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_answered(capsys, arguments, told)


def test_closed_points_are_rows(capsys):
    found = as_json(capsys, *RESONANCE, "--mass", "0:110:3", "--set", "search.precision=0.1")
    assert [row["status"] for row in found["points"]] == ["closed", "ok", "closed"]
    closed = found["points"][0]
    assert closed["expected"] == {"branching_ratio": None, "epsilon": None, "epsilon2": None}
    found = as_json(capsys, *TRACKS, "--mass", "106")
    assert found["points"][0]["status"] == "closed"
    assert found["points"][0]["expected"] == {"branching_ratio": None, "F_gev": 0.0}
