"""Events behind beam dumps: as many as the search expects, vertices and leptons where the detector asks, in files as in memory."""

import functools

import numpy as np
import pytest
from scipy.stats import kstest, qmc

import darkfactory as df
from darkfactory.errors import ClosedChannel, InvalidInput, UnknownName
from darkfactory.eventfiles import read_events, write_events
from darkfactory.experiments import load_card
from darkfactory.kinematics.flight import MM_PER_NS
from darkfactory.models import build_model
from darkfactory.recorded.beam_dump import BeamDump
from oracles import beam_dump as oracle

ELECTRON, PROTON = "e Z -> e Z X, X -> e e", "pi0 -> gamma X, X -> e e"
PROCESS = {"e137": ELECTRON, "e141": ELECTRON, "nucal": PROTON, "charm": PROTON}
COUPLING = {"dark-photon": "epsilon", "pseudoscalar": "g_e", "vector": "g_A_e"}
N = 40_000
M_E = 0.51099895


@functools.cache
def made(card, model="dark-photon", mass=20.0, coupling=1e-6, n=4000, more=(), **options):
    settings = {"model.mass": mass, f"model.{COUPLING[model]}": coupling} | dict(more)
    return df.events(PROCESS[card], n=n, seed=5, experiment=card, model=model, settings=settings, **options)


@pytest.mark.parametrize(
    ("card", "model", "edge", "more"),
    [
        ("e137", "dark-photon", 0, ()),
        ("e137", "dark-photon", 1, ()),
        ("e137", "pseudoscalar", 0, (("search.acceptance", "energy"),)),
        ("e137", "vector", 1, (("search.production", "iww+secondaries"),)),
        ("e137", "dark-photon", 0, (("search.production", "iww+annihilation"), ("detector.threshold_gev", 0.3))),
        ("e141", "pseudoscalar", 1, (("search.acceptance", "one"),)),
        ("nucal", "dark-photon", 0, ()),
        ("charm", "dark-photon", 1, ()),
    ],
)
def test_at_the_edges_of_the_search_there_are_as_many_events_as_it_allows(card, model, edge, more):
    mass = 8.0 if card == "e141" else 20.0
    # the ratios of the couplings of a vector are its own
    settings = ({"model.g_A_e": 1.0} if model == "vector" else {}) | dict(more)
    row = df.reach("beam-dump", card, model=model, mass=mass, settings=settings)
    name = {"g_e": "g_ee"}.get(COUPLING[model], COUPLING[model])
    coupling = row.rows[0]["excluded"][name][0][edge]
    record = made(card, model, mass, coupling, N, more)
    expected = row.settings["allowed_events"]
    assert abs(record.rate - expected) < 4 * record.rate_error + 2e-3 * expected
    assert record.rate_error < 3e-3 * expected
    assert record.unit == "events"


@pytest.mark.parametrize("model", ["dark-photon", "pseudoscalar"])
@pytest.mark.parametrize("production", ["iww", "all"])
def test_bosons_are_those_of_the_yield(model, production):
    """All of them, and those whose line hits a face."""
    radius = 0.2 if production == "iww" else 1.0
    dump = BeamDump(load_card("e137", {"detector.face_radius_m": radius}), "line", production)
    found = build_model(model, {"mass": 100.0, COUPLING[model]: 1e-7})
    kernel = dump.yield_at(found)
    bosons, n = dump.bosons(found), 2**17
    made = bosons.made(list(qmc.Sobol(bosons.dims, seed=1).random(n).T))
    line = np.linalg.norm(on_face(np.zeros((n, 3)), made.momentum, 383.0), axis=1) < radius
    for weight, expected in ((made.weight, kernel.made), (made.weight * line, kernel.seen[:, 0].sum())):
        assert weight.mean() == pytest.approx(expected, rel=2e-3)
    assert kernel.seen[:, 0].sum() < 0.8 * kernel.made


def test_a_row_counts_bosons_and_what_is_seen_of_them():
    """Of electrons those above the threshold, of protons those of all pions."""
    for card in ("e137", "nucal"):
        found = df.reach("beam-dump", card, model="dark-photon", mass=20.0)
        row, dump = found.rows[0], BeamDump(load_card(card), "line")
        made, epsilon = row["expected"]["branching_ratio"] * dump.exposure, row["excluded"]["epsilon"][0][0]
        assert made * row["signal_efficiency"] == pytest.approx(found.settings["allowed_events"], rel=1e-6)
        if card == "e137":
            bosons = dump.bosons(build_model("dark-photon", {"mass": 20.0, "epsilon": epsilon}))
            weight = bosons.made(list(qmc.Sobol(bosons.dims, seed=1).random(2**17).T)).weight
            assert made == pytest.approx(weight.mean(), rel=3e-3)
        else:
            per_pion = 2 * epsilon**2 * (1 - (20.0 / 134.9768) ** 2) ** 3 * 0.98823
            assert made == pytest.approx(dump.exposure * oracle.multiplicity(70.0) * per_pion, rel=1e-3)


def on_face(start, p, distance):
    return start[:, :2] + p[:, 1:3] / p[:, 3:] * (distance - start[:, 2])[:, None]


@pytest.mark.parametrize("acceptance", ["both", "energy", "one", "line"])
def test_leptons_are_where_the_acceptance_asks(acceptance):
    record = made("e137", mass=100.0, coupling=2e-7, more=(("search.acceptance", acceptance),))
    at = record.decay("X")
    assert np.all((at[:, 2] > 179e3) & (at[:, 2] < 383e3))
    energy, hit = [], []
    for name in ("e+_2", "e-_3"):
        p = record.momentum(name)
        energy.append(p[:, 0])
        hit.append(np.linalg.norm(on_face(at[:, :3], p, 383e3), axis=1) < 1500)
        assert p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=1) == pytest.approx(M_E**2, abs=1e-9 * p[:, 0].max() ** 2)
    X = record.momentum("X")
    seen = {
        "both": hit[0] & hit[1] & (X[:, 0] > 2000),
        "energy": energy[0] * hit[0] + energy[1] * hit[1] > 2000,
        "one": (hit[0] & (energy[0] > 2000)) | (hit[1] & (energy[1] > 2000)),
        "line": np.linalg.norm(on_face(at[:, :3], X, 383e3), axis=1) < 1500,
    }
    assert np.all(seen[acceptance])
    # the other options are not the same, or weaker
    weaker = {"both": {"energy", "line"}, "one": {"energy"}}.get(acceptance, set()) | {acceptance}
    assert {name for name, passed in seen.items() if np.all(passed)} == weaker


def test_off_axis_faces():
    record = made("charm")
    X, at = record.momentum("X"), record.decay("X")
    x, y = on_face(at[:, :3], X, 515e3).T
    assert np.all((np.abs(x - 5e3) < 1.5e3) & (np.abs(y) < 1.5e3) & (X[:, 0] > 3e3))


@pytest.mark.parametrize(("card", "shield", "length"), [("nucal", 64e3, 23e3), ("charm", 480e3, 35e3)])
def test_times_and_flights(card, shield, length):
    """The line of X alone is asked for, so that decays are exponential between the planes."""
    record = made(card, coupling=1e-5)
    assert not record.production("X").any()
    at, p = record.decay("X"), record.momentum("X")
    size = np.linalg.norm(p[:, 1:], axis=1)
    path = np.linalg.norm(at[:, :3], axis=1)
    assert at[:, :3] == pytest.approx(p[:, 1:] * (path / size)[:, None], rel=1e-9)
    assert at[:, 3] * MM_PER_NS == pytest.approx(path * p[:, 0] / size, rel=1e-9)
    mean = df.model("dark-photon", {"mass": 20.0, "epsilon": 1e-5}).rows[0]["ctau_mm"] * p[:, 3] / 20.0
    flown = -np.expm1(-(at[:, 2] - shield) / mean) / -np.expm1(-length / mean)
    assert kstest(flown, "uniform").pvalue > 1e-3
    assert record.imbalance() < 1e-9


@pytest.mark.parametrize(
    ("card", "model"), [("e137", "dark-photon"), ("e137", "pseudoscalar"), ("nucal", "dark-photon")]
)
def test_energies_are_those_of_the_quadrature(card, model):
    coupling, ctau = 3e-6, df.model(model, {"mass": 20.0, COUPLING[model]: 3e-6}).rows[0]["ctau_mm"] / 1e3
    record = made(card, model, coupling=coupling, n=N, more=(("search.acceptance", "line"),))
    dump = BeamDump(load_card(card), "line")
    kernel = dump.yield_at(build_model(model, {"mass": 20.0, COUPLING[model]: coupling}))
    length = kernel.boost * ctau
    weight = kernel.seen[:, 0] * np.exp(-kernel.shield_m / length) * -np.expm1(-kernel.position_m[-1] / length)
    energy = 20.0 * np.hypot(1, kernel.boost)
    for power in (1, -1):
        found = record.momentum("X")[:, 0] ** power
        expected = weight @ energy**power / weight.sum()
        assert np.average(found, weights=record.weights) == pytest.approx(
            expected, abs=4 * found.std() / np.sqrt(N) + 1e-3 * expected
        )


def lepton_cosine_squared(record, axis_of):
    """c^2 of the e+ in the rest frame of X."""
    X, p = record.momentum("X"), record.momentum("e+_2")
    m = 20.0

    def at_rest(q):
        product = (X[:, 0] * q[:, 0] - np.sum(X[:, 1:] * q[:, 1:], axis=1)) / m
        return q[:, 1:] - X[:, 1:] * ((q[:, 0] + product) / (X[:, 0] + m))[:, None]

    one, axis = at_rest(p), axis_of(at_rest)
    return np.average(
        (np.sum(one * axis, axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(axis, axis=1)) ** 2,
        weights=record.recorded.generated,
    )


def test_decays_know_the_helicity_of_x():
    n = 100_000
    error = 2.5 * 0.3 / np.sqrt(n)
    velocity2 = 1 - (2 * M_E / 20.0) ** 2
    transverse = (1 / 3 - velocity2 * (1 / 3 - 1 / 5) / 2) / (1 - velocity2 / 3)
    pions = made("nucal", n=n, keep_rejected=True)
    found = lepton_cosine_squared(pions, lambda at_rest: at_rest(pions.momentum("gamma")))
    assert found == pytest.approx(transverse, abs=error)
    scalars = made("e137", "pseudoscalar", n=n, keep_rejected=True)
    assert lepton_cosine_squared(scalars, lambda _: scalars.momentum("X")[:, 1:]) == pytest.approx(1 / 3, abs=error)
    # soft vectors are not polarised: 2 T + 1 L is isotropic; hard ones are transverse
    vectors = made("e137", n=n, keep_rejected=True)
    found = lepton_cosine_squared(vectors, lambda _: vectors.momentum("X")[:, 1:])
    assert 1 / 3 + 3 * error < found < transverse - error


def test_weighted_and_rejected_events_have_the_same_sums():
    kept = made("e137", n=N, keep_rejected=True)
    flat, weighted = made("e137", n=N), made("e137", n=N, weighted=True)
    for other in (kept, weighted):
        assert abs(flat.rate - other.rate) < 4 * np.hypot(flat.rate_error, other.rate_error)
    assert np.all((kept.weights > 0) == kept.recorded.accepted)
    assert kept.recorded.generated.sum() == pytest.approx(kept.recorded.generated_rate)
    assert flat.recorded.generated_rate == pytest.approx(kept.recorded.generated_rate, rel=0.01)
    assert 0.5 < kept.recorded.accepted.mean() < 1
    half = made("e137", n=N, more=(("detector.efficiency", 0.5), ("beam.electrons", 1.87e19)))
    assert half.rate == pytest.approx(0.05 * flat.rate, rel=1e-9)


def test_cuts_and_spectra():
    cut = made("e137", n=N, cut="min(E_e) > 1000")
    assert cut.observables("E_e", measured=True)["E_e"].min() > 1000
    settings = {"model.mass": 20.0, "model.epsilon": 1e-6}
    spectrum = df.spectrum(
        ELECTRON, experiment="e137", settings=settings, low=0, high=2e4, bins=5, cut="min(E_e) > 1000"
    )
    assert spectrum.values.sum() == pytest.approx(cut.rate, abs=5 * (cut.rate_error + spectrum.errors.max()))
    assert cut.rate < 0.9 * made("e137", n=N).rate


@pytest.mark.parametrize("ending", ["parquet", "lhe", "hepmc"])
@pytest.mark.parametrize("card", ["e137", "nucal"])
def test_files(tmp_path, card, ending):
    record = made(card, n=50, keep_rejected=card == "nucal")
    again = read_events(write_events(record, tmp_path / f"a.{ending}"))
    assert again.rate == pytest.approx(record.rate, rel=1e-12)
    assert again.unit == "events"
    assert again.momenta == pytest.approx(record.momenta, rel=1e-12, abs=1e-9)
    assert again.decay("X") == pytest.approx(record.decay("X"), rel=1e-9, abs=1e-6)


def test_other_programs_read_the_vertices(tmp_path):
    pylhe, pyhepmc = pytest.importorskip("pylhe"), pytest.importorskip("pyhepmc")
    pq = pytest.importorskip("pyarrow.parquet")
    record = made("e137", n=50)
    at = record.decay("X", time_in="mm")
    lhe = pylhe.LHEFile.fromfile(str(write_events(record, tmp_path / "a.lhe"))).events
    lifetimes = [next(p.lifetime for p in event.particles if p.id == 55) for event in lhe]
    assert lifetimes == pytest.approx(record.flights["X"], rel=1e-12)
    with pyhepmc.open(str(write_events(record, tmp_path / "a.hepmc"))) as file:
        events = list(file)
    found = [next(p.end_vertex.position for p in event.particles if p.pid == 55) for event in events]
    assert np.array([[v.x, v.y, v.z, v.t] for v in found]) == pytest.approx(at, rel=1e-12)
    table = pq.read_table(write_events(record, tmp_path / "a.parquet"))
    columns = np.array([table.column(f"X_decay_{c}") for c in "xyzt"]).T
    assert columns == pytest.approx(record.decay("X"), rel=1e-12)
    assert np.all(columns[:, 3] > 179e3 / MM_PER_NS)


def test_refusals():
    for option in ({"charge": -1}, {"polarization": 0.5}, {"norm": "lo"}, {"neutrinos": "two"}):
        with pytest.raises(InvalidInput, match=f"{next(iter(option))} = .*options: cut, seed, weighted"):
            df.events(ELECTRON, n=10, experiment="e137", **option)
    with pytest.raises(UnknownName, match="unknown observable 'm_miss'"):
        df.events(ELECTRON, n=10, experiment="e137", cut="m_miss > 1")
    with pytest.raises(ClosedChannel, match="closed for X of 1 MeV"):
        made("e137", mass=1.0)
    for card, beam in (("e137", 21), ("nucal", 71)):
        with pytest.raises(ClosedChannel, match="closed for X of 20 MeV"):
            made(card, more=(("detector.threshold_gev", beam),))
    with pytest.raises(InvalidInput, match="e137 records"):
        df.events("e Z -> e Z X", n=10, experiment="e137")
    with pytest.raises(InvalidInput, match="at an experiment that sees it"):
        df.events(ELECTRON, n=10)
