"""Annihilation into two mediators and through the resonance, against brute force; settings that apply."""

import math

import numpy as np
import pytest

from darkfactory.cosmology import freeze_out, thermodynamics
from darkfactory.cosmology.annihilation import ThermalAverage, dark_photon, thermal_average
from darkfactory.cosmology.asymmetric import asymmetric_target
from darkfactory.cosmology.mediator_pairs import KINDS, pair_cross_section
from darkfactory.errors import InvalidInput
from darkfactory.targets import target
from oracles import cosmology as slow

NEAR = "ignore:r = .*within 5% of the resonance"


@pytest.mark.parametrize("kind", KINDS)
def test_cross_sections_against_amplitudes_with_explicit_polarisations(kind):
    for r, s in ((1.05, 4.42), (1.3, 9.0), (1.8, 14.0), (1.2, 30.0)):
        assert pair_cross_section(kind, s, r) == pytest.approx(slow.mediator_pairs(kind, s, r), rel=1e-9)


def test_light_mediators_are_photons():
    # sigma v = pi alpha^2 / m^2 (Dirac), 2 pi alpha^2 / m^2 (complex scalar) at rest; nothing for the spin-0 pairs
    v = 2 * math.sqrt(1 - 4 / 4.000001) * (4 * math.pi) ** 2 / math.pi
    found = {kind: pair_cross_section(kind, 4.000001, 1e-3) * v for kind in KINDS}
    assert found["pseudo-dirac"] == pytest.approx(1, rel=1e-4)
    assert found["scalar"] == pytest.approx(2, rel=1e-4)
    assert max(found["scalar mediator"], found["pseudoscalar mediator"]) < 1e-5


def _omega(r, epsilon, m=20.0):
    history = freeze_out.History(np.array([m]), 4, 0.5, "fit")
    portal = dark_photon("pseudo-dirac", 0.5)
    average = ThermalAverage(portal, history.mass, r, freeze_out.grid())
    pairs = freeze_out.pairs_on_steps(portal, r, history)
    visible = freeze_out.on_steps(average, np.array([epsilon]), history)
    return float(thermodynamics.omega_h2(history.mass, history.final(visible + (0 if pairs is None else pairs))[0])[0])


@pytest.mark.parametrize(
    ("r", "epsilon", "omega", "at_rest"),
    [
        (1.05, 1.22889e-5, 3.951e-10, 5.00e-10),
        (1.3, 9.92880e-6, 3.491e-5, 3.306e-5),
        (1.5, 7.67221e-6, 5.903e-3, 5.572e-3),
        (1.6, 6.41795e-6, 3.160e-2, 3.019e-2),
        (1.7, 5.07589e-6, 8.047e-2, 7.869e-2),
        (1.8, 3.63825e-6, 0.11060, 0.10988),
        (2.5, 8.66493e-6, 0.12000, 0.12000),
    ],
)
def test_dark_photon_pairs_deplete_the_relic(r, epsilon, omega, at_rest):
    """At the epsilon that would do without; ``at_rest`` takes the reverse process at rest for all energies."""
    assert _omega(r, epsilon) == pytest.approx(omega, rel=1e-3)
    if r in (1.05, 1.5, 1.8):
        independent = [
            slow.relic_with_pairs("pseudo-dirac", 20.0, r, 0.5, epsilon, thermodynamics.bath, threshold_only=rest)
            for rest in (False, True)
        ]
        assert independent == pytest.approx([omega, at_rest], rel=2e-3)


@pytest.mark.filterwarnings(NEAR)
@pytest.mark.parametrize(
    ("kind", "r", "alpha_D"),
    [
        ("scalar", 1.6, 0.05),
        ("scalar", 2.0, 0.5),
        ("pseudo-dirac", 1.75, 0.5),
        ("pseudo-dirac", 2.0, 0.5),
        ("pseudo-dirac", 2.001, 0.5),
        ("majorana", 2.1, 0.5),
        ("pseudo-dirac", 3.0, 1e-3),
    ],
)
def test_targets_against_an_independent_solution(kind, r, alpha_D):
    found = freeze_out.thermal_target(kind, 20.0, r=r, alpha_D=alpha_D)
    epsilon = float(found.coupling[0])
    omega = slow.relic_with_pairs(kind, 20.0, r, alpha_D, epsilon, thermodynamics.bath)
    assert omega == pytest.approx(0.12, rel=3e-3)


@pytest.mark.parametrize("kind", ["scalar", "majorana", "pseudo-dirac"])
def test_averages_through_the_resonance(kind):
    portal = dark_photon(kind, 0.5)
    for r in (1.05, 1.9, 1.9999, 1.9999999, 2.0, 2 + 1e-9, 2.0001, 2.05, 2.2, 3.0):
        found = thermal_average(portal, 20.0, r, 17.0, 1e-7)
        assert found == pytest.approx(slow.electron_average(kind, 20.0, r, 0.5, 1e-7, 17.0), rel=1e-6), r
        average = ThermalAverage(portal, np.array([20.0]), r, np.array([17.0]))
        running = slow.electron_average(kind, 20.0, r, 0.5, 1e-7, 17.0, running=True)
        assert average.running(np.array([1e-7]))[0, 0] == pytest.approx(running, rel=1e-5), r


def test_pole_at_the_threshold_has_the_true_width():
    assert thermal_average(dark_photon("pseudo-dirac", 0.5), 20.0, 2.0, 17.0, 1e-7) == pytest.approx(8.330e-9, rel=1e-4)


@pytest.mark.filterwarnings(NEAR)
def test_status_of_targets():
    def status(**keys):
        return target("freeze-out", 20.0, **keys).points[0]["status"]

    assert [status(dm=dm, r=1.5) for dm in ("scalar", "majorana", "pseudo-dirac", "asymmetric")] == [
        "no target",
        "incomplete",
        "no target",
        "no target",
    ]
    assert [status(dm="pseudo-dirac", r=r) for r in (1.8, 2.0, 2.05, 3.0)] == ["ok", "resonance", "ok", "ok"]
    spin_zero = {"leptophilic": True, "mediator": "scalar"}
    assert [status(r=r, **spin_zero) for r in (1.3, 3.0)] == ["no target", "ok"]
    assert status(r=1.5, mediator="pseudoscalar", leptophilic=True) == "ok"
    result = target("freeze-out", [20.0, 2000.0], dm="pseudo-dirac", r=1.5)
    assert [row["epsilon"] is None for row in result.points] == [True, False]
    assert any(note.startswith("no target") for note in result.notes)


@pytest.mark.filterwarnings(NEAR)
def test_opening_the_pairs_lowers_the_target_until_none_is_left():
    masses = np.array([300.0, 2000.0])
    weak, strong = (freeze_out.thermal_target("scalar", masses, r=1.5, alpha_D=a) for a in (1e-3, 0.5))
    # y does not depend on alpha_D where pairs do not matter
    assert np.all(strong.y < 0.999 * weak.y)


def test_settings_of_freeze_out_apply_or_are_not_recorded():
    leptons = target("freeze-out", 400.0, dm="scalar", leptophilic=True)
    assert leptons.points[0]["y"] == pytest.approx(1.7214e-8, rel=1e-4)
    assert leptons.points[0]["y"] > 3 * target("freeze-out", 400.0, dm="scalar").points[0]["y"]
    assert {"g_chi", "f_eff"}.isdisjoint(leptons.settings)
    assert leptons.settings["leptophilic"] is True
    default = target("freeze-out", 200.0, mediator="scalar", leptophilic=True)
    assert default.settings["dm"] == "pseudo-dirac"
    assert {"alpha_D", "f_eff"}.isdisjoint(default.settings)
    edges = [asymmetric_target(400.0, leptophilic=choice).y[0] for choice in (True, False)]
    assert edges[0] > 2 * edges[1]


@pytest.mark.parametrize(
    ("key", "other"),
    [("r", 4.0), ("alpha_D", 0.1), ("omega_h2", 0.1), ("table", "lattice"), ("leptophilic", True), ("f_eff", 0.2)],
)
def test_every_setting_changes_something(key, other):
    dm = "asymmetric" if key == "f_eff" else "scalar"
    plain, changed = (target("freeze-out", 400.0, dm=dm, **given).points[0] for given in ({}, {key: other}))
    assert plain["epsilon"] != pytest.approx(changed["epsilon"], rel=1e-4)


def test_weak_limits_of_the_cmb_leave_the_symmetric_target():
    # nothing overflows for an efficiency next to 0
    found = asymmetric_target(20.0, efficiency=1e-320)
    assert found.coupling == pytest.approx(freeze_out.thermal_target("pseudo-dirac", 20.0).coupling, rel=1e-12)


@pytest.mark.filterwarnings("ignore:epsilon = .*not perturbative")
@pytest.mark.filterwarnings(NEAR)
@pytest.mark.parametrize("omega", [1e-6, 100.0])
@pytest.mark.parametrize(("r", "alpha_D"), [(1 + 1e-9, 1e-12), (1.5, 12.0), (2.0, 1e-12), (1000.0, 12.0)])
def test_the_ends_of_the_ranges_give_numbers_or_say_that_there_are_none(r, alpha_D, omega):
    try:
        rows = target("freeze-out", [1.0, 1e4], dm="pseudo-dirac", r=r, alpha_D=alpha_D, omega_h2=omega).points
    except InvalidInput:
        return
    assert all(row["epsilon"] is None or row["epsilon"] > 0 for row in rows)
