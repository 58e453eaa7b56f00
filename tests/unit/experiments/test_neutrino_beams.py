"""Beams of neutrinos: shipped tables, analytic shapes, files of a user, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from darkfactory.errors import CardError, InvalidInput, UnknownName
from darkfactory.experiments import list_cards, load_card
from darkfactory.experiments.beams.neutrinos import Neutrinos
from darkfactory.experiments.detectors.neutrino_target import NeutrinoTarget
from darkfactory.experiments.flux_tables import FOLDER, SPECIES, FluxTable, shipped_flux

CARDS = [name for name in list_cards() if isinstance(load_card(name).beam, Neutrinos)]


def flux(name: str, species: str = "numu", kind: str | None = None, **settings: object):
    return load_card(name, {key.replace("__", "."): value for key, value in settings.items()}).beam.flux(species, kind)


def mean(made) -> float:
    return float(made.weights @ made.energies_gev / made.weights.sum())


def user(path, text: str, species: str = "numu"):
    (path / "flux.txt").write_text(text)
    return flux("nutev", species, beam__flux="file", beam__flux_file=str(path / "flux.txt"))


# tables


@pytest.mark.parametrize(
    ("card", "numbers"),
    {  # section 5 of the chapter: CC interactions and mean energies, in the order of SPECIES
        "fasernu": [(1231, 1454), (4452, 917), (27.6, 1263), (480, 1056), (1330, 742), (13.0, 1253)],
        "fasernu2": [(4.781e4, 821), (3.147e5, 830), (1116, 807), (2.674e4, 652), (8.538e4, 638), (607, 888)],
        "flare": [(2.553e4, 697), (1.667e5, 714), (988, 767), (1.307e4, 597), (4.880e4, 552), (526, 847)],
        "sndlhc": [(166, 725), (734, 521), (7.7, 817), (79.5, 718), (257, 447), (3.6, 744)],
    }.items(),
)
def test_tables_that_count_interactions_are_sums(card, numbers):
    for species, (number, energy) in zip(SPECIES, numbers, strict=True):
        made = flux(card, species)
        assert made.interactions
        assert set(made.energies_gev) <= set(shipped_flux(load_card(card).value("beam.flux_table")).energies_gev)
        assert made.weights.sum() == pytest.approx(number, rel=6e-3, abs=0.05)
        assert mean(made) == pytest.approx(energy, rel=1e-3)
        assert load_card(card).beam.interactions(species, load_card(card).value("detector.mass_t")) == pytest.approx(
            made.weights.sum(), rel=1e-12
        )


@pytest.mark.parametrize(
    ("name", "species", "integral", "energy"),
    [  # of the headers
        ("nutev_fhc", "numu", 1.041e-8, 78.7),
        ("nutev_fhc", "numubar", 4.168e-11, 31.5),
        ("dune_nd_fhc", "numu", 1.044e-7, 2.7),
        ("dune_nd_rhc", "numubar", 9.391e-8, 2.5),
    ],
)
def test_tables_of_fluxes_integrate_to_what_their_headers_say(name, species, integral, energy):
    E, weights = shipped_flux(name).points(species)
    assert weights.sum() == pytest.approx(integral, rel=1e-3, abs=0)
    assert weights @ E / weights.sum() == pytest.approx(energy, abs=0.051)


def test_every_table_has_its_attribution_and_licence():
    notice = (FOLDER / "NOTICE.md").read_text()
    used = {load_card(card).value(f"beam.{key}", None) for card in CARDS for key in ("flux_table", "flux_table_bar")}
    assert {path.stem for path in FOLDER.glob("*.csv")} == used - {None}
    for path in FOLDER.glob("*.csv"):
        assert f"`{path.stem}`" in notice
        text = shipped_flux(path.stem).attribution
        assert "Copyright (c)" in text
        assert "MIT License" in text
        licences = [licence for licence in (FOLDER / "LICENSES").iterdir() if licence.stem.split("_")[0] in notice]
        assert any(licence.stem.split("_")[0].split("-")[0] in text for licence in licences)
        assert text in flux(
            next(c for c in CARDS if path.stem in load_card(c).values().values()), kind="table"
        ).note or (path.stem == "dune_nd_rhc")


def with_table(path, card: str, table: str):
    """Flux of a card that names another table itself."""
    text, own = load_card(card).path.read_text(), load_card(card).value("beam.flux_table")
    (path / f"{card}.yaml").write_text(text.replace(f"flux_table: {{value: {own}", f"flux_table: {{value: {table}"))
    return load_card(path / f"{card}.yaml").beam.flux("numu")


def test_a_table_of_a_card_that_is_missing_is_the_shape_or_an_error(tmp_path):
    assert "no table of numubar is shipped" in flux("nutev", "numubar").note
    missing = with_table(tmp_path, "nutev", "nothing")
    np.testing.assert_array_equal(missing.weights, flux("nutev", kind="analytic").weights)
    assert missing.note.startswith("beam.flux_table = nothing")
    with pytest.raises(
        CardError, match=r"flux_table = nothing: no table of numu is shipped, and the card has no analytic"
    ):
        with_table(tmp_path, "fasernu", "nothing")
    with pytest.raises(CardError, match="no table"):
        with_table(tmp_path, "fasernu", "../../beams/base")
    with pytest.raises(InvalidInput, match="the card has none of nue"):
        flux("nutev", "nue", "analytic")
    with pytest.raises(InvalidInput, match="no flux of nutau"):
        flux("nutev", "nutau")


@pytest.mark.parametrize("card", ["dune", "fasernu"])
def test_a_table_that_a_user_sets_is_one_of_those_that_are_shipped(card):
    assert flux(card, beam__flux_table="nutev_fhc").note == flux("nutev", kind="table").note
    for name in ("dune_fhc", "../../beams/base"):
        with pytest.raises(UnknownName, match=f"beam.flux_table = '{name}': allowed dune_nd_fhc, .* beam.flux=file"):
            flux(card, beam__flux_table=name)


# shapes


def test_shapes():
    E = flux("dune", kind="analytic").energies_gev
    assert 0.5 < E.min() < E.max() < 60
    for card, species, low, high, shape in (
        (
            "nutev",
            "numu",
            15,
            450,
            lambda E: np.exp(-((E - 75) ** 2) / 1152) + 0.062 * np.exp(-((E - 185) ** 2) / 8450),
        ),
        (
            "nutev",
            "numubar",
            15,
            450,
            lambda E: np.exp(-((E - 75) ** 2) / 1152) + 0.045 * np.exp(-((E - 185) ** 2) / 8450),
        ),
        ("dune", "numu", 0.5, 60, lambda E: np.exp(-((E - 2.5) ** 2) / 2) + 0.025 * (E > 1) * np.exp(-(E - 2.5) / 6)),
        ("ship", "numubar", 1, 399, lambda E: (1 - E / 400) ** (800 / 36 - 3)),
    ):
        made = flux(card, species, "analytic")
        node = np.linspace(low, high, 200_001)
        assert made.weights.sum() == pytest.approx(np.trapezoid(shape(node), node), rel=2e-3)
        assert mean(made) == pytest.approx(
            np.trapezoid(node * shape(node), node) / np.trapezoid(shape(node), node), rel=2e-3
        )


@pytest.mark.parametrize("a", [-0.5, 0.0, 1.0])
def test_the_power_law_has_the_mean_of_the_card(a):
    """With a cross section that goes with the energy."""
    for species, wanted in zip(SPECIES, (59, 42, 52, 46, 36, 70), strict=True):
        made = flux("ship", species, beam__low_energy_power=a, beam__energy_range_gev=[1e-3, 400])
        weights = made.weights * made.energies_gev
        assert weights @ made.energies_gev / weights.sum() == pytest.approx(wanted, rel=2e-4)


def test_narrow_beams():
    one = flux("ship", beam__flux="monochromatic", beam__energy_gev=120)
    assert (one.energies_gev, one.weights) == (120, 1)
    made = flux("ship", beam__flux="gaussian", beam__energy_gev=120, beam__energy_spread=0.05)
    assert mean(made) == pytest.approx(120, rel=1e-9)
    assert np.sqrt(made.weights @ (made.energies_gev - 120) ** 2 / made.weights.sum()) == pytest.approx(6, rel=1e-4)
    wide = flux("ship", beam__flux="gaussian", beam__energy_gev=1, beam__energy_spread=1)
    assert wide.energies_gev.min() > 0


def test_interactions_go_with_exposure_and_mass():
    beam = load_card("ship", {"beam.pot": 6e20}).beam
    assert beam.interactions("numu", 2.0) == pytest.approx(2.7e6 * 3 / 4, rel=1e-12)
    assert load_card("flare", {"beam.luminosity_per_fb": 300}).beam.interactions("numubar", 10.0) == pytest.approx(
        4880, rel=1e-3
    )


def test_modes():
    assert load_card("ship").beam.species("tau") == ("nutau", "nutaubar")
    assert load_card("ship", {"beam.mode": "antineutrino"}).beam.species("mu") == ("numubar",)
    assert [made.antineutrino for made in map(load_card("ship").beam.flux, ("nue", "nuebar"))] == [False, True]


# files


def test_files_are_read(tmp_path):
    """Linear between the points and zero outside, commas or blanks, for any kind of neutrino or one column each."""
    made = user(tmp_path, "# E flux\n10 0\n20, 1  # peak\n\n40 0\n")
    assert made.weights.sum() == pytest.approx(15, rel=1e-3)
    assert mean(made) == pytest.approx((10 + 20 + 40) / 3, rel=1e-3)
    seven = "1 1 2 3 4 5 6\n2 1 2 3 4 5 6\n"
    for column, species in enumerate(SPECIES, 1):
        assert user(tmp_path, seven, species).weights.sum() == pytest.approx(column, rel=1e-12)
    # with the names of the columns above them
    np.testing.assert_array_equal(user(tmp_path, "E_GeV,flux\n10,0\n20,1\n\n40,0\n").weights, made.weights)
    named = f"# made by hand\nE_GeV {' '.join(reversed(SPECIES))}\n{seven}"
    for column, species in enumerate(reversed(SPECIES), 1):
        assert user(tmp_path, named, species).weights.sum() == pytest.approx(column, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10 1\n20 -1\n", r"flux = -1 at E_GeV = 20: allowed finite numbers >= 0"),
        ("20 1\n10 1\n", r"E_GeV = 10: allowed energies > 0 that rise"),
        ("10 1\n10 1\n", r"E_GeV = 10: allowed energies > 0 that rise"),
        ("0 1\n10 1\n", r"E_GeV = 0: allowed energies > 0"),
        ("-1 1\n10 1\n", r"E_GeV = -1: allowed energies > 0"),
        ("10 nan\n20 1\n", r"flux = nan at E_GeV = 10"),
        ("10 1\n20 inf\n", r"flux = inf at E_GeV = 20"),
        ("nan 1\n20 1\n", r"E_GeV = nan: allowed energies > 0"),
        ("10 1\n", r"1 line: a flux needs at least two"),
        ("10 0\n20 0\n", r"no flux of numu"),
        ("10 1\n20 1 2\n", r"line 2: '20 1 2': allowed two numbers"),
        ("E flux\n20 1\n", r"1 line: a flux needs at least two"),
        ("20 1\nE flux\n30 1\n", r"line 2: 'E flux': allowed two numbers"),
        ("E_GeV a b c d e f\n1 1 2 3 4 5 6\n", r"columns 'E_GeV a b c d e f': allowed E_GeV, nue, .* begin it with #"),
        ("E flux error\n20 1\n30 1\n", r"columns 'E flux error': allowed E_GeV, flux"),
        ("", r"no numbers; a flux has two or seven columns"),
    ],
)
def test_files_that_are_no_flux_are_refused(tmp_path, text, message):
    with pytest.raises((CardError, InvalidInput), match=message):
        user(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CardError, match=r"beam\.flux_file = '.*nowhere.txt': cannot be read"):
        flux("nutev", beam__flux="file", beam__flux_file=str(tmp_path / "nowhere.txt"))
    with pytest.raises(CardError, match=r"beam\.flux_file: missing"):
        flux("nutev", beam__flux="file")


def test_a_table_checks_itself():
    with pytest.raises(InvalidInput, match="mine: E_GeV = nan"):
        FluxTable("mine", np.zeros(0), {})


# cards


@pytest.mark.parametrize(
    ("card", "settings", "message"),
    [
        ("nutev", {"beam.lobes": [1, 75]}, r"beam\.lobes = .*: allowed height, mean, width > 0 of each lobe"),
        ("nutev", {"beam.lobes_bar": [1, 75, 0]}, r"beam\.lobes_bar = .*: allowed height, mean, width > 0"),
        (
            "nutev",
            {"beam.energy_range_gev": [30, 20]},
            r"beam\.energy_range_gev = \(30, 20\) GeV: allowed 0 < lowest < highest",
        ),
        ("ship", {"beam.energy_range_gev": [1, 500]}, r"<= 400 GeV, its end"),
        (
            "ship",
            {"beam.mean_energy_gev": [1, 1, 1, 1, 1, 500]},
            r"beam\.mean_energy_gev = .*: allowed within \(0, 400\) GeV",
        ),
        ("ship", {"beam.cc_interactions": [1, 2]}, r"beam\.cc_interactions = .*: allowed 6 numbers"),
        ("dune", {"beam.tail": [1, 2, 0, 1]}, r"beam\.tail = .*: allowed a decay energy > 0"),
        ("ship", {"beam.energy_gev": 0}, r"beam\.energy_gev = 0: allowed \(0,"),
        ("nutev", {"detector.e_h_low_gev": 200}, r"detector\.e_h_low_gev = 200 GeV: allowed \[0, 180\) GeV"),
    ],
)
def test_cards_that_contradict_are_refused(card, settings, message):
    with pytest.raises(CardError, match=message):
        load_card(card, settings)
    if "detector.e_h_low_gev" in settings:
        with pytest.raises(InvalidInput, match=message):
            NeutrinoTarget(mass_t=1.0, e_h_low_gev=200.0, e_h_high_gev=180.0)
