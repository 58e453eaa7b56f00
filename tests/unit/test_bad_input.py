"""Chapter 03, section 10: every bad input is a ValueError that names the field, the value and what is allowed."""

import numpy as np
import pytest

import darkfactory
from darkfactory import LfvAlp, load_card, rate, spectrum
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import CardError, ClosedChannel, DarkfactoryError, InvalidInput, UnknownName
from oracles.lepton_samples import sample_line
from support.bad_input import INF, NAN, assert_refused, forward, message, refused

# closed channels: a result, not an error


@pytest.mark.parametrize("mass", [M_MU - M_E, 105.2, 106.0, 1e5])
@pytest.mark.parametrize("method", ["fisher", "profile", "cls", "window", "kappa"])
def test_closed_channel_is_a_result(mass, method):
    assert rate("mu -> e a", settings={"model.mass": mass}).value == 0.0
    found = forward(mass=mass, method=method)
    assert found.result.status[0] == "closed"
    assert found.branching_ratio[0] == INF
    assert found.F_gev[0] == 0


def test_closed_channel_has_no_events():
    assert "allowed below 105.147 MeV" in message(lambda: sample_line(5, LfvAlp(mass=106)), ClosedChannel)


# models


@refused(
    ("mass < 0", lambda: LfvAlp(mass=-1), InvalidInput, ["model.mass = -1: allowed [0,", "MeV"]),
    ("mass NaN", lambda: LfvAlp(mass=NAN), InvalidInput, ["model.mass = nan: allowed [0,"]),
    ("mass inf", lambda: LfvAlp(mass=INF), InvalidInput, ["model.mass = inf: allowed [0,"]),
    ("mass None", lambda: LfvAlp(mass=None), InvalidInput, ["model.mass", "allowed [0,"]),
    ("f_a 0", lambda: LfvAlp(f_a_gev=0), InvalidInput, ["model.f_a_gev = 0: allowed (0,", "GeV"]),
    ("f_a < 0", lambda: LfvAlp(f_a_gev=-1e9), InvalidInput, ["model.f_a_gev = -1000000000: allowed (0,"]),
    ("f_a NaN", lambda: LfvAlp(f_a_gev=NAN), InvalidInput, ["model.f_a_gev = nan"]),
    ("both 0", lambda: LfvAlp(C_V=0, C_A=0), InvalidInput, ["C_V", "C_A", "not both 0"]),
    ("C NaN", lambda: LfvAlp(C_V=NAN), InvalidInput, ["C_V", "finite"]),
    ("C inf", lambda: LfvAlp(C_A=complex(0, INF)), InvalidInput, ["C_A", "finite"]),
    ("C word", lambda: LfvAlp(C_V="x"), InvalidInput, ["C_V", "'x'"]),
    ("C huge", lambda: LfvAlp(C_V=1e200), InvalidInput, ["C_V"]),
    ("F 0", lambda: LfvAlp.from_scale(F_gev=0), InvalidInput, ["model.F_gev = 0: allowed (0,"]),
    (
        "chirality",
        lambda: LfvAlp.from_scale(F_gev=1, chirality="R"),
        InvalidInput,
        ["model.chirality = 'R': allowed V+A, V-A, V, A"],
    ),
    ("all at once", lambda: LfvAlp(-1, -1, 0, 0), InvalidInput, ["model.mass", "model.f_a_gev", "not both 0"]),
    ("setting mass", lambda: forward(model__mass=-1), InvalidInput, ["model.mass = -1: allowed [0,"]),
    ("setting word", lambda: forward(model__mass="heavy"), InvalidInput, ["model.mass = 'heavy': not a number", "MeV"]),
    ("setting F", lambda: forward(model__F_gev=-1), InvalidInput, ["model.F_gev = -1: allowed (0,"]),
    ("setting f_a", lambda: rate("mu -> e a", settings={"model.f_a_gev": 0}), InvalidInput, ["model.f_a_gev = 0"]),
    ("setting C", lambda: forward(model__C_V="x"), InvalidInput, ["model.C_V = 'x'", "e.g. 1+0.5j"]),
    ("settings C both 0", lambda: forward(model__C_V=0, model__C_A=0), InvalidInput, ["not both 0"]),
    (
        "object and settings",
        lambda: forward(model=LfvAlp(), model__mass=2),
        InvalidInput,
        ["model.mass", "already given as an object"],
    ),
    ("unknown model", lambda: forward(model="alp"), UnknownName, ["model 'alp' does not exist; models: lfv-alp"]),
    ("unknown key", lambda: forward(model__masss=2), UnknownName, ["model.masss", "did you mean", "mass"]),
)
def test_models(call, kind, fragments):
    assert_refused(call, kind, fragments)


# masses of a scan


@refused(
    ("< 0", lambda: forward(mass=-1), InvalidInput, ["mass = -1: allowed [0,", "MeV"]),
    ("NaN", lambda: forward(mass=NAN), InvalidInput, ["mass = nan: allowed [0,"]),
    ("NaN in array", lambda: forward(mass=[0, NAN]), InvalidInput, ["mass = nan: allowed [0,"]),
    ("inf", lambda: forward(mass=INF), InvalidInput, ["mass = inf: allowed [0,"]),
    ("word", lambda: forward(mass="abc"), InvalidInput, ["mass = 'abc'", "START:STOP:N"]),
    ("two parts", lambda: forward(mass="1:2"), InvalidInput, ["mass = '1:2'", "START:STOP:N"]),
    ("no points", lambda: forward(mass="1:2:0"), InvalidInput, ["N of the masses = 0: allowed [1,"]),
    ("half a point", lambda: forward(mass="1:2:2.5"), InvalidInput, ["mass = '1:2:2.5'", "N whole"]),
    ("NaN points", lambda: forward(mass="1:2:nan"), InvalidInput, ["mass = '1:2:nan'", "N whole"]),
    ("inf points", lambda: forward(mass="1:2:inf"), InvalidInput, ["mass = '1:2:inf'", "N whole"]),
    ("negative end", lambda: forward(mass="-5:2:3"), InvalidInput, ["mass = -5: allowed [0,"]),
    ("empty", lambda: forward(mass=[]), InvalidInput, ["mass"]),
    ("table", lambda: forward(mass=[[1, 2], [3, 4]]), InvalidInput, ["mass"]),
    ("mapping", lambda: forward(mass={"a": 1}), InvalidInput, ["mass"]),
)
def test_masses(call, kind, fragments):
    assert_refused(call, kind, fragments)


# beam and detector


@refused(
    ("P > 1", lambda: forward(beam__polarization=1.2), CardError, ["beam.polarization = 1.2: allowed [0, 1]"]),
    ("P < 0", lambda: forward(beam__polarization=-0.85), CardError, ["beam.polarization = -0.85: allowed [0, 1]"]),
    ("P NaN", lambda: forward(beam__polarization=NAN), CardError, ["beam.polarization = nan: allowed [0, 1]"]),
    ("N 0", lambda: forward(beam__exposure_muons=0), CardError, ["beam.exposure_muons = 0: allowed (0,"]),
    ("N < 0", lambda: forward(beam__exposure_muons=-1e14), CardError, ["beam.exposure_muons = -1e+14", "allowed (0,"]),
    ("rate 0", lambda: forward(beam__stopping_rate=0), CardError, ["beam.stopping_rate = 0: allowed (0,", "1/s"]),
    ("days < 0", lambda: forward(beam__days=-3), CardError, ["beam.days = -3: allowed (0,", " d"]),
    ("dx 0", lambda: forward(detector__x_resolution=0), CardError, ["detector.x_resolution = 0: allowed (0,"]),
    ("dx < 0", lambda: forward(detector__x_resolution=-0.01), CardError, ["detector.x_resolution = -0.01", "(0,"]),
    ("dx NaN", lambda: forward(detector__x_resolution=NAN), CardError, ["detector.x_resolution = nan: allowed (0,"]),
    (
        "c0 >= 1",
        lambda: forward("jodidio", detector__cos_theta_low=1),
        CardError,
        ["detector.cos_theta_low = 1: allowed below detector.cos_theta_high = 1"],
    ),
    (
        "c0 < -1",
        lambda: forward("jodidio", detector__cos_theta_low=-1.1),
        CardError,
        ["detector.cos_theta_low = -1.1: allowed [-1, 1]"],
    ),
    (
        "cone radius",
        lambda: forward(detector__cone_radius=0),
        CardError,
        ["detector.cone_radius = 0: allowed (0,", "mm"],
    ),
    ("field", lambda: forward(detector__field=-1), CardError, ["detector.field = -1: allowed (0,", "T"]),
    (
        "field too strong",
        lambda: forward(detector__field=20.0),
        InvalidInput,
        ["sin(theta_max)", "lower detector.field"],
    ),
    (
        "field and focus",
        lambda: forward(detector__field=2.0, search__focus=10),
        InvalidInput,
        ["search.focus = 10", "detector.field already fixes the focusing"],
    ),
    (
        "field without a cone",
        lambda: forward("jodidio", detector__field=2.0),
        DarkfactoryError,
        ["detector.field"],
    ),
    ("unknown card", lambda: forward("megii"), UnknownName, ["experiment 'megii'", "did you mean", "megii-fwd"]),
    ("unknown key", lambda: forward(beam__dayss=2), UnknownName, ["beam.dayss: unknown key; did you mean beam.days"]),
    ("no prefix", lambda: forward(focus=2), UnknownName, ["focus: unknown key; did you mean search.focus"]),
    ("load_card", lambda: load_card("twist", {"beam.polarization": 7}), CardError, ["beam.polarization = 7"]),
)
def test_beam_and_detector(call, kind, fragments):
    assert_refused(call, kind, fragments)


# rates and spectra


@refused(
    (
        "process",
        lambda: rate("mu -> e b"),
        UnknownName,
        ["process 'mu -> e b' does not exist", "did you mean mu -> e a"],
    ),
    ("norm", lambda: rate("mu -> e a", norm="nlo"), InvalidInput, ["norm = 'nlo': allowed exp, lo"]),
    (
        "order",
        lambda: rate("mu -> e nu nu", settings={"search.background_order": "x"}),
        InvalidInput,
        ["search.background_order = 'x': allowed born, oalpha, exp"],
    ),
    ("foreign key", lambda: rate("mu -> e a", settings={"beam.days": 1}), UnknownName, ["beam.days: unknown key"]),
    ("model of the SM", lambda: rate("mu -> e nu nu", model="lfv-alp"), InvalidInput, ["takes no model"]),
    (
        "observable",
        lambda: spectrum("mu -> e a", observable="q"),
        UnknownName,
        ["observable 'q' does not exist here", "E_e", "m_miss2", "cos_theta"],
    ),
    ("bins", lambda: spectrum("mu -> e a", bins=0), InvalidInput, ["bins = 0: allowed [1,"]),
    ("empty range", lambda: spectrum("mu -> e a", low=0.5, high=0.5), InvalidInput, ["low = 0.5", "high = 0.5"]),
    ("range word", lambda: spectrum("mu -> e a", low="a"), InvalidInput, ["low = 'a'"]),
    (
        "polarization",
        lambda: spectrum("mu -> e nu nu", settings={"beam.polarization": 2}),
        InvalidInput,
        ["beam.polarization = 2: allowed [-1, 1]"],
    ),
    (
        "cosine outside",
        lambda: spectrum("mu -> e a", observable="cos_theta", low=-2),
        InvalidInput,
        ["low = -2: allowed [-1, 1)"],
    ),
    (
        "cosine at an experiment",
        lambda: spectrum("mu -> e nu nu", experiment="megii-fwd", observable="cos_theta"),
        InvalidInput,
        ["observable = cos_theta: allowed x, E_e, m_miss2 with an experiment"],
    ),
    (
        "tau at a muon beam",
        lambda: spectrum("tau -> e a", experiment="megii-fwd"),
        InvalidInput,
        ["tau-e", "megii-fwd makes muons"],
    ),
)
def test_rates_and_spectra(call, kind, fragments):
    assert_refused(call, kind, fragments)


def test_a_range_of_a_pure_number_shows_no_unit():
    text = message(lambda: spectrum("mu -> e a", low=2), InvalidInput)
    assert not any(line.endswith(" 1") for line in text.splitlines()), text


# what must not happen


@pytest.mark.parametrize("days", [1e-12, 1.0, 1e9])
@pytest.mark.parametrize("method", ["fisher", "profile", "cls"])
def test_extreme_exposures_give_numbers(days, method):
    found = forward(mass=[0.0, 20.0], method=method, beam__days=days)
    assert not np.isnan(found.branching_ratio).any()
    assert np.all(found.branching_ratio > 0)


def test_every_problem_of_one_input_is_in_one_error():
    text = message(lambda: forward(beam__polarization=3, detector__x_resolution=-1, beam__dayss=2), DarkfactoryError)
    assert all(word in text for word in ("beam.polarization = 3", "detector.x_resolution = -1", "beam.dayss"))


def test_the_base_of_all_errors_is_public():
    assert issubclass(InvalidInput, darkfactory.DarkfactoryError)
