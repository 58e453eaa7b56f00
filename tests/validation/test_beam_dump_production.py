"""Chapter 05, section 3.6c: secondaries of the shower and annihilation of its positrons in electron beam dumps."""

from __future__ import annotations

import math
from functools import cache, partial

import numpy as np
import pytest

import darkfactory as df
from darkfactory.amplitudes.dark_bremsstrahlung import scalar_bracket, vector_bracket
from darkfactory.amplitudes.resonant_annihilation import resonance_energy_gev, resonance_integral
from darkfactory.bounds import load_coupling_bounds
from darkfactory.errors import InvalidInput
from darkfactory.kinematics.pair_on_disc import scalar_shape, vector_shape
from darkfactory.kinematics.shower import positron_track, shower_over_primary
from darkfactory.models.mediator import scalar_width, vector_width
from darkfactory.recorded.electron_dump import ElectronDump, Grid, electron_dump_kernel
from oracles import beam_dump as oracle

E137 = ElectronDump(13, 26.9815, 24.01, 20, 1.87e20, 179, 204, 200, 1.0, 1.5, 383)
PLAIN = {
    "target": (13, 26.9815, 24.01),
    "beam": 20,
    "electrons": 1.87e20,
    "shield": 179,
    "decay": 204,
    "cut": 1.0,
    "radius": 1.5,
    "face": 383,
}
ONE_GEV = {"detector.threshold_gev": 1, "search.acceptance": "energy"}


@cache
def floor_and_edge(card, mass, production="iww", model="dark-photon", extra=()):
    settings = {"search.production": production, **dict(extra)}
    found = df.reach("beam-dump", card, model=model, mass=mass, settings=settings)
    return next(iter(found.point(0)["excluded"].values()))[0]


# the shower


@pytest.mark.parametrize("log_ratio", [0.1, 0.5, 1.2, 3.0, 4.6])
def test_tracks_solve_the_equations_of_the_shower(log_ratio):
    at, primary, positrons = oracle.shower(log_ratio, 400)
    assert positron_track(at) == pytest.approx(positrons, rel=4e-4)
    assert shower_over_primary(at) == pytest.approx(1 + 2 * positrons / primary, rel=4e-4)


def test_tracks_of_the_table():
    """Energies over that of the beam; tracks with the digits that are printed. The printed ones are on a coarse grid."""
    loss = -np.log([0.9, 0.7, 0.5, 0.3, 0.1, 0.05, 0.02])
    positrons = [0.007, 0.050, 0.152, 0.422, 1.87, 4.08, 10.7]
    everything = np.array([1.25, 0.917, 1.005, 1.49, 4.37, 8.78, 22.0])
    primary = np.array([1.23, 0.816, 0.701, 0.648, 0.624, 0.621, 0.621])
    assert positron_track(loss) == pytest.approx(positrons, rel=1e-2, abs=7e-4)
    assert shower_over_primary(loss) == pytest.approx(everything / primary, rel=1e-2)


def test_limits_of_the_shower():
    """0.437 E0/E far below the beam, half of it positrons; alone at its energy."""
    assert 2 * positron_track(10.0) * math.exp(-10) == pytest.approx(0.437, rel=2e-3)
    assert shower_over_primary(0.0) == pytest.approx(1.0, abs=1e-8)
    assert positron_track(1e-4) < 1e-4


# annihilation


@pytest.mark.parametrize("mass", [0.0015, 0.02, 0.08])
def test_resonance_is_the_trace(mass):
    for spin, vertex, width in (
        (1, oracle.vector_vertex(0.3, 0.0), vector_width(mass, 0.3, 0.0, oracle.M_E)),
        (1, oracle.vector_vertex(0.0, 0.3), vector_width(mass, 0.0, 0.3, oracle.M_E)),
        (0, oracle.scalar_vertex(0.3, 0.0), scalar_width(mass, 0.3, 0.0, oracle.M_E)),
        (0, oracle.scalar_vertex(0.0, 0.3), scalar_width(mass, 0.0, 0.3, oracle.M_E)),
    ):
        assert resonance_integral(spin, mass, width) == pytest.approx(oracle.resonance(mass, vertex, spin), rel=1e-6)


def test_resonance_in_closed_form():
    assert resonance_energy_gev(0.033) == pytest.approx(1.07, rel=5e-3)
    vector = 2 * math.pi**2 * oracle.ALPHA / oracle.M_E
    assert resonance_integral(1, 0.08, oracle.width("A", 0.08)) == pytest.approx(vector, rel=1e-3)
    assert resonance_integral(0, 0.08, oracle.width("P", 0.08)) == pytest.approx(math.pi / 4 / oracle.M_E, rel=1e-3)


def events(kind, mass, coupling, acceptance, scattering, annihilation=True):
    """Events of E137 with a threshold of 1 GeV, and with annihilation or without."""
    width = oracle.width(kind, mass)
    if kind == "A":
        spin, shape = 1, vector_shape(math.sqrt(1 - 4 * (oracle.M_E / mass) ** 2))
        bracket = partial(_bracket, vector_bracket, mass, (oracle.E_CHARGE, 0.0))
    else:
        spin, shape = 0, scalar_shape()
        bracket = partial(_bracket, scalar_bracket, mass, (0.0, 1.0))
    resonances = [resonance_integral(spin, mass, width)] if annihilation else None
    # of one energy, and along the beam: steps in z and in c
    grid = Grid(position=65, cosine=24 if scattering else 80)
    kernel = electron_dump_kernel(
        E137, mass, [bracket], acceptance, grid, resonances=resonances, scattering_gev=scattering
    )
    ctau = 1.973269804e-16 / width / coupling**2
    return math.exp(kernel.yield_of([1.0], shape).log_events(coupling**2, ctau))


def _bracket(bracket, mass, couplings, x, rest):
    return bracket(x, mass, *couplings, rest)


@pytest.mark.parametrize(
    ("kind", "mass", "coupling", "acceptance", "scattering"),
    [
        ("A", 0.08, 3e-8, "energy", 0.0205),
        ("A", 0.1, 3e-8, "both", 0.0205),
        ("A", 0.1, 3e-8, "both", 0.0),
        ("P", 0.1, 1e-8, "both", 0.0205),
        ("P", 0.06, 1e-8, "one", 0.0205),
    ],
)
def test_annihilation_is_that_of_four_vectors(kind, mass, coupling, acceptance, scattering):
    both, without = (events(kind, mass, coupling, acceptance, scattering, more) for more in (True, False))
    slow, error = oracle.annihilation_events(PLAIN, kind, mass, coupling, acceptance, scattering)
    assert error < 5e-3 * slow
    assert both - without == pytest.approx(slow, rel=1e-2)


# section 3.6c and the rows of section 9


@pytest.mark.parametrize(
    ("card", "mass", "ratio"),
    [
        ("e137", 2, 0.76),
        ("e137", 10, 0.76),
        ("e137", 50, 0.82),
        ("e137", 200, 0.86),
        ("e141", 5, 0.98),
        ("orsay", 10, 0.97),
        ("kek", 10, 0.74),
        ("e774", 2, 0.41),
        ("e774", 9, 0.20),
    ],
)
def test_floors_with_secondaries(card, mass, ratio):
    plain, more = (floor_and_edge(card, mass, name) for name in ("iww", "iww+secondaries"))
    assert more[0] / plain[0] == pytest.approx(ratio, rel=1e-2, abs=6e-3 if ratio > 0.25 else 1.1e-2)
    assert more[1] / plain[1] - 1 < (2e-3 if card != "e774" else 7e-2)


@pytest.mark.parametrize(("mass", "ratio"), [(2, 3.0), (10, 3.0), (50, 2.2), (200, 1.9)])
def test_events_with_secondaries(mass, ratio):
    """Long-lived X, at a millionth of the events of the floor; nearer to the upper edge there are fewer more."""
    tiny = (("search.events", 3e-6),)
    plain, more = (floor_and_edge("e137", mass, name, extra=tiny)[0] for name in ("iww", "iww+secondaries"))
    assert (plain / more) ** 4 == pytest.approx(ratio, rel=2e-2)


# of 1802.03794; the published line has a step at 33.9675 MeV, right of which it is drawn between the two vertices given here
PUBLISHED = [(34.5, 1.42), (40, 1.26), (49.3, 1.17), (60, 1.10), (80, 1.02), (100, 0.99), (108, 0.98), (115, 0.97)]


@pytest.mark.parametrize(("mass", "ratio"), PUBLISHED)
def test_annihilation_against_the_published_line(mass, ratio):
    published = load_coupling_bounds()["e137"].value(mass)
    if mass == 34.5:
        published = np.interp(mass, [33.9675, 34.6756], [1.43e-8, 1.33e-8])
    floor = floor_and_edge("e137", mass, "iww+annihilation", extra=tuple(ONE_GEV.items()))[0]
    assert floor / published == pytest.approx(ratio, abs=8e-3)


def test_annihilation_along_the_beam():
    """1.95e-8 at 80 MeV, where 2.04e-8 is published: there are 3 events."""
    assert events("A", 0.08, 1.95e-8, "energy", 0.0) == pytest.approx(3.0, rel=1e-2)
    assert load_coupling_bounds()["e137"].value(80) == pytest.approx(2.04e-8, rel=2e-3)


def test_all_is_more_than_either():
    extra = tuple(ONE_GEV.items())
    floors = {
        name: floor_and_edge("e137", 60, name, extra=extra)[0]
        for name in ("iww", "iww+secondaries", "iww+annihilation", "all")
    }
    assert floors["all"] < floors["iww+annihilation"] < floors["iww+secondaries"] < floors["iww"]


def test_scalars_annihilate_like_pseudoscalars():
    scalar, pseudo = (floor_and_edge("e137", 80, "iww+annihilation", model) for model in ("scalar", "pseudoscalar"))
    assert scalar == pytest.approx(pseudo, rel=1e-3)
    assert scalar[0] < 0.7 * floor_and_edge("e137", 80, model="scalar")[0]


def test_notes_say_what_is_in():
    for name, words in (
        ("iww", "no annihilation"),
        ("iww+annihilation", "no bremsstrahlung of secondaries"),
        ("iww+secondaries", "secondary e+- along the beam"),
        ("all", "e+ e- -> X"),
    ):
        found = df.reach("beam-dump", "e137", mass=60, settings={"search.production": name})
        assert found.result.settings["production"] == name
        assert any(words in note for note in found.notes)


@pytest.mark.parametrize(
    ("card", "mass", "settings", "message"),
    [
        ("nucal", 10, {"search.production": "all"}, "search.production = all: allowed iww at nucal"),
        ("e137", 10, {"search.production": "iww+annihilation"}, r"changes nothing at e137 .* of 45.2 to 143 MeV"),
        ("e137", 60, {"search.production": "wrong"}, r"search.production = 'wrong': allowed iww, iww\+secondaries"),
        (
            "e137",
            60,
            {"search.production": "all", "target.thickness": 10},
            r"target.thickness = 10: allowed \[20, inf\)",
        ),
    ],
)
def test_what_changes_nothing_or_means_nothing_is_refused(card, mass, settings, message):
    with pytest.raises(InvalidInput, match=message):
        df.reach("beam-dump", card, mass=mass, settings=settings)
