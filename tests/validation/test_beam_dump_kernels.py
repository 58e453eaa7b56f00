"""Chapter 05, sections 3.6 to 3.9: kernels of beam dumps against slow forms, and the rows of section 9 for dumps."""

import math
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
from scipy.optimize import brentq

from darkfactory.amplitudes import dark_bremsstrahlung as bremsstrahlung
from darkfactory.amplitudes.magnetic_moment import pseudoscalar_moment, vector_moment
from darkfactory.amplitudes.pion_production import pions_per_interaction
from darkfactory.constants import ALPHA, M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.kinematics.pair_on_disc import DecayShape, hit_moments, scalar_shape, vector_shape
from darkfactory.kinematics.shielded_flight import log_decays_seen
from darkfactory.kinematics.thick_target import track_length
from darkfactory.recorded.electron_dump import ElectronDump, Grid, electron_dump_kernel
from darkfactory.recorded.proton_dump import ProtonDump, proton_dump_yield
from oracles import beam_dump as oracle

ELECTRON = M_E / 1e3
CHARGE = math.sqrt(4 * math.pi * ALPHA)
ALUMINIUM, TUNGSTEN = (13, 26.9815, 24.01), (74, 183.84, 6.76)
DUMPS = {
    "e137": ElectronDump(*ALUMINIUM, 20, 1.87e20, 179, 204, 200, 2, 1.5, 383),
    "e141": ElectronDump(*TUNGSTEN, 9, 2e15, 0.12, 35, 34, 4.5, 0.075, 35.12),
    "e774": ElectronDump(*TUNGSTEN, 275, 5.2e9, 0.30, 2, 86, 2.75, 0.1, 7.3),
    "orsay": ElectronDump(*TUNGSTEN, 1.6, 2e16, 1.0, 2, 285, 0.75, 0.15, 4),
    "kek": ElectronDump(*TUNGSTEN, 2.5, 1.69e17, 2.4, 2.2, 100, 0.1, 0.047, 4.6),
    "na64": ElectronDump(*TUNGSTEN, 150, 3e10, 0.22, 4.5, 100, 30, math.inf, 4.72),
}
NUCAL = ProtonDump(70, 1.71e18, 64, 23, 3, 1.3)
CHARM = ProtonDump(400, 2.4e18, 480, 35, 3, 1.5, 5.0, square=True)
LIMIT = {"e137": 3, "e141": 3419, "e774": 18, "orsay": 3, "kek": 3, "na64": 2.3}
OPEN = {"face_radius_m": math.inf}


@cache
def made(name, mass_mev, kind, acceptance, grid=Grid(), **changed):  # noqa: B008
    """Yield of coupling 1 (dark photon A or pseudoscalar P) and c tau [m]."""
    m = mass_mev / 1e3
    dump = replace(DUMPS[name], **changed)
    if kind == "A":
        bracket, shape = partial(_photon, m), vector_shape(math.sqrt(1 - 4 * (ELECTRON / m) ** 2))
    else:
        bracket, shape = partial(_pseudoscalar, m), scalar_shape()
    ctau = 1.973269804e-16 / oracle.width(kind, m)
    return electron_dump_kernel(dump, m, [bracket], acceptance, grid).yield_of([1.0], shape), ctau


def _photon(m, x, rest):
    return bremsstrahlung.vector_bracket(x, m, CHARGE, 0.0, rest)


def _pseudoscalar(m, x, rest):
    return bremsstrahlung.scalar_bracket(x, m, 0.0, 1.0, rest)


def events(name, mass, kind, acceptance, coupling, **changed):
    return np.exp(at_couplings(*made(name, mass, kind, acceptance, **changed), coupling))


def at_couplings(dump_yield, ctau, coupling):
    """Logarithm of events at couplings, from c tau of coupling 1."""
    square = np.asarray(coupling) ** 2
    return dump_yield.log_events(square, ctau / square)


def edges(dump_yield, ctau, limit):
    """Lowest and highest coupling with more events than the limit, or None."""
    grid = np.geomspace(1e-9, 1e-1, 200)
    above = np.flatnonzero(at_couplings(dump_yield, ctau, grid) > math.log(limit))
    if above.size == 0:
        return None

    def excess(log_coupling):
        return float(at_couplings(dump_yield, ctau, math.exp(log_coupling))) - math.log(limit)

    pairs = (above[0] - 1, above[0]), (above[-1], above[-1] + 1)
    return [math.exp(brentq(excess, *np.log(grid[list(pair)]))) for pair in pairs]


# production


@pytest.mark.parametrize(
    ("energy", "mass", "z", "a", "value"),
    [(20, 0.01, 13, 26.9815, 2316.65), (9, 0.01, 74, 183.84, 63238.0), (1.6, 0.03, 74, 183.84, 44541.1)],
)
def test_effective_flux(energy, mass, z, a, value):
    flux = bremsstrahlung.effective_flux(energy, mass, z, a)
    assert flux == pytest.approx(value, rel=1e-4)
    assert flux == pytest.approx(oracle.chi(energy, mass, z, a), rel=1e-7)


@pytest.mark.parametrize(("energy", "mass"), [(275.0, 0.0011), (20.0, 0.4), (0.5, 0.2), (150.0, 0.02)])
def test_effective_flux_far_away(energy, mass):
    assert bremsstrahlung.effective_flux(energy, mass, 74, 183.84) == pytest.approx(
        oracle.chi(energy, mass, 74, 183.84), rel=1e-6
    )


def test_cross_section():
    for bracket, value in (
        (bremsstrahlung.vector_bracket(0.5, 0.01, CHARGE), 20.9723),
        (bremsstrahlung.scalar_bracket(0.5, 0.01, 0.0, 1.0), 16.3511),
    ):
        sigma = bremsstrahlung.cross_section_gev2(bracket, 0.5, 20.0, 0.01, 13, 26.9815)
        assert sigma == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize("mass", [0.0015, 0.02])
@pytest.mark.parametrize("x", [0.2, 0.7, 0.95])
@pytest.mark.parametrize("u", [0.0, 1e-6, 3e-4])
def test_brackets_are_the_traces(mass, x, u):
    big_u = bremsstrahlung.lowest_virtuality(x, mass) + u
    for g in ((0.3, 0.0), (0.0, 0.3), (0.2, 0.3)):
        for bracket, vertex in (
            (bremsstrahlung.vector_bracket(x, mass, *g), oracle.vector_vertex(*g)),
            (bremsstrahlung.scalar_bracket(x, mass, *g), oracle.scalar_vertex(*g)),
        ):
            found = bracket.a / big_u**2 - bracket.b * u / big_u**4
            assert found == pytest.approx(oracle.bracket(x, mass, u, vertex), rel=1e-6)
    everything = bremsstrahlung.vector_bracket(x, mass, 0.0, 0.3)
    zero = everything.zero_a / big_u**2 + everything.zero_b * u / big_u**4
    total = everything.a / big_u**2 - everything.b * u / big_u**4
    exact = oracle.bracket(x, mass, u, oracle.vector_vertex(0.0, 0.3), "zero")
    assert abs(zero - exact) < (ELECTRON / mass) ** 2 * total  # what is left out of the axial coupling


@pytest.mark.parametrize(("x", "u", "fraction"), [(0.3, 3.33333e-4, 0.373092), (0.7, 1.285714e-3, 0.126028)])
def test_fraction_of_helicity_zero(x, u, fraction):
    b = bremsstrahlung.vector_bracket(x, 0.02, 1.0)
    big_u = bremsstrahlung.lowest_virtuality(x, 0.02) + u
    found = b.zero_b * u / big_u**4 / (b.a / big_u**2 - b.b * u / big_u**4)
    assert found == pytest.approx(fraction, rel=1e-5)
    vertex = oracle.vector_vertex(1.0, 0.0)
    assert found == pytest.approx(
        oracle.bracket(x, 0.02, u, vertex, "zero") / oracle.bracket(x, 0.02, u, vertex), rel=1e-5
    )


@pytest.mark.parametrize("kind", "AP")
def test_fraction_below_an_angle(kind):
    x, m, energy, theta = 0.6, 0.03, 1.6, 0.02
    bracket = (_photon if kind == "A" else _pseudoscalar)(m, x, 1 - x)
    found = bremsstrahlung.integrated_bracket(bracket, energy**2 * x * theta**2, bremsstrahlung.lowest_virtuality(x, m))
    assert found == pytest.approx(oracle.below(kind, x, m, energy, theta), rel=1e-7)


@pytest.mark.parametrize(("loss", "value"), [(0.1, 1.83944046), (1.0, 2.80777024), (3.0, 20.11157542)])
def test_track_length_of_an_infinite_target(loss, value):
    assert 4 / 3 * track_length(math.log(loss), 1e4) / loss == pytest.approx(value, rel=1e-6)
    assert oracle.moyal_free_length(loss) == pytest.approx(value, rel=1e-8)


@pytest.mark.parametrize("length", [0.3, 5.0, 50.0])
@pytest.mark.parametrize("loss", [1e-200, 1e-6, 0.3, 2.0, 11.0])
def test_track_length_of_a_target(loss, length):
    assert track_length(math.log(loss), length) == pytest.approx(oracle.losses(loss, length) * loss, rel=2e-5)


# decay leptons


def share(option, helicity, energy, mass, distance, rho, radius, cut):
    # kinks in c average out in the sums over z and rho; a single point needs more nodes
    even, square = hit_moments(option, energy, mass, ELECTRON, distance, rho, radius, cut, nodes=300)
    shape = vector_shape(math.sqrt(1 - 4 * (ELECTRON / mass) ** 2)) if helicity != "spin 0" else scalar_shape()
    one = shape[2:] if helicity == "L" else shape[:2]
    return (one[0] * even + one[1] * square).item()


E137_POINT, E141_POINT = (8, 0.2, 184, 0.8, 1.5, 2), (7, 0.012, 30, 0.02, 0.075, 4.5)


@pytest.mark.parametrize(
    ("option", "point", "values"),
    [
        ("energy", E137_POINT, (0.24126, 0.06643, 0.18298)),
        ("one", E137_POINT, (0.12063, 0.033215, 0.09149)),
        ("both", E141_POINT, (0.25757, 0.45090, 0.32202)),
        ("one", E141_POINT, (0.38916, 0.29154, 0.35662)),
    ],
)
def test_shares_of_decays(option, point, values):
    for helicity, value in zip(("T", "L", "spin 0"), values, strict=True):
        found = share(option, helicity, *point)
        assert found == pytest.approx(value, rel=1e-3)
        kind, transverse = ("P", True) if helicity == "spin 0" else ("A", helicity == "T")
        energy, mass, distance, rho, radius, cut = point
        slow, error = oracle.accepted(option, kind, transverse, energy, mass, distance, rho, radius, cut)
        assert abs(found - slow) < 4 * error


def test_share_on_the_axis():
    closed = oracle.both_on_the_axis(15, 0.2, 54, 1.5)
    assert closed == pytest.approx(0.625364, rel=1e-5)
    # at rho = 0 the share is a step in c, which the nodes see to their distance only; at any other rho it is smooth
    even, _ = hit_moments("both", 15, 0.2, ELECTRON, 54, [0.0, 1e-3], 1.5, 2, nodes=500)
    assert even.ravel() == pytest.approx([closed, closed], abs=2e-3)


def test_shares_are_ordered_and_average_to_isotropy():
    arguments = (
        np.array([3.0, 6.0, 15.0]),
        0.05,
        ELECTRON,
        np.array([1e-9, 20.0, 150.0]),
        np.array([0.1, 1.0, 2.0]),
        1.5,
        2.0,
    )
    both, energy, one = (hit_moments(option, *arguments)[0] for option in ("both", "energy", "one"))
    tiny = 1e-12
    assert np.all(both >= 0)
    assert np.all(both <= energy + tiny)
    assert np.all(one <= energy + tiny)
    assert np.all(energy <= 1 + tiny)
    assert both[:, 0] == pytest.approx(np.array([[1.0, 1.0, 0.0]] * 3))
    for axial in (0.0, 0.4):
        shape = vector_shape(0.97, axial)
        assert isinstance(shape, DecayShape)
        assert shape.constant + shape.quadratic / 3 == pytest.approx(1)
        assert shape.zero_constant + shape.zero_quadratic / 3 == pytest.approx(1)
        assert 2 * shape.quadratic + shape.zero_quadratic == pytest.approx(0)
    with pytest.raises(InvalidInput, match="allowed both, energy, one"):
        hit_moments("all", *arguments)


def test_decays_behind_a_shield():
    z = np.linspace(0, 7, 15)
    seen = np.stack([1 - z / 9, np.exp(-z)])
    for scale in (1e-2, 1.0, 40.0, 1e6):
        length = scale * np.array([1.0, 2.5])
        fine = np.linspace(0, 7, 700_001)
        total = sum(
            math.exp(-3.0 / own) * np.trapezoid(np.exp(-fine / own) / own * np.interp(fine, z, k), fine)
            for own, k in zip(length, seen, strict=True)
        )
        assert float(log_decays_seen(seen, z, 3.0, length)) == pytest.approx(math.log(total), abs=1e-6)
    assert float(log_decays_seen(seen, z, 3.0, [1e-4, 1e-5])) == pytest.approx(-3e4, abs=1e-3)


# events and contours of section 9


def test_events_on_the_line():
    assert events("e137", 10, "A", "line", 1e-7, **OPEN) == pytest.approx(23.93, rel=1e-2)
    assert events("e137", 10, "A", "line", 1e-7) == pytest.approx(22.49, rel=1e-2)
    assert events("orsay", 30, "P", "line", np.array([5.66e-7, 7.60e-6])) == pytest.approx([3.777, 3.932], rel=1e-2)


@pytest.mark.parametrize(("kind", "name", "mass", "coupling"), [("A", "e137", 10, 1e-7), ("P", "orsay", 30, 7.6e-6)])
def test_events_on_the_line_of_the_oracle(kind, name, mass, coupling):
    d = DUMPS[name]
    dump = {
        "target": (d.charge, d.mass_number, d.radiation_length),
        "beam": d.beam_energy_gev,
        "electrons": d.electrons,
        "shield": d.shield_m,
        "decay": d.decay_m,
        "length": d.target_lengths,
        "cut": d.threshold_gev,
        "radius": d.face_radius_m,
        "face": d.face_distance_m,
    }
    slow = oracle.line_events(dump, kind, mass / 1e3, coupling)
    assert events(name, mass, kind, "line", coupling) == pytest.approx(slow, rel=5e-3)


@pytest.mark.parametrize(
    ("name", "mass", "kind", "coupling", "values", "tolerance"),
    [
        ("e137", 200, "A", 3e-7, (35.6, 145.9, 87.6), 1.5e-2),
        ("orsay", 50, "A", 4e-6, (19.51, 43.27, 19.33), 1e-2),
        ("orsay", 30, "P", 2e-6, (145.7, 188.6, 74.6), 1e-2),
        ("e141", 12, "A", 1e-4, (23080, 100750, 46790), 1e-2),
        ("kek", 30, "A", 5e-6, (820.9, 1842, 1305), 1e-2),
    ],
)
def test_events_with_decay_leptons(name, mass, kind, coupling, values, tolerance):
    for option, value in zip(("both", "energy", "one"), values, strict=True):
        assert events(name, mass, kind, option, coupling) == pytest.approx(value, rel=tolerance)


CONTOURS = [
    ("e137", 10, "A", "line", {}, (6.04e-8, 4.16e-5), 1e-2),
    ("e137", 10, "P", "line", {}, (2.09e-8, 1.000e-5), 1e-2),
    ("orsay", 30, "P", "line", {}, (5.33e-7, 7.77e-6), 1e-2),
    ("e137", 10.2, "A", "line", {"threshold_gev": 0.0} | OPEN, (2.436e-8, 4.072e-5), 3e-2),
    # the rows of Orsay and KEK without threshold are without angle too, as the column of 9b says
    ("orsay", 10.5, "A", "line", {"threshold_gev": 0.0} | OPEN, (7.318e-7, 1.202e-4), 3e-2),
    ("kek", 10.5, "A", "line", {"threshold_gev": 0.0} | OPEN, (4.170e-7, 1.039e-4), 3e-2),
    ("e774", 5.4, "A", "line", {}, (2.379e-4, 2.971e-3), 2e-2),
    ("e141", 5.405, "A", "one", {}, (1.931e-5, 1.300e-3), 1e-2),
    ("e141", 10.29, "A", "one", {}, (2.156e-5, 5.802e-4), 1e-2),
    ("e141", 16.3, "A", "one", {}, (3.112e-5, 3.032e-4), 1e-2),
    ("e137", 10, "A", "both", {}, (6.248e-8, 4.161e-5), 1e-2),
    ("e137", 200, "A", "both", {}, (1.237e-7, 9.285e-7), 1e-2),
    ("orsay", 50, "A", "both", {}, (2.156e-6, 1.537e-5), 1e-2),
    ("orsay", 30, "P", "both", {}, (5.769e-7, 7.577e-6), 1e-2),
    ("e141", 12, "A", "both", {}, (2.643e-5, 4.460e-4), 1e-2),
    ("e137", 10, "A", "energy", {}, (6.092e-8, 4.161e-5), 1e-2),
    ("e137", 200, "A", "energy", {}, (8.398e-8, 1.247e-6), 1e-2),
    ("orsay", 50, "A", "energy", {}, (1.750e-6, 1.733e-5), 1e-2),
    ("orsay", 30, "P", "energy", {}, (5.423e-7, 7.769e-6), 1e-2),
    ("e141", 12, "A", "energy", {}, (1.611e-5, 5.075e-4), 1e-2),
]


@pytest.mark.parametrize(("name", "mass", "kind", "option", "changed", "values", "tolerance"), CONTOURS)
def test_contours(name, mass, kind, option, changed, values, tolerance):
    assert edges(*made(name, mass, kind, option, **changed), LIMIT[name]) == pytest.approx(values, rel=tolerance)


@pytest.mark.parametrize(
    ("name", "option", "tip"),
    [
        ("e137", "both", 330),
        ("e141", "both", 16.1),
        ("e774", "both", 10.0),
        ("orsay", "both", 73.7),
        ("kek", "both", 99.4),
        ("e137", "energy", 460),
        ("e141", "energy", 29.9),
        ("e774", "energy", 10.0),
        ("orsay", "energy", 103.6),
        ("kek", "energy", 135.6),
    ],
)
def test_largest_mass(name, option, tip):
    assert edges(*made(name, 0.98 * tip, "A", option), LIMIT[name]) is not None
    assert edges(*made(name, 1.02 * tip, "A", option), LIMIT[name]) is None


def test_na64():
    assert edges(*made("na64", 16.7, "A", "line"), 2.3 / 0.5)[1] == pytest.approx(6.75e-4, rel=2e-2)
    assert edges(*made("na64", 16.7, "A", "line"), 2.3) == pytest.approx([9.5e-5, 7.9e-4], rel=1e-2)
    assert edges(*made("na64", 10, "P", "line"), 2.3) == pytest.approx([3.3e-5, 3.6e-4], rel=2e-2)
    assert edges(*made("na64", 30, "A", "line"), 2.3 / 0.5) is None


def test_invariants_of_a_dump():
    name, mass, c = "orsay", 30, 2e-6
    line, both, energy = (events(name, mass, "A", option, c) for option in ("line", "both", "energy"))
    assert both < energy < line
    free = events(name, mass, "A", "line", c, **OPEN)
    for option in ("both", "energy"):
        wide = events(name, mass, "A", option, c, face_radius_m=50.0)
        assert wide == pytest.approx(free, rel=3e-3)
    assert events(name, mass, "A", "both", c, electrons=2e17) == pytest.approx(10 * both, rel=1e-12)
    assert events(name, mass, "A", "both", c, target_lengths=570.0) == pytest.approx(both, rel=1e-9)
    assert events(name, mass, "A", "line", c, shield_m=1.1) < line
    tiny = events(name, mass, "A", "both", np.array([1e-10, 2e-10]))
    assert tiny[1] / tiny[0] == pytest.approx(16, rel=1e-2)
    nothing = made(name, 900, "A", "both")
    assert at_couplings(*nothing, 1e-6) == -math.inf
    with pytest.raises(InvalidInput, match=r"e\+e-"):
        electron_dump_kernel(DUMPS[name], 1e-3, [partial(_photon, 1e-3)])
    with pytest.raises(InvalidInput, match="face_distance_m"):
        replace(DUMPS[name], face_distance_m=2.0)


# proton dumps


def proton_edges(dump, mass, limit):
    ctau = 1.973269804e-16 / oracle.width("A", mass / 1e3)
    return edges(proton_dump_yield(dump, mass / 1e3), ctau, limit)


def test_pions_per_interaction():
    for beam, chapter in ((70.0, 2.21), (400.0, 4.36)):
        assert pions_per_interaction(beam) == pytest.approx(oracle.multiplicity(beam), rel=1e-4)
        assert pions_per_interaction(beam) == pytest.approx(chapter, rel=1e-2)


def test_nucal():
    assert proton_edges(NUCAL, 10.1, 5.1) == pytest.approx([2.88e-7, 9.05e-5], rel=2e-2)
    assert proton_edges(NUCAL, 63.8, 5.1) == pytest.approx([1.316e-7, 1.179e-5], rel=2e-2)
    with pytest.raises(InvalidInput, match="neutral pions only"):
        proton_dump_yield(NUCAL, 0.14)


@pytest.mark.parametrize("dump", [NUCAL, CHARM, replace(CHARM, square=False)], ids=["nucal", "charm", "disc"])
def test_proton_dumps_against_four_vectors(dump):
    plain = {
        "beam": dump.beam_energy_gev,
        "protons": dump.protons,
        "shield": dump.shield_m,
        "decay": dump.decay_m,
        "cut": dump.threshold_gev,
        "radius": dump.face_radius_m,
        "off_axis": dump.off_axis_m,
        "square": dump.square,
    }
    mass = 0.03
    ctau = 1.973269804e-16 / oracle.width("A", mass)
    found = np.exp(at_couplings(proton_dump_yield(dump, mass), ctau, np.array([2e-7, 1e-5])))
    for coupling, value in zip((2e-7, 1e-5), found, strict=True):
        slow, error = oracle.proton_events(plain, mass, coupling)
        assert error < 0.03 * slow
        assert abs(value - slow) < 4 * error


# magnetic moments


def test_magnetic_moments():
    assert pseudoscalar_moment(20.0, 1.0, M_MU) == pytest.approx(-5.869341e-3, rel=1e-6)
    assert pseudoscalar_moment(10.0, 1.0, M_E) == pytest.approx(-1.380247e-4, rel=1e-6)
    assert pseudoscalar_moment(1e-6, 2.0, M_MU) == pytest.approx(-4 / (16 * math.pi**2), rel=1e-4)
    # heavy: g^2 m_l^2 / (12 pi^2 m^2)
    assert vector_moment(1e5, 0.3, M_MU) == pytest.approx(0.09 * (M_MU / 1e5) ** 2 / (12 * math.pi**2), rel=1e-4)
