"""The missing-mass search as users meet it: their own cards, stable numbers, mistakes that are answered."""

import math

import numpy as np
import pytest
import yaml

import darkfactory
from darkfactory.errors import CardError, DarkfactoryError, InvalidInput, UnknownName
from darkfactory.experiments import load_card
from darkfactory.experiments.card import CARDS
from darkfactory.processes.muon_decay.photon_nodes import alp_nodes
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.missing_mass_photon.likelihood import MissingMassPhoton
from darkfactory.searches.missing_mass_photon.search import KEYS, window_counts
from darkfactory.searches.settings import card_settings

FAST = {"search.sampling": 0.5}


def limit(mass=10.0, experiment="meg2", **settings):
    result = darkfactory.reach(
        "missing-mass-photon", experiment, mass=mass, method="fisher", settings=FAST | settings.pop("given", {})
    )
    return float(result.branching_ratio[0])


@pytest.fixture(scope="module")
def base():
    return limit()


CHANGES = {
    "beam.stopping_rate": 1e6,
    "beam.days": 60,
    "detector.positron_cos_theta": 0.3,
    "detector.positron_phi": 0.9,
    "detector.photon_cos_theta": 0.3,
    "detector.photon_phi": 0.9,
    "detector.positron_threshold": 44,
    "detector.tracking_efficiency": 0.5,
    "detector.timing_counter_efficiency": 0.7,
    "detector.timing_counter_map": [[45, 0.5], [53, 1.0]],
    "detector.photon_efficiency": 0.5,
    "detector.selection_efficiency": 0.5,
    "detector.positron_energy_resolution": 0.2,
    "detector.photon_energy_resolution": 0.03,
    "detector.photon_resolution_power": 0.0,
    "detector.opening_angle_resolution": 0.02,
    "detector.time_resolution": 200e-12,
    "detector.aif_density": 0.2,
    "detector.aif_z_over_a": 0.4,
    "detector.bremsstrahlung_thickness": 0.01,
    "detector.pileup_window": 1e-6,
    "trigger.mode": "standard",
    "trigger.threshold": 15,
    "trigger.window": 10e-9,
    "trigger.rate_cap": 20,
    "trigger.efficiency": 0.9,
    "trigger.photon_resolution": 1.0,
    "trigger.rc_scale": 2,
    "trigger.rmd_scale": 2,
    "trigger.rc_table": [[5, 1e-12], [45, 1e-14]],
}


@pytest.mark.parametrize("key", CHANGES)
def test_every_number_of_the_detector_counts(key, base):
    assert abs(limit(given={key: CHANGES[key]}) / base - 1) > 1e-4


def test_the_standard_mode_reads_its_own_numbers():
    standard = {"trigger.mode": "standard"}
    first = limit(mass=5.0, given=standard)
    for change in ({"trigger.direction_match": 0.5}, {"trigger.standard_threshold": 40}, {"trigger.threshold": 20}):
        assert abs(limit(mass=5.0, given=standard | change) / first - 1) > 1e-3
    with pytest.raises(InvalidInput, match=r"trigger\.direction_match: changes nothing"):
        limit(given={"trigger.direction_match": 0.5})  # the proposed mode does not use it


def test_a_card_of_ones_own_is_the_same_as_overrides(tmp_path):
    content = yaml.safe_load((CARDS / "meg2.yaml").read_text())
    content["name"] = "mine"
    changed = {key: value for key, value in CHANGES.items() if key.split(".")[0] in ("detector", "trigger")}
    changed |= {"trigger.mode": "proposed", "trigger.direction_match": 0.4, "trigger.standard_threshold": 44}
    changed |= {"trigger.rc_scale_high": 9}
    del changed["detector.timing_counter_map"]
    from darkfactory.experiments import KEYS as CARD_KEYS

    for key, value in changed.items():
        section, name = key.split(".")
        content[section][name] = {
            "value": value,
            "unit": CARD_KEYS[key].unit,
            "tag": "assumed",
            "source": "my detector",
        }
    numbers = {key for section in ("detector", "trigger") for key in (f"{section}.{name}" for name in content[section])}
    assert numbers == set(changed)  # every number of the detector is another one
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(content))
    # what nothing depends on in this mode, or in a reach, would be refused on the command line
    idle = ("trigger.direction_match", "trigger.standard_threshold", "trigger.rc_scale_high")
    given = {key: value for key, value in changed.items() if key not in idle}
    assert limit(experiment=str(path)) == pytest.approx(limit(given=given), rel=1e-12)
    (point,) = darkfactory.trigger(str(path)).points
    assert point["threshold"] == 15


def test_reach_is_stable_under_doubling_of_the_sampling():
    masses = [0, 5, 10, 20, 30, 36]
    one, two = (
        darkfactory.reach("missing-mass-photon", mass=masses, method="fisher", settings={"search.sampling": s})
        for s in (1, 2)
    )
    assert one.branching_ratio == pytest.approx(two.branching_ratio, rel=5e-3)


def test_results_name_what_went_in():
    result = darkfactory.reach("missing-mass-photon", mass=10, method="fisher", settings=FAST)
    used = result.to_dict()["settings"]
    for key in ("rc_scale", "rmd_scale", "stopping_rate", "prescale", "rmd_events", "detector.aif_density"):
        assert key in used
    assert any("recalled" in note and "detector.tracking_efficiency" in note for note in result.result.notes)
    assert {"MEGII:2023fog", "Jho:2022snj"} <= set(result.references)


def test_above_the_cap_the_yields_are_prescaled(base):
    result = darkfactory.reach(
        "missing-mass-photon", mass=10, method="fisher", settings=FAST | {"beam.stopping_rate": 3e7}
    )
    used = result.result.settings
    assert used["prescale"] == pytest.approx(10 / (used["rmd_rate"] + used["rc_rate"]), rel=1e-12)
    assert any("exceeds cap" in note for note in result.result.notes)
    assert result.branching_ratio[0] > base


def test_exposure_in_muons_keeps_the_filling_rate():
    card = load_card("meg2", {"beam.exposure_muons": 1e12})
    setup = MissingMassPhoton.from_card(card, card_settings(card, KEYS, "missing-mass-photon"))
    assert setup.exposure == pytest.approx(1e12, rel=1e-12)
    assert setup.stopping_rate == pytest.approx(3.752e6, rel=5e-3)


def test_optimiser_finds_what_a_scan_finds():
    given = FAST | {"search.optimise": "true", "search.optimise_low": 12, "search.optimise_high": 30}
    result = darkfactory.reach("missing-mass-photon", mass=[0, 20, 40], method="fisher", settings=given)
    extra = result.result.extra
    assert list(extra["best_threshold"][:2]) == [12.0, 12.0]
    scan = [limit(mass=20, given={"trigger.threshold": t}) for t in (12, 20, 30)]
    assert extra["best_branching_ratio"][1] <= min(scan) * (1 + 1e-9)
    assert (extra["best_branching_ratio"][2], extra["best_threshold"][2]) == (math.inf, 0.0)
    assert extra["best_stopping_rate"][1] <= filling(12) * (1 + 1e-9)


def filling(threshold):
    return darkfactory.trigger("meg2", threshold=threshold).points[0]["max_stopping_rate"]


def test_pile_up_grows_with_the_cube_of_the_rate():
    quiet, piled = (
        darkfactory.trigger("meg2", threshold=20, stopping_rate=3e7, settings=given).points[0]
        for given in ({}, {"detector.pileup_window": 1e-7})
    )
    extra = piled["rc_rate"] - quiet["rc_rate"]
    assert extra == pytest.approx(piled["pileup_coefficient_s2"] * 3e7**3, rel=1e-9)
    assert piled["max_stopping_rate"] < quiet["max_stopping_rate"]
    best = piled["benchmarks"]["A"]
    assert best["rmd_rate"] + best["rc_rate"] == pytest.approx(10, rel=1e-9)
    # by hand: two photons of the single-photon spectrum, each above 2 and below 20 MeV, together above 20
    from scipy.integrate import dblquad

    from darkfactory.amplitudes.radiative_michel_missing_mass import inclusive_photon_spectrum
    from darkfactory.constants import M_MU
    from darkfactory.processes.muon_decay.single_photons import annihilation_spectrum

    def density(k):
        y = 2 * k / M_MU
        return (float(inclusive_photon_spectrum(y)) + float(annihilation_spectrum(y, 0.1))) * 2 / M_MU

    pairs = dblquad(lambda a, b: density(a) * density(b), 2, 20, lambda b: max(2, 20 - b), 20, epsrel=1e-4)[0] / 2
    photon = 0.35 / 3 * 0.63
    expected = 3.0828e-2 * 20e-9 * 1e-7 * photon**2 * pairs
    assert piled["pileup_coefficient_s2"] == pytest.approx(expected, rel=1e-3, abs=0)
    harder = darkfactory.trigger(
        "meg2", threshold=20, settings={"detector.pileup_window": 1e-7, "detector.pileup_threshold": 5}
    )
    assert harder.points[0]["pileup_coefficient_s2"] < piled["pileup_coefficient_s2"]


def test_p_values_of_an_injected_signal():
    given = FAST | {"search.injected": 1e-4}
    result = darkfactory.reach("missing-mass-photon", mass=[10, 40], method="fisher", settings=given)
    extra = result.result.extra
    assert 0 < extra["local_p"][0] < extra["global_p"][0] < 1
    assert (extra["local_z"][1], extra["local_p"][1]) == (0.0, 0.5)


@pytest.mark.parametrize("name", ["positron_scale", "photon_scale", "resolution"])
def test_named_systematics_weaken_the_limit(name):
    with_it = {f"search.systematics.{name}": 0.01}
    assert limit(mass=0.0, given=with_it) > 1.02 * limit(mass=0.0)


def test_few_events_are_counted_with_poisson():
    given = {"beam.days": 1e-4}
    result = darkfactory.reach("missing-mass-photon", mass=10, settings=FAST | given)
    assert result.result.background[0] < 50
    counted = darkfactory.reach("missing-mass-photon", mass=10, settings=FAST | given | {"search.analysis": "counting"})
    assert result.result.poisson[0]
    assert counted.result.poisson[0]
    # the binned analysis counts in the best window, not in a fixed one, and knows its background less well
    assert 0.85 * counted.branching_ratio < result.branching_ratio < 1.02 * counted.branching_ratio


def test_nothing_leaves_as_nan_at_and_beyond_closure():
    masses = [0, 36.62, 36.63, 60, 105, 106, 500]
    result = darkfactory.reach("missing-mass-photon", mass=masses, settings=FAST)
    assert list(result.result.status[2:]) == ["closed"] * 5
    assert np.all(result.F_gev[2:] == 0)
    assert not np.isnan(result.branching_ratio).any()
    assert any("kinematically closed" in note for note in result.result.notes)


def test_threshold_above_the_endpoint_is_closed():
    (point,) = darkfactory.trigger("meg2", threshold=60).points
    assert point["status"] == "closed"
    assert (point["rmd_rate"], point["rc_rate"], point["max_stopping_rate"]) == (0.0, 0.0, None)
    result = darkfactory.reach("missing-mass-photon", mass=[0, 10], settings=FAST | {"trigger.threshold": 60})
    assert list(result.result.status) == ["closed", "closed"]


def test_windows_that_accept_everything_keep_the_electron_mass():
    whole = {"detector.positron_cos_theta": 1, "detector.photon_cos_theta": 1}
    whole |= {"detector.positron_phi": math.pi, "detector.photon_phi": math.pi}
    assert 0 < limit(given=whole | {"detector.positron_threshold": 20}) < math.inf
    with pytest.raises(InvalidInput, match="collinear singularity, keep m_e"):
        alp_nodes(0.0, 0.3, 0.2, 1.0)


MISTAKES = [
    ({"detector.photon_phi": 4}, CardError, "detector.photon_phi = 4: allowed (0, 3.14159] rad"),
    ({"detector.photon_efficiency": 0}, CardError, "detector.photon_efficiency = 0: allowed (0, 1]"),
    ({"detector.tracking_efficiency": -1}, CardError, "detector.tracking_efficiency = -1"),
    ({"detector.positron_cos_theta": 1.2}, CardError, "detector.positron_cos_theta = 1.2"),
    ({"trigger.threshold": 0}, CardError, "trigger.threshold = 0: allowed (0, 1e+30] MeV"),
    ({"trigger.threshold": "nan"}, CardError, "trigger.threshold = nan"),
    ({"trigger.window": -1e-9}, CardError, "trigger.window = -1e-09"),
    ({"trigger.rate_cap": 0}, CardError, "trigger.rate_cap = 0"),
    ({"trigger.mode": "fast"}, CardError, "trigger.mode = 'fast': allowed standard, proposed"),
    (
        {"trigger.rc_scale": 9, "trigger.rc_scale_high": 5},
        CardError,
        "trigger.rc_scale_high = 5: allowed from trigger.rc_scale = 9",
    ),
    ({"trigger.rc_table": [[5, 1]]}, CardError, "trigger.rc_table: energies [5.0]: allowed at least two"),
    ({"trigger.rc_table": [[20, 1e-12], [30, 1e-13]]}, InvalidInput, "trigger.threshold = 10: allowed [20, 30] MeV"),
    ({"detector.timing_counter_map": [[45, 0.5], [50, 1.5]]}, CardError, "detector.timing_counter_map = 1.5"),
    ({"beam.stopping_rate": -1}, CardError, "beam.stopping_rate = -1"),
    ({"beam.polarization": 1.1}, CardError, "beam.polarization = 1.1: allowed [0, 1]"),
    ({"trigger.treshold": 12}, UnknownName, "trigger.treshold: unknown key; did you mean trigger.threshold"),
    ({"detector.photon_eficiency": 1}, UnknownName, "did you mean detector.photon_efficiency"),
    ({"search.shift": 1}, UnknownName, "search.shift: unknown key of missing-mass-photon"),
    ({"search.shift_prior": -1}, InvalidInput, "search.shift_prior = -1"),
    ({"search.sampling": 0}, InvalidInput, "search.sampling = 0"),
    ({"search.intensity": "most"}, InvalidInput, "search.intensity = 'most'"),
    (
        {"search.optimise": True, "search.optimise_low": 40, "search.optimise_high": 20},
        InvalidInput,
        "optimise_low = 40",
    ),
    ({"model.C_V": 0, "model.C_A": 0}, InvalidInput, "not both 0"),
    ({"model.F_gev": 0}, InvalidInput, "model.F_gev = 0"),
]


@pytest.mark.parametrize(("settings", "error", "text"), MISTAKES, ids=lambda v: str(v)[:50])
def test_mistakes_name_field_value_and_range(settings, error, text):
    with pytest.raises(error) as caught:
        darkfactory.reach("missing-mass-photon", mass=5, settings=FAST | settings)
    assert text in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, DarkfactoryError)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"mass": -1}, "mass = -1"),
        ({"mass": math.nan}, "mass = nan"),
        ({"cl": 0.5}, "cl = 0.5"),
        ({"cl": 1.2}, "cl = 1.2"),
        ({"method": "window"}, "method = 'window': allowed cls, profile, fisher"),
        ({"experiment": "megii-fwd"}, "detector.positron_cos_theta: missing"),
    ],
)
def test_mistakes_of_a_call(arguments, text):
    with pytest.raises(ValueError, match=text.replace("(", r"\(")):
        darkfactory.reach("missing-mass-photon", **({"mass": 5} | arguments))


def test_the_forward_search_says_what_the_card_lacks():
    with pytest.raises(CardError, match=r"meg2\.yaml: detector\.x_resolution: missing; add it to the card"):
        darkfactory.reach("forward-positron", "meg2", mass=0)


def test_a_card_must_give_what_its_search_needs(tmp_path):
    content = yaml.safe_load((CARDS / "meg2.yaml").read_text())
    del content["detector"]["time_resolution"], content["trigger"]["window"], content["trigger"]["direction_match"]
    content["trigger"]["mode"]["value"] = "standard"
    path = tmp_path / "meg2.yaml"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(CardError) as caught:
        load_experiment(path)  # as the verbs do: also what the sections need
    for text in (
        "detector.time_resolution: missing; the card needs the time resolution",
        "trigger.window: missing",
        "trigger.direction_match: missing; trigger.mode = standard needs it",
    ):
        assert text in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"threshold": 0}, "threshold = 0"),
        ({"threshold": "5:x:2"}, "threshold = '5:x:2'"),
        ({"threshold": -3}, "threshold = -3"),
        ({"stopping_rate": 0}, "stopping_rate = 0"),
        ({"mode": "both"}, "trigger = 'both': allowed standard, proposed"),
        ({"settings": {"model.mass": 1}}, "takes no model"),
        ({"experiment": "megii-fwd"}, "detector.positron_cos_theta: missing"),
    ],
)
def test_mistakes_at_the_trigger(arguments, text):
    with pytest.raises(ValueError, match=text):
        darkfactory.trigger(**({"experiment": "meg2"} | arguments))


def test_a_window_beyond_the_histogram_is_an_error():
    card = load_card("meg2", FAST)
    setup = MissingMassPhoton.from_card(card, card_settings(card, KEYS, "missing-mass-photon"))
    setup.__dict__["edges"] = np.linspace(-0.002, 0.1, 205)
    masses = np.array([0.0])
    with pytest.raises(InvalidInput, match="window of mass = 0 MeV"):
        window_counts(setup, masses, *setup.signals(masses))


def test_spectrum_adds_up_to_the_events():
    found = darkfactory.spectrum(
        "mu -> e nu nu gamma", observable="m_miss2", experiment="meg2", bins=20, low=-600, high=2000
    )
    card = load_card("meg2")
    setup = MissingMassPhoton.from_card(card, card_settings(card, KEYS, "missing-mass-photon"))
    assert found.values.sum() == pytest.approx(setup.radiative.sum(), rel=1e-6)
    assert set(found.components) == {"random"}
    with pytest.raises(InvalidInput, match="takes no model"):
        darkfactory.spectrum("mu -> e nu nu gamma", observable="m_miss2", experiment="meg2", model="lfv-alp")
    with pytest.raises(InvalidInput, match="infrared divergence"):
        darkfactory.spectrum("mu -> e a gamma", observable="E_e")
