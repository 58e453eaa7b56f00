"""``nu e -> nu e``: cross sections, spectra, cuts and events against Feynman diagrams and the numbers of chapter 06."""

import functools

import numpy as np
import pytest

from darkfactory import events, rate, read_events, spectrum, write_events
from darkfactory.amplitudes import neutrino_electron as amplitude
from darkfactory.constants import GEV, HBAR_C_MEV_MM, M_E
from darkfactory.errors import ClosedChannel, InvalidInput, UnknownName
from darkfactory.kinematics.lorentz import mass_squared
from oracles import neutrino_electron as diagrams
from support.command_line import as_json, assert_answered

NAME = "nu e -> nu e"
BEAMS = [(flavor, anti) for flavor in ("e", "mu", "tau") for anti in (False, True)]


def beam(flavor="mu", anti=False, energy=100.0):
    return {"beam.flavor": flavor, "beam.antineutrino": anti, "beam.energy_gev": energy}


@functools.cache
def trials(energy):
    return events(NAME, n=100_000, settings=beam(energy=energy), weighted=True, seed=3)


def test_constants_of_the_diagrams():
    assert pytest.approx(M_E / GEV, rel=1e-12, abs=0) == diagrams.M
    assert pytest.approx((HBAR_C_MEV_MM / GEV) ** 2 * 1e-2, rel=1e-9, abs=0) == diagrams.GEV_MINUS_2_CM2


@pytest.mark.parametrize(
    ("flavor", "anti", "value"), [("mu", False, 1.5522), ("mu", True, 1.3362), ("e", False, 9.5205)]
)
def test_cross_sections_of_the_chapter(flavor, anti, value):
    found = rate(NAME, settings=beam(flavor, anti))
    assert found.value / 100 / 1e-42 == pytest.approx(value, rel=1e-4, abs=0)
    assert (found.unit, found.norm, found.error, found.method) == ("cm2", None, 0.0, "closed form")


@pytest.mark.parametrize("energy", [1e-3, 0.1, 20.0])
@pytest.mark.parametrize(("flavor", "anti"), BEAMS)
def test_against_feynman_diagrams(flavor, anti, energy):
    one, other = amplitude.couplings(flavor, anti)
    values = np.array([one**2, other**2, one * other])
    for cosine in (-0.9, 0.1, 0.7):
        T, density = diagrams.per_energy(energy, cosine, flavor, anti)
        assert amplitude.density(np.array(T * GEV), energy * GEV) @ values * GEV == pytest.approx(
            density, rel=1e-9, abs=0
        )
    settings = beam(flavor, anti, energy)
    assert rate(NAME, settings=settings).value == pytest.approx(
        diagrams.cross_section(energy, flavor, anti), rel=1e-9, abs=0
    )
    found = spectrum(NAME, observable="T_e", bins=3, settings=settings)
    parts = [
        diagrams.cross_section(energy, flavor, anti, *e) for e in np.array([found.edges[:-1], found.edges[1:]]).T / GEV
    ]
    np.testing.assert_allclose(found.values, parts, rtol=1e-8)


@pytest.mark.parametrize("energy", [1e-3, 5.0, 100.0])
@pytest.mark.parametrize("observable", ["E_e", "p_e", "p_T", "y", "cos_theta", "theta_e", "E_theta2"])
def test_spectra_are_those_of_the_events(observable, energy):
    # weighted events know nothing of turning points and bisections
    record = trials(energy)
    found = spectrum(NAME, observable=observable, bins=7, settings=beam(energy=energy))
    values = record.observables(observable)[observable].ravel()
    counts, _ = np.histogram(values, found.edges, weights=record.weights)
    errors = np.sqrt(np.histogram(values, found.edges, weights=record.weights**2)[0])
    assert np.all(np.abs(counts - found.values) < 5 * errors + 1e-4 * found.values.sum())
    assert found.values.sum() == pytest.approx(rate(NAME, settings=beam(energy=energy)).value, rel=1e-7, abs=0)


@pytest.mark.parametrize(
    ("cut", "passes"),
    [
        ("E_theta2 < 0.5", lambda o: o["E_theta2"] < 0.5),
        (
            "10000 < E_e < 30000 or y > 0.9",
            lambda o: ((o["E_e"] > 10000) & (o["E_e"] < 30000)) | (o["y"] > 0.9),
        ),
        ("E_e*theta_e**2 < 1 and not T_e < 2", lambda o: (o["E_theta2"] < 1) & (o["T_e"] >= 2)),
        ("p_T > 100 and E_theta2 > 1e-1", lambda o: (o["p_T"] > 100) & (o["E_theta2"] > 0.1)),
        ("abs(y - 0.5) > 0.2", lambda o: abs(o["y"] - 0.5) > 0.2),
    ],
)
def test_cuts(cut, passes):
    def passed_by(record):
        found = record.observables("T_e", "E_e", "p_T", "y", "E_theta2")
        return passes({name: value.ravel() for name, value in found.items()})

    record = trials(100.0)
    passed = record.weights * passed_by(record)
    error = np.sqrt(passed @ passed)
    found = rate(NAME, cut=cut)
    assert 0 < found.value < rate(NAME).value
    assert found.value == pytest.approx(passed.sum(), abs=5 * error)
    assert spectrum(NAME, cut=cut, bins=4).values.sum() == pytest.approx(found.value, rel=1e-12, abs=0)
    chosen = events(NAME, n=1000, cut=cut, seed=2)
    assert passed_by(chosen).all()
    assert chosen.rate == pytest.approx(found.value, rel=1e-12, abs=0)
    assert events(NAME, n=1000, cut=cut, weighted=True).weights.min() == 0


@pytest.mark.parametrize(("energy", "tolerance"), [(1e-3, 1e-12), (100.0, 1e-9)])
def test_kinematics_of_events(energy, tolerance):
    record = events(NAME, n=500, settings=beam("e", True, energy), seed=4)
    E, m = energy * GEV, M_E
    p_in = record.momenta[:, :2].sum(axis=1)
    np.testing.assert_allclose(mass_squared(p_in), m**2 + 2 * E * m, rtol=1e-6)
    assert record.imbalance() <= 1e-15 * E
    assert [p.name for p in record.particles] == ["nubar_e_in", "e-_in", "e-", "nubar_e"]
    assert [p.pdg_id for p in record.particles] == [-12, 11, 11, -12]
    assert np.abs(record.observables("m_miss2")["m_miss2"]).max() <= tolerance * E**2
    # T theta^2 = 2 m (1 - T/E) at small angles
    seen = {name: value.ravel() for name, value in record.observables("T_e", "theta_e", "y").items()}
    some = seen["theta_e"] < 0.05
    np.testing.assert_allclose(
        (seen["T_e"] * seen["theta_e"] ** 2)[some], 2 * m * (1 - seen["y"][some]), rtol=5e-3, atol=2e-3 * m
    )


def test_beam_and_target_in_files(tmp_path):
    record = events(NAME, n=20, seed=1)
    write_events(record, tmp_path / "a.lhe")
    text = (tmp_path / "a.lhe").read_text()
    assert "<init>\n14 11 100 0.00051099894999999992 " in text
    assert text.count("\n14 -1 0 0 ") == text.count("\n11 -1 0 0 ") == 20
    assert text.count("\n11 1 1 2 ") == text.count("\n14 1 1 2 ") == 20
    pyhepmc = pytest.importorskip("pyhepmc")
    write_events(record, tmp_path / "a.hepmc")
    with pyhepmc.open(str(tmp_path / "a.hepmc")) as file:
        (vertex,) = next(iter(file)).vertices
    assert sorted(p.pid for p in vertex.particles_in) == sorted(p.pid for p in vertex.particles_out) == [11, 14]
    assert read_events(tmp_path / "a.hepmc").particles == record.particles


def test_words_of_the_command_line(capsys):
    found = as_json(capsys, "rate", NAME, "--set", "beam.energy_gev=100")
    assert (found["unit"], found["norm"], found["order"]) == ("cm2", None, "born")
    assert found["value"] == pytest.approx(1.55217e-40, rel=1e-5, abs=0)
    found = as_json(capsys, "spectrum", NAME, "--bins", "4", "--set", "beam.flavor=tau")
    assert (found["quantity"], found["norm"], found["observable"]) == ("cross section per bin [cm2]", None, "T_e")
    assert_answered(capsys, ["rate", NAME, "--set", "beam.energy_gev=0"], "beam.energy_gev = 0: allowed [1e-06, 10000]")
    assert_answered(capsys, ["rate", NAME, "--set", "beam.flavour=e"], "did you mean beam.flavor")


def test_what_is_refused():
    with pytest.raises(ClosedChannel, match=r"no event can pass the cut 'T_e > 1e9'"):
        events(NAME, cut="T_e > 1e9", n=10)
    closed = rate(NAME, cut="T_e > 1e9")
    assert (closed.value, closed.method) == (0.0, "closed channel")
    with pytest.raises(UnknownName, match=r"observable 'm_miss2'; observables: T_e, E_e"):
        rate(NAME, cut="m_miss2 > 0")
    with pytest.raises(UnknownName, match=r"observable of nu e -> nu e = 'm_ee': allowed T_e, E_e"):
        spectrum(NAME, observable="m_ee")
    with pytest.raises(InvalidInput, match=r"relative_to = nu e -> nu e: a cross section"):
        rate("mu -> e a", relative_to=NAME)
