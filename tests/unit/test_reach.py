"""Reach: rows, JSON, statuses, defaults; no NaN ever leaves."""

import json
import math

import numpy as np
import pytest

from darkfactory import __version__, reach, recast
from darkfactory.bounds import limits_of_continuum
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.models import LfvAlp
from darkfactory.processes.muon_decay import scales as lfv_decay
from darkfactory.references import lookup
from support.forward_positron import base_reach, base_settings, card_reach

TOP = {
    "run",
    "search",
    "experiment",
    "model",
    "model_parameters",
    "process",
    "cl",
    "method",
    "z",
    "version",
    "seed",
    "settings",
    "nuisances",
    "notes",
    "references",
    "points",
}
POINT = {
    "mass",
    "status",
    "expected",
    "observed",
    "error",
    "band",
    "signal_efficiency",
    "background",
    "backgrounds",
    "limited_by",
}
METHODS = ("window", "kappa", "fisher", "profile", "cls")
THRESHOLD = M_MU - M_E


def arrays(found):
    r = found.result
    return r.branching_ratio, r.band, found.F_gev, r.error, r.signal_efficiency, r.background


@pytest.mark.parametrize("method", METHODS)
def test_json_has_the_shape_of_the_design(method):
    found = reach("forward_positron", "megii_fwd", mass="0:30:3", method=method)
    written = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert set(written) == TOP
    assert (written["search"], written["experiment"], written["model"]) == ("forward-positron", "megii-fwd", "lfv-alp")
    assert (written["cl"], written["method"], written["seed"], written["version"]) == (0.95, method, None, __version__)
    assert written["process"] == "mu -> e a"
    assert written["z"] == pytest.approx(1.959964 if method == "cls" else 1.644854, abs=1e-6)
    assert all(lookup(key) for key in written["references"])
    assert len(set(written["references"])) == len(written["references"])
    assert [point["mass"] for point in written["points"]] == [0, 15, 30]
    for point in written["points"]:
        assert set(point) == POINT
        assert set(point["expected"]) == {"branching_ratio", "F_gev"}
        assert set(point["band"]) == {"m2", "m1", "p1", "p2"}
        assert point["status"] == "ok"
        band = point["band"]
        median = point["expected"]["branching_ratio"]
        assert 0 <= band["m2"] <= band["m1"] <= median <= band["p1"] <= band["p2"]
        assert point["observed"] is None
        assert 0 < point["signal_efficiency"] < 1
        assert point["background"] > 0


@pytest.mark.parametrize("card", ["megii-fwd", "jodidio", "twist", "mu3e-phase1", "argus", "belle", "belle2"])
def test_every_shipped_card_gives_a_json_without_nan(card):
    found = card_reach(card, mass=[0.0] if card == "jodidio" else [0.0, 30.0, 60.0])
    json.dumps(found.to_dict(), allow_nan=False)
    assert not any(np.isnan(values).any() for values in arrays(found))


@pytest.mark.parametrize("method", ["fisher", "profile", "cls"])
@pytest.mark.parametrize("mass", [THRESHOLD, 105.5, 1e4])
def test_a_closed_channel_is_a_row_and_no_exception(method, mass):
    found = base_reach(mass=[0.0, mass], method=method)
    assert found.result.status.tolist() == ["ok", "closed"]
    assert np.isinf(found.branching_ratio[1])
    assert found.F_gev[1] == 0
    row = json.loads(json.dumps(found.to_dict(), allow_nan=False))["points"][1]
    assert row["status"] == "closed"
    assert row["expected"] == {"branching_ratio": None, "F_gev": 0}
    assert row["band"] == dict.fromkeys(("m2", "m1", "p1", "p2"))
    assert row["signal_efficiency"] == 0
    assert not any(np.isnan(values).any() for values in arrays(found))
    # the open row does not see the closed one
    assert found.branching_ratio[0] == pytest.approx(base_reach(method=method).branching_ratio[0], rel=1e-9, abs=0)


@pytest.mark.parametrize("card", ["megii-fwd", "jodidio", "mu3e-phase1", "twist", "belle2"])
@pytest.mark.parametrize("method", METHODS)
def test_a_closed_channel_is_closed_for_every_card_and_method(card, method):
    found = reach("forward-positron", card, mass=[2000.0], method=method)
    assert found.result.status.tolist() == ["closed"]
    assert np.isinf(found.branching_ratio[0])
    assert found.F_gev[0] == 0


@pytest.mark.parametrize(
    ("search", "card", "model", "key"),
    [
        ("beam-dump", "e141", "dark-photon", "mass"),
        ("neutral-current", "ship", "composite-neutrino", "gap_gev"),
        ("ee-displaced", "mu3e-phase1", "sterile-dark-photon", "mass_A"),
    ],
)
def test_a_mass_that_is_given_twice_is_refused(search, card, model, key):
    with pytest.raises(InvalidInput, match=f"model.{key}: the masses are given already"):
        reach(search, card, model=model, mass=20, settings={f"model.{key}": 10})


@pytest.mark.parametrize(
    ("record", "model", "key"), [("e137", "vector", "mass"), ("nutev", "composite-neutrino", "gap_gev")]
)
def test_a_mass_that_a_recast_is_given_twice_is_refused(record, model, key):
    verb = limits_of_continuum if model == "composite-neutrino" else recast
    given = {"model.g_V_e": 1} if model == "vector" else {}
    with pytest.raises(InvalidInput, match=f"model.{key}: the masses are given already"):
        verb(record, model, 20, settings={**given, f"model.{key}": 10})


def test_masses_up_to_the_threshold_are_open():
    found = base_reach(
        mass=[104.0, 105.0, THRESHOLD * (1 - 1e-9)],
        x_low=0.0,
        more={"search.x_low": 0.0, "detector.x_resolution": 0.002},
    )
    assert found.result.status.tolist() == ["ok"] * 3
    assert np.all(found.F_gev > 0)
    assert np.all(np.diff(found.F_gev) < 0)


@pytest.mark.parametrize("chirality", ["V+A", "V-A", "V", "A"])
def test_the_scale_belongs_to_the_branching_ratio(chirality):
    found = base_reach(mass=[0.0, 20.0], chirality=chirality, x_low=0.75)
    vector, axial = {"V+A": (1, 1), "V-A": (1, -1), "V": (1, 0), "A": (0, 1)}[chirality]
    for mass, limit, F in zip(found.masses, found.branching_ratio, found.F_gev, strict=True):
        assert lfv_decay.branching_ratio_from_scale("mu -> e a", F, mass, vector, axial) == pytest.approx(
            limit, rel=1e-12, abs=0
        )
    assert found.parameters["chirality"] == chirality


def test_a_model_object_is_as_good_as_settings():
    alp = LfvAlp.from_scale(F_gev=5e8, chirality="V-A", mass=20)
    settings = base_settings(x_low=0.75)
    del settings["model.chirality"]
    by_object = reach("forward-positron", "megii-fwd", model=alp, method="fisher", settings=settings)
    by_settings = base_reach(chirality="V-A", mass=20, x_low=0.75)
    assert by_object.masses.tolist() == [20]
    assert by_object.branching_ratio[0] == pytest.approx(by_settings.branching_ratio[0], rel=1e-12, abs=0)
    # the scale of the model is what is searched for: it does not matter
    assert by_object.F_gev[0] == pytest.approx(by_settings.F_gev[0], rel=1e-12, abs=0)


def test_complex_couplings_are_text():
    found = reach("forward-positron", "megii-fwd", method="fisher", settings={"model.C_V": "1+0.5j", "model.C_A": 1})
    assert found.to_dict()["model_parameters"] == {"chirality": "mixed", "C_V": "1+0.5j", "C_A": 1.0}


def test_the_first_card_is_the_default_and_overrides_are_seen():
    found = reach("forward-positron", method="fisher", settings={"beam.days": "28", "search.focus": "10"})
    assert found.experiment == "megii-fwd"
    assert found.result.settings["focus"] == 10
    assert any("focusing 10 (cone)" in note for note in found.result.notes)
    twice = reach("forward-positron", method="fisher", settings={"search.focus": "10"})
    assert found.result.signal_efficiency[0] == pytest.approx(twice.result.signal_efficiency[0])
    assert found.result.background[0] == pytest.approx(2 * twice.result.background[0])


def test_a_scan_is_its_points():
    together = base_reach(mass="0:20:3", method="profile", x_low=0.75)
    for mass, limit in zip(together.masses, together.branching_ratio, strict=True):
        alone = base_reach(mass=mass, method="profile", x_low=0.75)
        assert limit == pytest.approx(alone.branching_ratio[0], rel=1e-6, abs=0)


def test_nuisances_are_listed_with_their_priors():
    found = base_reach(priors={"norm": math.inf, "P": 0.01, "eps": 1e-4})
    assert found.result.nuisances == {"normalization": math.inf, "polarization": 0.01, "energy_scale": 1e-4}
    assert found.to_dict()["nuisances"]["normalization"] == "free"
    assert base_reach().result.nuisances == {}


def test_what_limits():
    assert base_reach().result.limited_by[0] == "statistics"
    found = base_reach(focus=100, priors={"norm": math.inf, "P": 0.01, "eps": 1e-4, "r": 0.05})
    assert found.result.limited_by[0] in ("energy_scale", "normalization", "polarization", "resolution")


def test_the_edge_as_calibration_is_blind_below_25_mev():
    found = card_reach("mu3e-phase1", mass=[0.0, 24.9, 25.0, 60.0])
    assert found.result.status.tolist() == ["uncalibrated", "uncalibrated", "ok", "ok"]
    assert np.isinf(found.branching_ratio[:2]).all()
    assert found.F_gev[:2].tolist() == [0, 0]
    assert found.to_dict()["points"][0]["expected"] == {"branching_ratio": None, "F_gev": None}
    assert any("25 MeV" in note for note in found.result.notes)
    open_again = card_reach("mu3e-phase1", mass=20.0, search__calibration="external")
    assert open_again.result.status[0] == "ok"


def test_bias_of_an_unmodelled_scale_is_reported_with_sign():
    up, down = (base_reach(more={"search.unmodelled_scale": s * 1e-5}).result.extra["scale_bias"][0] for s in (1, -1))
    assert up == pytest.approx(-down, rel=1e-2, abs=0)
    assert up > 0
    assert "scale_bias" in base_reach(more={"search.unmodelled_scale": 1e-5}).to_dict()["points"][0]


def test_optimal_flip_is_reported():
    priors = {"norm": math.inf, "P": 0.01, "eps": math.inf, "r": 0.05}
    found = base_reach(focus=100, flip="optimal", priors=priors)
    assert 0.1 < found.result.settings["flipped_fraction"] < 0.3
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.branching_ratio[0] <= base_reach(focus=100, flip=0.1, priors=priors).branching_ratio[0]
