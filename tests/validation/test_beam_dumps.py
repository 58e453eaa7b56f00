"""Chapter 05, sections 9 to 11 for beam dumps, through ``reach`` and ``rate``: contours, largest masses, laws, bad input."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import yaml
from scipy.integrate import quad

import darkfactory as df
from darkfactory.errors import CardError, DarkfactoryError, InvalidInput
from darkfactory.models import offering
from darkfactory.recorded import beam_dump
from oracles import beam_dump as oracle

NO_THRESHOLD = {"detector.threshold_gev": 0}


def ask(card, model, mass, **settings):
    given = {key.replace("__", "."): value for key, value in settings.items()}
    return df.reach("beam-dump", card, model=model, mass=mass, settings=given)


def intervals(found, h=0):
    return next(iter(found.point(h)["excluded"].values()))


def edges(card, model, mass, acceptance, **settings):
    (only,) = intervals(ask(card, model, mass, search__acceptance=acceptance, **settings))
    return only


# section 9


@pytest.mark.parametrize(
    ("card", "model", "mass", "acceptance", "expected"),
    [
        ("e137", "dark-photon", 10, "line", (6.04e-8, 4.16e-5)),
        ("e137", "pseudoscalar", 10, "line", (2.09e-8, 1.000e-5)),
        ("orsay", "pseudoscalar", 30, "line", (5.33e-7, 7.77e-6)),
        ("e141", "dark-photon", 5.405, "one", (1.931e-5, 1.300e-3)),
        ("e141", "dark-photon", 10.29, "one", (2.156e-5, 5.802e-4)),
        ("e141", "dark-photon", 16.3, "one", (3.112e-5, 3.032e-4)),
        ("e137", "dark-photon", 10, "both", (6.248e-8, 4.161e-5)),
        ("e137", "dark-photon", 200, "both", (1.237e-7, 9.285e-7)),
        ("orsay", "dark-photon", 50, "both", (2.156e-6, 1.537e-5)),
        ("orsay", "pseudoscalar", 30, "both", (5.769e-7, 7.577e-6)),
        ("e141", "dark-photon", 12, "both", (2.643e-5, 4.460e-4)),
        ("e137", "dark-photon", 10, "energy", (6.092e-8, 4.161e-5)),
        ("e137", "dark-photon", 200, "energy", (8.398e-8, 1.247e-6)),
        ("orsay", "dark-photon", 50, "energy", (1.750e-6, 1.733e-5)),
        ("orsay", "pseudoscalar", 30, "energy", (5.423e-7, 7.769e-6)),
        ("e141", "dark-photon", 12, "energy", (1.611e-5, 5.075e-4)),
    ],
)
def test_contours(card, model, mass, acceptance, expected):
    """So close that one per cent more events (a quarter of that in the floor) or width (half in the edge) is noticed."""
    low, high = edges(card, model, mass, acceptance)
    assert low == pytest.approx(expected[0], rel=2.6e-3 if acceptance == "one" else 1.2e-3)
    assert high == pytest.approx(expected[1], rel=8e-4)


@pytest.mark.parametrize(
    ("card", "mass", "expected", "settings", "tolerance"),
    [
        ("e137", 10.2, (2.436e-8, 4.072e-5), {**NO_THRESHOLD, "detector.face_radius_m": 1e9}, 5e-4),
        ("orsay", 10.5, (7.318e-7, 1.202e-4), {**NO_THRESHOLD, "detector.face_radius_m": 1e9}, 5e-4),
        ("kek", 10.5, (4.170e-7, 1.039e-4), {**NO_THRESHOLD, "detector.face_radius_m": 1e9}, 5e-4),
        ("e774", 5.4, (2.379e-4, 2.971e-3), {}, 1e-3),
        ("nucal", 10.1, (2.88e-7, 9.05e-5), {}, 5e-3),
        ("nucal", 63.8, (1.316e-7, 1.179e-5), {}, 5e-3),
    ],
)
def test_contours_on_the_line(card, mass, expected, settings, tolerance):
    assert edges(card, "dark-photon", mass, "line", **settings) == pytest.approx(expected, rel=tolerance)


def test_na64():
    found = ask("na64", "dark-photon", [16.7, 30.0])
    assert intervals(found)[0] == pytest.approx((1.31e-4, 6.75e-4), rel=1.5e-3)
    assert intervals(found, 1) == []
    full = {"detector.efficiency": 1}
    assert edges("na64", "dark-photon", 16.7, "line", **full) == pytest.approx((9.5e-5, 7.9e-4), rel=3e-3)
    assert edges("na64", "pseudoscalar", 16.7, "line", **full) == pytest.approx((4.7e-5, 1.4e-4), rel=3e-2)
    assert intervals(ask("na64", "pseudoscalar", 20, **full)) == []


TIPS = {"e137": (330, 460), "e141": (16.1, 29.9), "e774": (10.0, 10.0), "orsay": (73.7, 103.6), "kek": (99.4, 135.6)}


def tip(found):
    (note,) = [note for note in found.notes if "region ends" in note]
    return float(re.search(r"ends at ([\d.]+) MeV", note)[1])


@pytest.mark.parametrize("card", TIPS)
def test_largest_masses(card):
    for acceptance, expected in zip(("both", "energy"), TIPS[card], strict=True):
        grid = [0.5 * expected, 3 * expected]
        found = ask(card, "dark-photon", grid, search__acceptance=acceptance)
        assert tip(found) == pytest.approx(expected, rel=6e-3)
        assert found.result.status.tolist()[0] == "ok"
        assert found.result.status.tolist()[1] in ("out-of-reach", "no-acceptance")


@pytest.mark.parametrize("card", ["e137", "e141", "nucal"])
def test_edges_are_found_up_to_the_largest_mass(card):
    """Just below it both edges lie close together; just above there are none, and fewer events than allowed."""
    masses = [5.0, 500.0] if card != "nucal" else [100.0, 134.0]
    end = tip(ask(card, "dark-photon", masses))
    found = ask(card, "dark-photon", [end * (1 - 1e-3), end * (1 + 1e-3)])
    ((low, high),) = intervals(found)
    assert 1 < high / low < 2
    assert intervals(found, 1) == []
    assert 0.9 < found.result.extra["most_events"][1] / found.result.settings["allowed_events"] < 1


# production on its own


@pytest.mark.parametrize(("model", "key", "kind"), [("dark-photon", "epsilon", "A"), ("pseudoscalar", "g_e", "P")])
def test_cross_section(model, key, kind):
    """Twice: the closed form in the angle, integrated over x with another quadrature."""
    energy, mass = 20.0, 0.01
    settings = {f"model.{key}": 1, "model.mass": 1e3 * mass, "target.Z": 13, "target.A": 26.9815}
    found = df.rate("e Z -> e Z X", model=model, settings=settings)

    def density(log_rest):
        rest = math.exp(log_rest)
        x = 1 - rest
        speed = math.sqrt(1 - (mass / (x * energy)) ** 2)
        return rest * float(oracle.chi(energy, mass, 13, 26.9815)) * speed * oracle.below(kind, x, mass, energy, 30.0)

    total = quad(density, math.log(1e-9), math.log(1 - 2 * mass / energy), limit=200, epsrel=1e-6)[0]
    assert found.value == pytest.approx(total * 3.893793721e-28, rel=1e-5)
    assert found.unit == "cm2"


def test_branching_ratio_of_the_pion():
    found = df.rate("pi0 -> gamma X", settings={"model.epsilon": 1e-3, "model.mass": 60})
    assert found.value == pytest.approx(2e-6 * (1 - (60 / 134.9768) ** 2) ** 3 * 0.98823, rel=1e-9)
    assert df.rate("pi0 -> gamma X", settings={"model.mass": 135}).value == 0


def test_lifetime_is_in_the_rate():
    found = df.rate("X -> e e", model="pseudoscalar", settings={"model.mass": 10, "model.g_e": 1e-5}).to_dict()
    assert found["ctau_mm"] == pytest.approx(4.985, rel=1e-3)
    assert found["lifetime_s"] == pytest.approx(4.985e-3 / 299792458, rel=1e-3)


# section 10


def test_floor_goes_with_the_fourth_root_of_electrons():
    one, other = (edges("e137", "dark-photon", 10, "both", beam__electrons=n)[0] for n in (1e20, 1.6e21))
    assert one / other == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize(
    ("key", "weaker"), [("detector.shield_m", 200.0), ("detector.decay_m", 100.0), ("detector.threshold_gev", 4.0)]
)
def test_less_is_seen_behind_more(key, weaker):
    low, high = edges("e137", "dark-photon", 10, "line", **{key: weaker, "detector.face_distance_m": 404.0})
    usual = edges("e137", "dark-photon", 10, "line", **{"detector.face_distance_m": 404.0})
    assert low > usual[0]
    assert high <= usual[1] * (1 + 1e-9)


def test_acceptances_are_ordered():
    floors = {name: edges("orsay", "dark-photon", 40, name)[0] for name in ("both", "energy", "one", "line")}
    assert floors["line"] < 0.99 * floors["energy"] < 0.98 * floors["both"]
    assert floors["energy"] < 0.99 * floors["one"]
    wide = {"detector.face_radius_m": 1e6}
    assert edges("orsay", "dark-photon", 40, "both", **wide) == pytest.approx(
        edges("orsay", "dark-photon", 40, "line", **wide), rel=1e-3
    )


def test_longer_targets_change_nothing():
    short, long = (edges("e137", "dark-photon", 10, "line", target__thickness=t) for t in (60, 120))
    assert short == pytest.approx(long, rel=1e-9)


def test_couplings_that_do_not_interfere_add_up():
    """At the floor and with the width of the sum: events of g_V and g_A add, and a vector of e is a dark photon of 1."""
    vector = intervals(ask("e137", "vector", 10, model__g_V_e=1))[0]
    photon = edges("e137", "dark-photon", 10, "both")
    assert np.array(vector) / oracle.E_CHARGE == pytest.approx(photon, rel=1e-6)


def test_derivative_alp_is_the_pseudoscalar_of_electrons():
    found = ask("e137", "derivative-alp", 10, model__C_e=1).point(0)["excluded"]
    pseudo = intervals(ask("e137", "pseudoscalar", 10))
    np.testing.assert_allclose(found["g_ee"], pseudo, rtol=1e-9)
    np.testing.assert_allclose(found["f_a_gev"], 0.51099895e-3 / np.array(pseudo)[:, ::-1], rtol=1e-9)


@pytest.mark.parametrize(("model", "f_over_F"), [("lfv-alp", 2**-0.5), ("anarchy", 0.5)])
def test_alps_that_violate_flavor_are_pseudoscalars_of_electrons(model, f_over_F):
    """F = 2 f_a / sqrt(C_V^2 + C_A^2) stands beside g_ee = m_e C_e / f_a, whose edges are those of any spin 0."""
    diagonal = {"model__C_e": 1} if model == "lfv-alp" else {}
    found = ask("e137", model, 10, **diagonal).point(0)["excluded"]
    pseudo = np.array(intervals(ask("e137", "pseudoscalar", 10)))
    np.testing.assert_allclose(found["g_ee"], pseudo, rtol=1e-9)
    np.testing.assert_allclose(found["F_gev"], 0.51099895e-3 / f_over_F / pseudo[:, ::-1], rtol=1e-9)


@pytest.mark.parametrize("model", offering("electrons"))
def test_every_model_that_couples_to_electrons_is_taken_and_without_coupling_refused(model):
    given = {"vector": {"model__g_V_e": 1}, "lfv-alp": {"model__C_e": 1}, "derivative-alp": {"model__C_e": 1}}
    (interval,) = intervals(ask("e137", model, 10, **given.get(model, {})))
    assert 0 < interval[0] < interval[1] < math.inf
    if model in given:
        other = {"vector": {"model__g_V_mu": 1}, "derivative-alp": {"model__C_mu": 1}}.get(model, {})
        (key,) = given[model]
        with pytest.raises(InvalidInput, match=rf"{key.replace('__', '.')}.* = 0: (X|a) does not decay into e e"):
            ask("e137", model, 10, **other)


def test_a_total_width_shortens_the_life():
    """Long-lived X decay as often as before, since what is lost in the branching ratio is won in the rate; others do not."""
    free = edges("e137", "pseudoscalar", 10, "both")
    long, short = (edges("e137", "pseudoscalar", 10, "both", model__total_width=w) for w in (1e-16, 2e-12))
    assert long == pytest.approx(free, rel=1e-3)
    assert short[0] > 1.2 * free[0]


def test_other_couplings_need_no_new_kernel():
    ask("e141", "vector", [5.0, 8.0], model__g_V_e=1)
    before = beam_dump._kernel.cache_info().misses
    ask("e141", "vector", [5.0, 8.0], model__g_V_e=1, model__g_A_e=0.3)
    assert beam_dump._kernel.cache_info().misses == before


def test_order_of_masses_does_not_matter():
    up, down = ask("e141", "dark-photon", [3, 9, 40]), ask("e141", "dark-photon", [40, 9, 3])
    assert tip(up) == tip(down)
    assert intervals(up) == intervals(down, 2)


# section 11


def test_masses_that_do_not_decay_or_cannot_be_made_are_closed():
    assert ask("e137", "dark-photon", [1.0, 1.02, 10.0]).result.status.tolist() == ["closed", "closed", "ok"]
    assert ask("nucal", "dark-photon", [100, 134.98]).result.status.tolist() == ["ok", "closed"]
    assert ask("orsay", "dark-photon", 800).result.status.tolist() == ["closed"]
    notes = " ".join(ask("nucal", "dark-photon", [100, 150]).notes)
    assert "kinematically closed at 150 MeV" in notes
    assert "masses up to theirs" in notes


def test_models_without_pions_are_refused_in_proton_dumps():
    for card in ("nucal", "charm"):
        with pytest.raises(
            InvalidInput, match=f"model of {card}, where neutral pions .* = 'pseudoscalar': allowed dark"
        ):
            ask(card, "pseudoscalar", 10)


@pytest.mark.parametrize(
    ("card", "settings", "message"),
    [
        ("e137", {"search.acceptance": "all"}, "search.acceptance = 'all': allowed both, energy, one, line"),
        ("e137", {"detector.face_distance_m": 300}, r"face_distance_m = 300 m: allowed \[383, inf\) m"),
        ("e137", {"detector.decay_m": -1}, r"detector.decay_m = -1: allowed \(0"),
        ("e137", {"beam.electrons": 0}, r"beam.electrons = 0: allowed \(0"),
        ("e137", {"target.Z": 0.5}, r"target.Z = 0.5: allowed \[1, 118\]"),
        ("e137", {"search.events": 0}, r"search.events = 0: allowed \(0"),
        ("e137", {"beam.pot": 1e20}, "beam.pot: allowed only with beam.particle = proton or neutrino, not electron"),
        ("e137", {"detector.off_axis_m": 1}, "allowed only with beam.particle = proton"),
        ("nucal", {"search.acceptance": "both"}, "search.acceptance = both: allowed line at nucal"),
        ("na64", {"search.acceptance": "both"}, "allowed line at na64, which has no detector.face_radius_m"),
    ],
)
def test_bad_input(card, settings, message):
    with pytest.raises(DarkfactoryError, match=message):
        ask(card, "dark-photon", 10, **settings)


def test_the_number_of_events_belongs_to_its_confidence_level():
    with pytest.raises(InvalidInput, match=r"cl = 0.9: allowed 0.95, for which e137 has its search.events = 3"):
        df.reach("beam-dump", "e137", model="dark-photon", mass=10, cl=0.9)
    free = {"search.events": "poisson"}
    found = df.reach("beam-dump", "e137", model="dark-photon", mass=10, cl=0.9, settings=free)
    assert found.result.settings["allowed_events"] == pytest.approx(2.302585, rel=1e-6)


def test_couplings_that_change_nothing_are_refused():
    with pytest.raises(InvalidInput, match=r"model.g_mu: changes nothing"):
        ask("e137", "pseudoscalar", 10, model__g_mu=1e-4)
    with pytest.raises(InvalidInput, match="give their ratios"):
        ask("e137", "vector", 10)


def test_a_dump_without_a_shield_has_no_upper_edge():
    bare = {"detector.shield_m": 0, "detector.decay_m": 383}
    found = ask("e137", "dark-photon", 10, search__acceptance="line", **bare)
    assert intervals(found)[0][1] is None
    assert any("however strong" in note for note in found.notes)


def test_a_dump_of_ones_own_is_one_card(tmp_path):
    from darkfactory.experiments.new import new_card

    path = tmp_path / "mine.yaml"
    path.write_text(new_card("mine", "e137"))
    content = yaml.safe_load(path.read_text())
    content["detector"]["shield_m"] |= {"value": 50, "tag": "assumed", "source": "mine"}
    content["detector"]["shield_m"].pop("provenance")
    path.write_text(yaml.safe_dump(content))
    own = df.reach("beam-dump", str(path), model="dark-photon", mass=10)
    assert own.experiment == "mine"
    assert intervals(own)[0][1] > edges("e137", "dark-photon", 10, "both")[1]
    content["target"].pop("Z")
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(CardError, match=r"target\.Z: missing"):
        df.reach("beam-dump", str(path), model="dark-photon", mass=10)
