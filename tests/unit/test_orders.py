"""Orders, axes and options of rates and spectra: what is asked for is applied or refused."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from darkfactory import LfvAlp, rate, reach, spectrum, trigger
from darkfactory.amplitudes import michel
from darkfactory.constants import LEPTON_MASS, M_E, M_MU
from darkfactory.errors import DarkfactoryError, InfraredDivergence, InvalidInput, UnknownName
from darkfactory.models import DarkPhoton, build_model
from darkfactory.processes import PROCESSES, find_process
from darkfactory.settings import mass_points
from darkfactory.verbs.model import model as describe
from darkfactory.verbs.spectrum import MOST_BINS
from oracles.lepton_bins import line_bins, michel_bins, michel_cosine_bins
from support.command_line import as_json, assert_answered

EXP, BORN = ({"search.background_order": order} for order in ("exp", "born"))
FORWARD = "x > 0.95 and cos_theta > 0.9"
W = michel.endpoint_energy()


def brute_force(order, passes, spin=0.0, n=2000):
    """Fraction of Michel positrons that pass, on a plain grid of x and c."""
    x, c = np.meshgrid((np.arange(n) + 0.5) / n, 2 * (np.arange(n) + 0.5) / n - 1, indexing="ij")
    n0, n1 = michel.spectrum_functions(x, order=order)
    p_T = np.sqrt(np.maximum((x * W) ** 2 - M_E**2, 0.0)) * np.sqrt(1 - c * c)
    kept = passes(x, c, p_T) * (n0 + spin * c * n1)
    return 2 * kept.mean() / michel.normalization(order)


@pytest.mark.parametrize("cut", ["E_e > 50", "E_e > 50 and p_T > 0", "E_e > 50 and cos_theta**2 < 2"])
def test_the_order_stays_with_a_cut_on_the_direction(cut):
    found = rate("mu -> e nu nu", cut=cut, settings=EXP)
    assert found.value == pytest.approx(0.1006078, abs=1e-7)
    assert (found.order, found.method) == ("exp", "quadrature")
    assert rate("mu -> e nu nu", cut=cut, settings=BORN).value == pytest.approx(0.1073175, abs=1e-7)


@pytest.mark.parametrize(
    ("order", "norm", "value"), [("exp", "lo", 6.4584e-4), ("exp", "exp", 6.4856e-4), ("born", "lo", 6.9344e-4)]
)
def test_the_forward_corner(order, norm, value):
    start = time.process_time()
    settings = {"search.background_order": order}
    found = rate("mu -> e nu nu", cut=FORWARD, norm=norm, polarization=1, settings=settings)
    assert time.process_time() - start < 2
    assert found.value == pytest.approx(value, rel=1e-5)
    # in closed form: (n0 Delta c - P n1 Delta c^2 / 2) over x above 0.95
    t, w = np.polynomial.legendre.leggauss(200)
    y = 0.05 * ((t + 1) / 2) ** 6
    n0, n1 = michel.spectrum_functions(1 - y, y=y, order=order)
    weight = w / 2 * 0.05 * 6 * ((t + 1) / 2) ** 5
    expected = np.sum(weight * (n0 * 0.1 - n1 * (1 - 0.81) / 2)) / michel.normalization(order)
    total = rate("mu -> e nu nu", norm=norm, settings=settings).value
    assert found.value == pytest.approx(total * expected, rel=1e-7)


@pytest.mark.parametrize(
    ("cut", "passes"),
    [
        ("p_T > 30 and abs(cos_theta) < 0.3", lambda x, c, p: (p > 30) & (abs(c) < 0.3)),
        ("p_T*cos_theta > 10", lambda x, c, p: p * c > 10),
        ("12 < p_T < 14", lambda x, c, p: (p > 12) & (p < 14)),
        ("not (p_T < 20 or x > 0.9)", lambda x, c, p: (p >= 20) & (x <= 0.9)),
        ("x + 0.2*cos_theta > 0.9 or cos_theta < -0.95", lambda x, c, p: (x + 0.2 * c > 0.9) | (c < -0.95)),
        ("0.001 < abs(cos_theta - 0.3) < 0.2", lambda x, c, p: (abs(c - 0.3) > 0.001) & (abs(c - 0.3) < 0.2)),
    ],
)
@pytest.mark.parametrize("order", ["born", "exp"])
def test_any_cut_against_a_plain_grid(cut, passes, order):
    found = rate("mu -> e nu nu", cut=cut, polarization=(0.3, 0.1, -0.6), settings={"search.background_order": order})
    expected = rate("mu -> e nu nu", settings={"search.background_order": order}).value
    assert found.value == pytest.approx(expected * brute_force(order, passes, -0.6), rel=2e-3)
    assert found.error < 1e-5 * found.value


def test_the_negative_muon_goes_the_other_way():
    one = rate("mu -> e nu nu", cut=FORWARD, polarization=(0, 0, 0.7), charge=-1)
    assert one.value == pytest.approx(rate("mu -> e nu nu", cut=FORWARD, polarization=0.7).value, rel=1e-12)
    sampled = find_process("mu -> e nu nu").rate(
        cut="p_T > 30", polarization=0.9, charge=-1, method="monte-carlo", precision=2e-3
    )
    exact = find_process("mu -> e nu nu").rate(cut="p_T > 30", polarization=0.9, charge=-1)
    assert sampled.value == pytest.approx(exact.value, abs=4 * sampled.error)


@pytest.mark.parametrize("parts", [{}, {"cut": "E_e > 1"}, {"polarization": 0.9}, {"charge": -1}, {"norm": "lo"}])
def test_a_spectrum_keeps_its_order(parts):
    found = spectrum("mu -> e nu nu", observable="x", low=0.95, high=1, bins=1, **parts)
    over = 1.0042165 if parts.get("norm") == "lo" else 1.0
    assert found.values[0] * over == pytest.approx(0.0937941, abs=2e-7)
    assert found.order == found.to_dict()["order"] == "exp"
    assert found.errors is None


@pytest.mark.parametrize(
    "observable", ["x", "E_e", "p_e", "p_T", "cos_theta", "E_miss", "p_miss", "m_miss", "m_miss2", "m_vis"]
)
def test_every_observable_of_the_lepton_adds_up_to_the_rate(observable):
    for cut in (None, "E_e > 30 and cos_theta > 0.3"):
        found = spectrum(
            "mu -> e nu nu",
            observable=observable,
            bins=9,
            cut=cut,
            polarization=0.8,
            high=110 if "m_vis" in observable else None,
        )
        assert found.values.sum() == pytest.approx(rate("mu -> e nu nu", cut=cut, polarization=0.8).value, rel=1e-6)
        assert np.all(found.values >= 0)


def test_spectra_against_the_closed_cumulatives():
    edges, cosines = np.linspace(0, 1.05, 22), np.linspace(-1, 1, 12)
    total = rate("mu -> e nu nu").value
    found = spectrum("mu -> e nu nu", low=0, high=1.05, bins=21)
    np.testing.assert_allclose(found.values, total * michel_bins(edges, "exp", M_MU, M_E), rtol=1e-8, atol=1e-15)
    found = spectrum("mu -> e nu nu", observable="cos_theta", bins=11, polarization=0.8)
    np.testing.assert_allclose(found.values, total * michel_cosine_bins(cosines, 0.8, "exp", M_MU, M_E), rtol=1e-8)
    alp = LfvAlp(mass=30.0)
    found = spectrum("mu -> e a", model=alp, low=0, high=1.05, bins=21)
    np.testing.assert_allclose(
        found.values, rate("mu -> e a", model=alp).value * line_bins(edges, alp, "soft", M_MU, M_E), rtol=1e-9, atol=0
    )


def test_a_line_keeps_its_tail_within_a_cut():
    whole, half = (spectrum("mu -> e a", bins=1, polarization=1, cut=cut) for cut in (None, "cos_theta > 0"))
    # V+A, spin against the beam: (1 + c) / 2
    assert half.values[0] / whole.values[0] == pytest.approx(0.75, rel=1e-4)
    assert whole.values[0] == pytest.approx(0.98615 * rate("mu -> e a").value, rel=1e-4)
    assert rate("mu -> e a", cut="cos_theta > 0", polarization=1).value == pytest.approx(
        0.75 * rate("mu -> e a").value, rel=1e-4
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda: rate("mu -> e a", settings=EXP),
        lambda: rate("mu -> e nu nu gamma", cut="E_gamma > 10", settings=EXP),
        lambda: spectrum("mu -> e a", settings=EXP),
        lambda: spectrum("mu -> e nu nu gamma", observable="E_gamma", cut="E_gamma > 10", settings=EXP),
        lambda: spectrum("mu -> e nu nu", settings={"search.signal_tail": "none"}),
    ],
)
def test_an_order_that_is_not_there_is_refused(call):
    with pytest.raises(
        UnknownName, match=r"search\.(background_order|signal_tail): unknown key of .*; keys: model\.\*"
    ):
        call()


def test_monte_carlo_has_only_the_tree_level():
    with pytest.raises(InvalidInput, match=r"order = exp: mu -> e nu nu by Monte Carlo, .*: allowed born only"):
        rate("mu -> e nu nu", method="monte-carlo")
    with pytest.raises(InvalidInput, match=r"order of mu -> e a = 'exp': allowed born"):
        find_process("mu -> e a").rate(LfvAlp(), order="exp")


def test_the_denominator_has_the_same_order():
    for order in michel.ORDERS:
        settings = {"search.background_order": order}
        assert rate("mu -> e nu nu", relative_to="mu -> e nu nu", settings=settings).value == 1
    over = rate("mu -> e nu nu gamma", cut="E_gamma > 10", relative_to="mu -> e nu nu")
    assert over.value == pytest.approx(rate("mu -> e nu nu gamma", cut="E_gamma > 10", norm="lo").value, rel=1e-9)


def test_orders_are_in_every_output_and_rates_above_one_have_a_note(capsys):
    found = rate("mu -> e nu nu", settings=BORN)
    assert (found.to_dict()["order"], found.value) == ("born", pytest.approx(1.0042165, abs=1e-7))
    assert "above 1" in found.notes[0]
    assert "above 1" in rate("mu -> e a", settings={"model.F_gev": 1}).notes[0]
    assert rate("mu -> e a").notes == ()
    written = as_json(capsys, "rate", "mu -> e nu nu")
    assert (written["order"], written["value"]) == ("exp", pytest.approx(1.0001288, abs=1e-7))
    assert written["notes"]


# axes


def box(mass, **settings):
    settings = {"detector.energy_frame": "cm", "beam.sqrt_s_gev": 10.579, "detector.x_resolution": 1e-5, **settings}
    return spectrum(
        "tau -> e a",
        experiment="belle2",
        observable="E_e",
        settings={"model.mass": mass, **settings},
        low=0,
        high=5400,
        bins=5400,
    )


def test_the_energy_of_a_flying_tau_is_that_in_its_frame():
    found = box(500)
    level = found.values[1000]
    inside = np.flatnonzero(found.values > 1e-3 * level)
    low = found.edges[inside[0] + 1] - found.values[inside[0]] / level
    high = found.edges[inside[-1]] + found.values[inside[-1]] / level
    assert (low, high) == (pytest.approx(141.5305, abs=0.02), pytest.approx(4729.163, abs=0.1))
    m_tau = LEPTON_MASS["tau"]
    E = (m_tau**2 + M_E**2 - 500**2) / (2 * m_tau)
    gamma = 10579 / 2 / m_tau
    assert high == pytest.approx(gamma * E * (1 + np.sqrt(1 - gamma**-2)), abs=0.1)


def test_missing_mass_of_a_flying_tau_is_refused():
    with pytest.raises(InvalidInput, match=r"observable = m_miss2: allowed x, E_e .*detector.energy_frame = cm"):
        spectrum("tau -> e a", experiment="belle2", observable="m_miss2",
                 settings={"detector.energy_frame": "cm", "beam.sqrt_s_gev": 10.579})  # fmt: skip


def test_empty_bins_are_zero():
    found = spectrum("mu -> e nu nu", low=-0.5, high=2.0, bins=50)
    outside = (found.edges[1:] <= 0) | (found.edges[:-1] >= 1)
    assert set(found.values[outside]) == {0.0}
    measured = spectrum("mu -> e nu nu", experiment="megii-fwd", low=0.9, high=3.0, bins=50)
    assert np.all((measured.values == 0) | (measured.values > 0.9e-15 * measured.values.sum()))
    assert measured.values[-1] == 0


def test_the_only_observable_is_the_default():
    assert spectrum("mu -> e nu nu gamma", experiment="meg2", bins=3).observable == "m_miss2"


def test_one_end_of_the_trigger_band_alone():
    found = trigger("meg2", settings={"trigger.rc_scale": 6})
    both = trigger("meg2", settings={"trigger.rc_scale": 6, "trigger.rc_scale_high": 6})
    assert found.points[0]["max_stopping_rate"] == both.points[0]["max_stopping_rate"]
    with pytest.raises(DarkfactoryError, match=r"trigger.rc_scale_high = 3"):
        trigger("meg2", settings={"trigger.rc_scale": 6, "trigger.rc_scale_high": 3})


# options, models and objects


def test_the_portal_takes_no_option(capsys):
    with pytest.raises(InvalidInput) as error:
        rate("SM SM -> DS", cut="garbage ((", norm="lo", relative_to="no such process", precision=7, polarization=0.5)
    lines = str(error.value).splitlines()
    assert [line.split(" = ")[0] for line in lines] == ["cut", "norm", "relative_to", "polarization", "precision"]
    assert all("SM SM -> DS (a cross section) does not take it; options: none" in line for line in lines)
    assert_answered(capsys, ["rate", "SM SM -> DS", "--norm", "lo"], "norm = 'lo'")
    assert as_json(capsys, "rate", "SM SM -> DS")["value"] == pytest.approx(3.893794e-34, rel=1e-6)


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_refuses_what_it_does_not_understand(name):
    everything = {"cut": "x > 2", "norm": "lo", "relative_to": "q", "polarization": 0.1, "charge": -1, "precision": 0.1,
                  "seed": 1, "method": "auto"}  # fmt: skip
    for option, value in everything.items():
        if option not in PROCESSES[name].options("rate"):
            with pytest.raises(InvalidInput, match=rf"{option} = .* does not take it"):
                rate(name, **{option: value})
    with pytest.raises(UnknownName, match=r"beam.days: unknown key"):
        rate(name, settings={"beam.days": 1})


@pytest.mark.parametrize(
    ("call", "options"),
    [
        (lambda **o: spectrum("mu -> e nu nu gamma", observable="m_miss2", experiment="meg2", **o),
         {"norm": "lo", "seed": -5, "events": 0, "cut": "x > 1", "charge": -1, "polarization": 0.1}),
        (lambda **o: spectrum("mu -> e nu nu", experiment="megii-fwd", **o),
         {"norm": "lo", "seed": -5, "events": 0, "cut": "x > 1", "charge": -1, "polarization": 0.1}),
        (lambda **o: spectrum("mu -> e e e a", observable="m_ee", experiment="mu3e-phase1", **o), {"norm": "lo"}),
        (lambda **o: spectrum("X -> e e", observable="E_e", model="dark-photon", **o), {"norm": "lo", "charge": -1}),
    ],
)  # fmt: skip
def test_every_kind_of_spectrum_refuses_what_it_does_not_understand(call, options):
    for name, value in options.items():
        with pytest.raises(InvalidInput, match=rf"{name} = .* does not take it; options: "):
            call(**{name: value})


def test_a_spin_is_given_once():
    with pytest.raises(InvalidInput, match=r"polarization = 0.5, beam.polarization = 0.9: give one"):
        spectrum("mu -> e nu nu", polarization=0.5, settings={"beam.polarization": 0.9})


PORTAL = build_model("portal")


@pytest.mark.parametrize(
    "call",
    [
        lambda: rate("mu -> e a", model=LfvAlp(), settings={"model.mass": 60}),
        lambda: spectrum("mu -> e a", model=LfvAlp(), settings={"model.mass": 60}),
        lambda: spectrum("mu -> e a gamma", model=LfvAlp(), experiment="meg2", settings={"model.mass": 60}),
        lambda: reach("forward-positron", model=LfvAlp(), settings={"model.mass": 60}),
        lambda: rate("SM SM -> DS", model=PORTAL, settings={"model.c": 2}),
    ],
)
def test_settings_beside_an_object_are_refused_alike(call):
    with pytest.raises(InvalidInput, match=r"settings model\.(mass|c): the model is already given as an object"):
        call()


@pytest.mark.parametrize("name", ["forward-positron", "ee-resonance", "missing-mass-photon", "missing-mass-tracks"])
@pytest.mark.parametrize("model", [PORTAL, build_model("inverse-seesaw"), "portal", "inverse-seesaw", 3])
def test_a_search_names_the_models_that_it_takes(name, model):
    word = {PORTAL: "portal", 3: "3"}.get(model, "inverse-seesaw") if not isinstance(model, str) else model
    with pytest.raises(InvalidInput, match=rf"model of {name} = '{word}': allowed "):
        reach(name, model=model)


@pytest.mark.parametrize("call", [rate, spectrum])
def test_a_process_names_the_models_that_it_takes(call):
    for model in (PORTAL, "portal", DarkPhoton(mass=3.0)):
        with pytest.raises(InvalidInput, match=r"model of mu -> e a = '(portal|dark-photon)': allowed lfv-alp"):
            call("mu -> e a", model=model)


# edges of numbers


def test_soft_photons_go_like_the_logarithm():
    values = [rate("mu -> e a gamma", cut=f"E_gamma > {E}").value for E in ("1e-12", "1e-8", "1e-4")]
    assert values[0] == pytest.approx(4.8457722e-7, rel=1e-6)
    assert values[0] - values[1] == pytest.approx(values[1] - values[2], rel=1e-5)
    michel_values = [rate("mu -> e nu nu gamma", cut=f"E_gamma > {E}").value for E in ("1e-12", "1e-8", "1e-4")]
    assert michel_values[0] - michel_values[1] == pytest.approx(michel_values[1] - michel_values[2], rel=1e-4)
    assert np.isfinite(rate("mu -> e a gamma", cut="E_gamma > 1e-300").value)
    with pytest.raises(InvalidInput, match=r"Monte Carlo of mu -> e a gamma allowed above 1e-08 MeV"):
        rate("mu -> e a gamma", cut="E_gamma > 1e-12 and cos_theta > 0")


@pytest.mark.parametrize(
    "call",
    [
        lambda: rate("SM SM -> DS", settings={"model.c": 1e300}),
        lambda: rate("SM SM -> DS", settings={"model.d_sm": 1e6}),
        lambda: describe("portal", {"c": 1e300}),
        lambda: rate("mu -> e a", settings={"model.F_gev": 1e200}),
        lambda: rate("mu -> e a", settings={"model.F_gev": 1e-200}),
        lambda: rate("mu -> e a gamma", cut="E_gamma > 1", settings={"model.F_gev": 1e200}),
        lambda: spectrum("mu -> e a", model=LfvAlp(f_a_gev=1e200)),
        lambda: rate("mu -> e nu nu X", model="vector", settings={"model.g_V_e": 1e308}),
        lambda: reach("ee-resonance", model="vector", settings={"model.g_V_e": 1e308}),
        lambda: spectrum("mu -> e nu nu", high=np.inf),
        lambda: spectrum("mu -> e nu nu gamma", observable="E_gamma", cut="E_gamma > 10", high=np.inf),
        lambda: spectrum("mu -> e nu nu", bins=MOST_BINS + 1),
        lambda: spectrum("mu -> e nu nu", bins=10**400),
        lambda: mass_points("0:1:1000000000"),
        lambda: find_process("mu -> e a").sample(10**9, LfvAlp()),
    ],
)
def test_numbers_that_no_result_can_hold_are_refused(call):
    with pytest.raises(DarkfactoryError, match=r"allowed"):
        call()


@pytest.mark.parametrize("text", ["1/0", "10**400", "(-1)**0.5", "0**-1", "1e400", "9" * 400, "-1/0", "sqrt(1/0)"])
def test_constants_of_a_cut_are_finite_real_numbers(text):
    with pytest.raises(InvalidInput, match=r"is not a finite real number"):
        rate("mu -> e nu nu", cut=f"x > {text}")


def test_a_range_is_no_photon_threshold():
    with pytest.raises(InfraredDivergence, match=r"low = 10 is the lower end of x, no threshold"):
        spectrum("mu -> e nu nu gamma", low=10)


# what is new


@pytest.mark.parametrize("name", ["dark-photon", "vector", "scalar", "pseudoscalar", "derivative-alp"])
def test_mediators_are_described(name):
    row = describe(name).rows[0]
    assert row["mass"] == 20
    json.dumps(row, allow_nan=False)


def test_lifetime_of_an_x():
    found = rate("X -> e e", settings={"model.mass": 20, "model.epsilon": 1e-5}, model="dark-photon")
    assert found.to_dict()["ctau_mm"] == pytest.approx(40.56, abs=0.01)
    assert found.lifetime_s == pytest.approx(40.56e-3 / 299792458, rel=1e-3)
    assert describe("dark-photon", {"epsilon": 1e-5}).rows[0]["ctau_mm"] == found.ctau_mm
    assert "ctau_mm" not in rate("mu -> e a").to_dict()


def test_leptonic_tau_decays():
    electron, muon = (rate(f"tau -> {lepton} nu nu", settings=BORN) for lepton in ("e", "mu"))
    r = (LEPTON_MASS["mu"] / LEPTON_MASS["tau"]) ** 2
    assert muon.value / electron.value == pytest.approx(1 - 8 * r + 8 * r**3 - r**4 - 12 * r**2 * np.log(r), rel=1e-5)
    assert electron.value == pytest.approx(0.1783, abs=5e-4)
    sampled = rate("tau -> mu nu nu", settings=BORN, cut="E_e > 400", method="monte-carlo")
    exact = rate("tau -> mu nu nu", settings=BORN, cut="E_e > 400")
    assert sampled.value == pytest.approx(exact.value, abs=4 * sampled.error)
