"""Experiment cards: every number tagged, every problem named at once, everything open to the user."""

import dataclasses
import pickle
import re
import subprocess
import sys

import pytest
import yaml

from darkfactory.errors import CardError, InvalidInput, UnknownName
from darkfactory.experiments import KEYS, Quantity, check_card, list_cards, load_card
from darkfactory.experiments.keys import parse_value
from darkfactory.searches.cards import load_experiment

SHIPPED = ("argus", "belle", "belle2", "jodidio", "megii-fwd", "mu3e-phase1", "twist")


def settings_of(card, search):
    """Settings of a search that card and user give, as they were written."""
    return card.section(search) | card.search_overrides()


def leaf(value, unit="1", tag="assumed", source="test", **more):
    return {"value": value, "unit": unit, "tag": tag, "source": source, **more}


def muon_card():
    return {
        "name": "mine",
        "title": "my own",
        "references": [],
        "beam": {
            "particle": leaf("muon"),
            "stopping_rate": leaf(1e7, "1/s"),
            "days": leaf(10, "d"),
            "polarization": leaf(0.9),
        },
        "detector": {
            "x_resolution": leaf(0.02),
            "cone_radius": leaf(30, "mm"),
            "cone_distance": leaf(900, "mm"),
        },
        "search": {"forward-positron": {"focus": leaf(5), "systematics": {"polarization": leaf(0.02)}}},
    }


@pytest.fixture
def write(tmp_path):
    def write(content, name="mine.yaml"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return path

    return write


def problems_of(path, overrides=None):
    with pytest.raises(CardError) as caught:
        load_card(path, overrides or {})
    return str(caught.value).splitlines()


# shipped cards


def test_the_shipped_cards_are_those_of_the_design():
    assert set(SHIPPED) <= set(list_cards())


@pytest.mark.parametrize("name", list_cards())
def test_every_shipped_number_has_a_unit_a_tag_and_a_source(name):
    card = load_card(name)
    assert card.name == name == card.path.stem
    assert card.references
    assert check_card(name) == []
    for row in card.provenance_table():
        assert row["tag"] in {"paper", "derived", "assumed"}, row
        assert len(row["source"]) > 5, row
        assert (row["provenance"] is not None) == (row["tag"] == "paper"), row
        if row["key"] in KEYS:
            assert row["unit"] == KEYS[row["key"]].unit


@pytest.mark.parametrize("name", list_cards())
def test_a_recalled_number_is_never_called_quoted(name):
    """Who calls a number quoted says where it was read: a publication, and not from memory."""
    for row in load_card(name).provenance_table():
        if row["provenance"] == "quoted":
            assert re.search(r"arXiv:\d|doi|PDG|LA-UR|data acquisition|MEG|Mu3e|abstract|talk", row["source"]), row
            assert "recalled" not in row["source"], row


def test_exposures_of_the_chapter():
    assert load_card("megii-fwd").exposure == pytest.approx(1.2096e14, rel=1e-12)
    assert load_card("jodidio").exposure == pytest.approx(1.8e7 / 0.010029, rel=2e-4)
    assert load_card("twist").exposure == pytest.approx(5.8e8 / 0.44, rel=1e-9)
    assert load_card("mu3e-phase1").exposure == 2.5e15
    assert load_card("belle").tau_pairs == 736e6
    assert load_card("belle2").tau_pairs == pytest.approx(62.8e15 * 0.919e-9, rel=1e-12)


def test_detectors_of_the_chapter():
    bins = load_card("twist").value("detector.cos_theta_bins")
    assert len(bins) == 8
    assert all(high - low == pytest.approx(0.11) and 0.5 <= min(abs(low), abs(high)) < 0.94 for low, high in bins)
    assert load_card("mu3e-phase1").value("detector.x_resolution") == pytest.approx(0.5 / 52.830423, rel=1e-6)
    settings = settings_of(load_card("twist"), "forward-positron")
    assert settings["systematics.energy_scale"].value == 2.2e-5
    assert "tuned" in settings["systematics.energy_scale"].source.lower()


# reading


@pytest.mark.parametrize("spelling", ["MEGII-fwd", "megii_fwd", " megii-FWD "])
def test_names_ignore_case_and_hyphens(spelling):
    assert load_card(spelling).name == "megii-fwd"


def test_card_access():
    card = load_card("megii-fwd")
    assert card.quantity("beam.days") == Quantity(14.0, "d", "assumed", card.quantity("beam.days").source)
    assert card.value("detector.field", default=None) is None
    assert card.has("beam.stopping-rate")
    assert not card.has("beam.exposure_muons")
    assert card.keys()[0] == "beam.particle"
    with pytest.raises(CardError, match=r"megii-fwd\.yaml: detector\.field: missing"):
        card.value("detector.field")
    with pytest.raises(UnknownName, match=r"did you mean beam\.polarization"):
        card.value("polarization", default=1)
    with pytest.raises(InvalidInput, match="ask for exposure"):
        _ = card.tau_pairs
    with pytest.raises(InvalidInput, match="ask for tau_pairs"):
        _ = load_card("belle").exposure
    with pytest.raises(dataclasses.FrozenInstanceError):
        card.name = "other"
    assert pickle.loads(pickle.dumps(card)) == card
    assert hash(card) == hash(load_card("megii-fwd"))


def test_yaml_numbers_that_yaml_reads_as_strings(write):
    text = yaml.safe_dump(muon_card()).replace("10000000.0", "1e8").replace("0.02", "2e-2")
    assert "1e8" in text
    card = load_card(write(text))
    assert card.value("beam.stopping_rate") == 1e8
    assert card.value("detector.x_resolution") == 0.02
    assert settings_of(card, "forward-positron")["systematics.polarization"].value == 0.02


def test_units_one_may_be_a_number_or_absent(write):
    content = muon_card()
    content["beam"]["polarization"]["unit"] = 1
    del content["detector"]["x_resolution"]["unit"]
    assert load_card(write(content)).quantity("detector.x_resolution").unit == "1"


def test_search_section_is_optional_and_its_values_keep_their_type(write):
    content = muon_card()
    content["search"]["forward_positron"] = content["search"].pop("forward-positron") | {
        "bins": leaf(80),
        "refit": leaf(True),
        "method": leaf("fisher"),
    }
    values = {k: q.value for k, q in settings_of(load_card(write(content)), "forward-positron").items()}
    assert values == {"focus": 5, "systematics.polarization": 0.02, "bins": 80, "refit": True, "method": "fisher"}
    assert isinstance(values["bins"], int)
    del content["search"]
    card = load_card(write(content), {"search.focus": "7"})
    assert settings_of(card, "forward-positron") == {"focus": Quantity("7", "1", "user", "override")}
    assert card.provenance_table()[-1]["key"] == "search.focus"


def test_a_card_of_ones_own_changes_every_number(write):
    shipped = yaml.safe_load(load_card("megii-fwd").path.read_text())
    for section in ("beam", "detector"):
        for key, quantity in shipped[section].items():
            if key != "particle":
                quantity["value"] = float(quantity["value"]) * 0.5
    shipped["search"]["forward-positron"]["focus"]["value"] = 3
    mine, original = load_card(write(shipped)), load_card("megii-fwd")
    numbers = [key for key in KEYS if original.has(key) and key != "beam.particle"]
    assert len(numbers) == 7
    assert [mine.value(key) for key in numbers] == [0.5 * original.value(key) for key in numbers]
    assert settings_of(mine, "forward-positron")["focus"].value == 3


def test_a_path_may_be_a_string_a_path_or_a_bare_file_name(write, monkeypatch):
    path = write(muon_card())
    monkeypatch.chdir(path.parent)
    assert load_card(path).name == load_card(str(path)).name == load_card("mine.yaml").name == "mine"
    assert load_card("./mine.yaml").exposure == 1e7 * 10 * 86400


# overrides


def test_overrides_are_parsed_and_tagged():
    card = load_card(
        "megii-fwd",
        {
            "beam.stopping_rate": "5e6",
            "detector.efficiency": 0.5,
            "search.focus": "100",
            "search.systematics.energy-scale": 0,
        },
    )
    assert card.quantity("beam.stopping_rate") == Quantity(5e6, "1/s", "user", "override")
    assert card.value("detector.efficiency") == 0.5
    settings = settings_of(card, "forward_positron")
    assert settings["focus"] == Quantity("100", "1", "user", "override")
    assert settings["systematics.energy_scale"].value == 0
    rows = {row["key"]: row for row in card.provenance_table()}
    assert rows["search.focus"]["tag"] == rows["beam.stopping_rate"]["tag"] == "user"
    assert rows["beam.days"]["tag"] == "assumed"
    assert load_card("megii-fwd").value("beam.stopping_rate") == 1e8


def test_one_way_to_give_the_exposure_replaces_the_other():
    card = load_card("megii-fwd", {"beam.exposure_muons": 1e12})
    assert card.exposure == 1e12
    assert not card.has("beam.days")
    card = load_card("twist", {"beam.days": 1, "beam.stopping_rate": 2})
    assert card.exposure == 2 * 86400
    assert not card.has("beam.exposure_muons")
    (problem,) = problems_of("twist", {"beam.days": 1})
    assert problem.startswith("twist.yaml: beam.stopping_rate: missing; beam.days needs it")
    (problem,) = problems_of("megii-fwd", {"beam.days": 1, "beam.exposure_muons": 1e9})
    assert "keep one" in problem


def test_tau_pairs_and_acceptance_likewise():
    assert load_card("belle2", {"beam.tau_pairs": 1e6}).tau_pairs == 1e6
    card = load_card("belle", {"beam.luminosity_per_fb": 10, "beam.tau_pair_cross_section_nb": 0.9})
    assert card.tau_pairs == pytest.approx(9e6)
    assert "tau_pair_cross_section_nb: missing" in problems_of("belle", {"beam.luminosity_per_fb": 10})[0]
    card = load_card("megii-fwd", {"detector.cos_theta_bins": "[[.5, .6], [-0.2, 1e-1]]"})
    assert card.value("detector.cos_theta_bins") == ((-0.2, 0.1), (0.5, 0.6))
    assert not card.has("detector.cone_radius")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("polarization", "beam.polarization"),
        ("beam.polarisation", "beam.polarization"),
        ("detector.x_res", "detector.x_resolution"),
        ("stopping_rate", "beam.stopping_rate"),
        ("focus", "search.focus"),
    ],
)
def test_unknown_override_lists_near_keys(key, hint):
    with pytest.raises(UnknownName, match=f"{key}: unknown key; did you mean .*{hint}"):
        load_card("megii-fwd", {key: 1})


def test_an_unknown_key_says_where_the_keys_are_listed(tmp_path):
    card = load_card("ship")
    path = tmp_path / "own.yaml"
    path.write_text(
        card.path.read_text().replace("detector:", "detector:\n  zzz: {value: 1, tag: assumed, source: none}")
    )
    for ask, where in (
        (lambda: load_card("ship", {"beam.zzzz": 1}), "show ship`"),
        (lambda: card.value("beam.zzzz"), "show ship`"),
        (lambda: load_card(path), "show NAME`"),
    ):
        with pytest.raises((UnknownName, CardError), match=f"zzz: unknown key.*; `darkfactory {where} lists") as told:
            ask()
        assert len(str(told.value)) < 250


def test_unknown_card_lists_near_and_all():
    with pytest.raises(UnknownName, match=r"did you mean megii-fwd.*\?; shipped are argus, .*path that ends in \.yaml"):
        load_card("meg2-fwd")
    with pytest.raises(UnknownName, match="shipped are"):
        load_card("")


@pytest.mark.parametrize(
    ("key", "raw", "text"),
    [
        ("beam.polarization", 1.4, "beam.polarization = 1.4: allowed [0, 1]; degree"),
        ("beam.polarization", "abc", "beam.polarization = 'abc': not a number, allowed [0, 1]"),
        ("beam.polarization", True, "not a number"),
        ("beam.polarization", None, "not a number"),
        ("beam.polarization", [0.1], "not a number"),
        ("beam.polarization", "nan", "= nan: allowed [0, 1]"),
        ("beam.days", 0, "beam.days = 0: allowed (0, 1e+30] d"),
        ("beam.days", "inf", "= inf: allowed"),
        ("beam.days", "1e400", "= inf: allowed"),
        ("beam.sqrt_s_gev", 3, "allowed (3.55386, 1e+30] GeV"),
        ("detector.efficiency", 0, "allowed (0, 1]"),
        ("detector.efficiency", 1.01, "allowed (0, 1]"),
        ("detector.energy_frame", "lab", "'lab': allowed rest, cm, pseudo-rest"),
        ("beam.particle", ["muon"], "allowed muon, tau"),
        ("detector.cos_theta_bins", "[[0.1, 0.2], [0.15, 0.3]]", "do not overlap"),
        ("detector.cos_theta_bins", [[0.5, 1.2]], "= 1.2: allowed [-1, 1]"),
        ("detector.cos_theta_bins", [[0.5, 0.4]], "allowed low < high"),
        ("detector.cos_theta_bins", [0.5, 0.4], "allowed a list [[low, high], ...]"),
        ("detector.cos_theta_bins", [], "allowed a list [[low, high], ...]"),
        ("detector.cos_theta_bins", "[[", "allowed a list [[low, high], ...]"),
        ("detector.cos_theta_bins", 3, "allowed a list [[low, high], ...]"),
    ],
)
def test_refused_values_name_key_value_and_range(key, raw, text):
    problem = parse_value(key, raw)[1]
    assert problem.startswith(f"{key} = ")
    assert text in problem
    card = "belle" if KEYS[key].particles == ("tau",) else "megii-fwd"
    assert any(line == f"override: {problem}" for line in problems_of(card, {key: raw}))


def test_touching_bins_and_numpy_values_are_fine():
    np = pytest.importorskip("numpy")
    assert parse_value("detector.cos_theta_bins", np.array([[0.5, 0.61], [0.61, 0.72]])) == (
        ((0.5, 0.61), (0.61, 0.72)),
        None,
    )
    assert parse_value("beam.days", np.float32(3)) == (3.0, None)
    assert parse_value("detector.energy_frame", "Pseudo_Rest") == ("pseudo-rest", None)


def test_a_muon_card_with_a_tau_beam_says_what_does_not_fit():
    lines = problems_of("megii-fwd", {"beam.particle": "tau"})
    text = "\n".join(lines)
    for expected in (
        "beam.stopping_rate: allowed only with beam.particle = muon",
        "number of tau pairs",
        "beam.sqrt_s_gev: missing",
    ):
        assert expected in text
    assert "pseudo-rest: allowed rest" in problems_of("megii-fwd", {"detector.energy_frame": "pseudo-rest"})[0]


# broken files


def test_all_problems_of_a_card_are_in_one_error(write):
    content = muon_card()
    content["beam"]["polarization"]["value"] = 1.4
    content["beam"]["stopping_rate"]["unit"] = "kHz"
    content["beam"]["stoping_rate"] = leaf(3)
    content["beam"]["days"]["tag"] = "guess"
    content["detector"]["x_resolution"]["source"] = " "
    content["detector"]["efficiency"] = 0.4
    content["detector"]["field"] = leaf(1.0, "T", tag="paper")
    content["detector"]["cone_radius"] = leaf(3, "mm", provenance="quoted")
    del content["detector"]["cone_distance"]
    content["search"]["forward-positron"]["window"] = leaf(float("nan"))
    content["search"]["forward-positron"]["systematics"]["resolution"] = {"value": 1}
    content["search"]["other"] = 3
    content["titel"] = "x"
    del content["title"]
    path = write(content)
    lines = problems_of(path, {"detector.efficiency": 2, "beam.foo": 1})
    expected = [
        "beam.polarization = 1.4: allowed [0, 1]; degree of polarization",
        "beam.stopping_rate.unit = 'kHz': allowed 1/s",
        "beam.stoping_rate: unknown key; did you mean beam.stopping_rate",
        "beam.days.tag = 'guess': allowed paper, derived, assumed",
        "detector.x_resolution.source = ' ': allowed a non-empty text",
        "detector.efficiency = 0.4: not a quantity; write {value:",
        "detector.field.provenance: missing; a number of tag paper is one of quoted, recalled, digitised",
        "detector.cone_radius.provenance = 'quoted': allowed only with tag paper",
        "detector.cone_distance: missing; detector.cone_radius needs it for the angular acceptance",
        "search.forward-positron.window = nan: allowed a finite number",
        "search.forward-positron.systematics.resolution.tag: missing",
        "search.forward-positron.systematics.resolution.source: missing",
        "search.other = 3: allowed a mapping",
        "title: missing",
        "titel: unknown key, allowed name, title, references, beam, detector, target, trigger, notes, search; did you mean title",
    ]
    for text in expected:
        assert sum(line.startswith(f"{path}: {text}") for line in lines) == 1, text
    assert sum(line.startswith("override: detector.efficiency = 2: allowed (0, 1]") for line in lines) == 1
    assert sum(line.startswith("override: beam.foo: unknown key") for line in lines) == 1
    assert len(lines) == len(expected) + 2
    assert [f"{path}: " + line.partition(": ")[2] for line in check_card(path)] == [
        line for line in lines if not line.startswith("override")
    ]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda c: c.pop("beam"), "beam: missing"),
        (lambda c: c.update(detector=None), "detector = None: allowed a mapping"),
        (lambda c: c.update(references="Key"), "references = 'Key': allowed a list"),
        (lambda c: c["beam"].pop("particle"), "beam.particle: missing; allowed muon, tau"),
        (lambda c: c["beam"].pop("polarization"), "beam.polarization: missing; the card needs"),
        (lambda c: c["beam"].pop("days"), "beam.days: missing; beam.stopping_rate needs it"),
        (lambda c: c["beam"].update(exposure_muons=leaf(1e9)), "keep one of them"),
        (lambda c: c["detector"].pop("x_resolution"), "detector.x_resolution: missing"),
        (lambda c: c["beam"]["days"].pop("unit"), "beam.days.unit: missing: allowed d"),
        (lambda c: c["beam"]["days"].pop("value"), "beam.days.value: missing"),
        (lambda c: c["beam"]["days"].update(value=None), "beam.days = None: not a number"),
        (lambda c: c["beam"]["days"].update(valeu=1), "beam.days.valeu: unknown key"),
        (lambda c: c["beam"]["days"].update(tag="paper", provenance="quote"), "did you mean quoted"),
        (lambda c: c["beam"].update({"stopping-rate": leaf(1, "1/s")}), "beam.stopping_rate is given twice"),
        (lambda c: c["search"].update({"forward_positron": {}}), "search.forward-positron is given twice"),
        (lambda c: c.update(search=[1]), "search = [1]: allowed a mapping"),
        (lambda c: c["search"]["forward-positron"].update(focus=leaf([1])), "focus = [1]: allowed a finite number"),
        (lambda c: c["search"]["forward-positron"].update(focus={}), "focus.value: missing"),
    ],
)
def test_each_kind_of_bad_card(write, change, text):
    content = muon_card()
    change(content)
    path = write(content)
    with pytest.raises(CardError) as caught:
        load_experiment(path)  # as the verbs do: also what the card's searches need
    lines = str(caught.value).splitlines()
    assert any(text in line for line in lines), lines
    assert all(line.startswith(f"{path}: ") for line in lines)


def test_a_swapped_interval_is_refused(write):
    content = muon_card()
    content["detector"] = {
        "x_resolution": leaf(0.1),
        "cos_theta_low": leaf(0.5),
        "cos_theta_high": leaf(0.2),
    }
    assert "cos_theta_low = 0.5: allowed below" in problems_of(write(content))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: [1, 2\ntitle: x\n", "line 2: not YAML"),
        ("a: 1\n\tb: 2\n", "line 2: not YAML"),
        ("- 1\n- 2\n", "not a mapping"),
        ("", "not a mapping"),
        ("just words\n", "not a mapping"),
        ("a: !!python/object:os.system {}\n", "line 1: not YAML: could not determine a constructor"),
        ("a: 2020-99-99\n", "a: unknown key"),
        ("a: *nowhere\n", "line 1: not YAML"),
        ("? [1, 2]\n: 3\n", "line 1: not YAML"),
        ("a: &a {b: *a}\n", "not YAML: aliases"),
        ("search: {s: &a {b: *a}}\n", "not YAML: aliases"),
        ("a: \x00\n", "not YAML"),
    ],
)
def test_what_is_not_a_card_is_a_card_error(write, text, expected):
    path = write(text)
    lines = problems_of(path)
    assert any(line.startswith(f"{path}: {expected}") for line in lines), lines


def test_duplicated_keys_are_all_listed_with_their_lines(write):
    text = yaml.safe_dump(muon_card(), sort_keys=False)
    path = write(text + "name: again\nnotes: a\nnotes: b\n")
    last = text.count("\n") + 1
    assert problems_of(path) == [
        f"{path}: line {last}: name is given twice, first in line 1; keep one",
        f"{path}: line {last + 2}: notes is given twice, first in line {last + 1}; keep one",
    ]
    nested = text.replace("  days:\n", "  polarization: {value: 1}\n  days:\n")
    assert any("beam.polarization is given twice" in line for line in problems_of(write(nested)))


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "latin.yaml").write_bytes(b"name: \xff\xfe\n")
    assert "UTF-8" in problems_of(tmp_path / "latin.yaml")[0]
    assert "No such file" in problems_of(tmp_path / "none.yaml")[0]
    assert "cannot be read" in problems_of(tmp_path)[0]


def test_loading_is_light():
    code = (
        "import sys, darkfactory.experiments as e; e.list_cards();"
        "print(sorted({'yaml', 'pydantic', 'jax', 'scipy'} & set(sys.modules)));"
        "e.load_card('twist'); print(sorted({'jax', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "[]"]
