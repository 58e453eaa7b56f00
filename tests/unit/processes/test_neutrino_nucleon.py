"""Processes of neutrinos that break up nucleons: cuts, targets, spectra, notes, and what is refused."""

import functools
import math

import numpy as np
import pytest

import darkfactory as df
from darkfactory.amplitudes.deep_inelastic import NUCLEON_GEV, NucleonTarget
from darkfactory.amplitudes.neutrino_nucleon import sigma_cc, sigma_hnl, sigma_nc, sigma_x
from darkfactory.amplitudes.nucleon_target_mass import target_mass_neutrino
from darkfactory.errors import ClosedChannel, DarkfactoryWarning, InvalidInput, UnknownName
from darkfactory.models.composite import CompositeNeutrino
from darkfactory.partons import find
from darkfactory.processes import find_process
from darkfactory.processes.generator.collisions import BeamEnergies
from support.command_line import as_json, call

close = functools.partial(pytest.approx, abs=0)
PROCESSES = ("nu N -> X", "nu N -> nu", "nu N -> l")
MODEL = {"model.dimension": 4.0, "model.gap_gev": 1.0, "model.cutoff_gev": 50.0}


def asked(name, **more):
    """Settings of a process: of the model for X, and keys with a point written as __."""
    given = MODEL if name == "nu N -> X" else {}
    return {"settings": given | {key.replace("__", "."): value for key, value in more.items()}}


def value(name, cut=None, **more):
    return df.rate(name, cut=cut, **asked(name, **more)).value


def test_rates_are_the_cross_sections():
    model = CompositeNeutrino(dimension=4.0, gap_gev=1.0, cutoff_gev=50.0)
    for anti in (False, True):
        more = {"beam__energy_gev": 80.0, "beam__antineutrino": anti}
        expected = model.insertion() * sigma_x(80.0, model.mixing, anti)
        assert value("nu N -> X", **more) == close(expected, rel=1e-12)
        assert value("nu N -> nu", **more) == sigma_nc(80.0, anti)
        assert value("nu N -> l", **more) == sigma_cc(80.0, anti)


def test_the_coupling_enters_squared_and_the_scale_as_a_power():
    base = value("nu N -> X")
    assert value("nu N -> X", model__y=3.0) == close(9 * base, rel=1e-12)
    assert value("nu N -> X", model__cutoff_gev=100.0) == close(base * 2.0**-5, rel=1e-12)
    assert value("nu N -> X", model__kappa=0.5) == close(base / 2, rel=1e-12)


@pytest.mark.parametrize("name", PROCESSES)
def test_targets(name):
    proton, neutron, both = (value(name, target__nucleon=kind) for kind in ("proton", "neutron", "isoscalar"))
    assert both == close((proton + neutron) / 2, rel=1e-9) == value(name)
    tungsten = value(name, target__Z=74, target__A=184)
    assert tungsten == close((74 * proton + 110 * neutron) / 184, rel=1e-9)


@pytest.mark.parametrize("name", PROCESSES)
def test_ranges_of_the_hadronic_energy_add_up(name):
    below, within, above = (value(name, cut) for cut in ("E_h < 20000", "E_h > 20000 and y < 0.5", "y > 0.5"))
    assert below + within + above == close(value(name), rel=1e-4)
    assert min(below, within, above) > 0.01 * value(name)
    for empty in ("E_h > 130000", "y > 0.5 and E_h < 1000", "E_h < -1"):
        found = df.rate(name, cut=empty, **asked(name))
        assert (found.value, found.error, found.method) == (0.0, 0.0, "closed channel")


@pytest.mark.parametrize("name", PROCESSES[:2])
def test_other_cuts_are_a_monte_carlo_that_agrees(name):
    """With a cut that says nothing, and without: events exist where hadrons have an angle, which changes no total."""
    found = df.rate(name, cut="W > 0", **asked(name))
    assert found.method == "monte-carlo"
    assert found.value == pytest.approx(value(name), rel=0, abs=5 * found.error)
    assert any("parton densities" in note for note in found.notes)


@pytest.mark.parametrize("observable", ["x", "y", "E_h", "W", "Q2", "M_X"])
@pytest.mark.parametrize("name", PROCESSES)
def test_spectra_add_up(name, observable):
    if observable == "M_X" and name != "nu N -> X":
        pytest.skip("nothing but X has a mass")
    for cut in (None, "E_h > 20000 and E_h < 60000"):
        found = df.spectrum(name, observable=observable, cut=cut, bins=30, **asked(name))
        assert found.errors is None
        assert np.all(found.values >= 0)
        assert found.values.sum() == close(value(name, cut), rel=5e-4)


@pytest.mark.parametrize("name", PROCESSES[:2])
def test_spectra_agree_with_events(name):
    """In the bulk, where hadrons have an angle for nearly all x, y and M."""
    for observable, low, high in (("E_h", 20e3, 80e3), ("x", 0.1, 0.6), ("Q2", 5e6, 40e6)):
        about = {"observable": observable, "bins": 3, "low": low, "high": high, **asked(name)}
        exact, drawn = df.spectrum(name, **about), df.spectrum(name, events=2**18, **about)
        assert drawn.values == close(exact.values, rel=0.03)


def test_a_spectrum_of_masses_is_the_mixing_times_heavy_neutrinos():
    model = CompositeNeutrino(dimension=4.0, gap_gev=1.0, cutoff_gev=50.0)
    found = df.spectrum("nu N -> X", observable="M_X", low=4990.0, high=5010.0, bins=1, **asked("nu N -> X"))
    density = model.insertion() * model.mixing.density(25.0) * sigma_hnl(120.0, 5.0)
    assert found.values[0] == close(density * (5.01**2 - 4.99**2), rel=1e-5)


def test_truncation_at_the_scale():
    masses = {"observable": "M_X", "low": 0.0, "high": 15e3, "bins": 15}
    cut = df.spectrum("nu N -> X", **masses, **asked("nu N -> X", model__mcut_gev=5.0))
    whole = df.spectrum("nu N -> X", **masses, **asked("nu N -> X"))
    assert cut.values[:5] == close(whole.values[:5], rel=1e-12)
    assert not np.any(cut.values[5:])
    assert value("nu N -> X", model__mcut_gev=5.0) == close(cut.values.sum(), rel=1e-9)


def test_the_mass_of_the_nucleon():
    more = {"beam__energy_gev": 5.0, "target__kinematics": "target-mass"}
    assert value("nu N -> nu", **more) == target_mass_neutrino(5.0)(0.0)
    assert value("nu N -> X", **more) < value("nu N -> X", beam__energy_gev=5.0)
    with pytest.raises(UnknownName, match=r"target\.kinematics: unknown key of the spectrum"):
        df.spectrum("nu N -> nu", settings={"target.kinematics": "target-mass"})


def test_other_numbers_of_the_quarks():
    target = NucleonTarget(sin2_theta_w=0.223)
    assert value("nu N -> nu", target__sin2_theta_w=0.223) == sigma_nc(120.0, target=target)
    assert (
        value("nu N -> l", target__charm_mass_gev=0.0)
        > value("nu N -> l")
        > value("nu N -> l", target__charm_mass_gev=3)
    )
    assert value("nu N -> nu", target__pdf="fit") == close(value("nu N -> nu"), rel=0.02)


def notes_of(name, **more):
    return " ".join(df.rate(name, **asked(name, **more)).notes)


def test_notes():
    assert "parton densities: CT14qed" in notes_of("nu N -> nu")
    assert "duality" not in notes_of("nu N -> nu")
    for name in PROCESSES:
        assert "of the rate has Q^2 < 1 GeV^2 or W < 2 GeV" in notes_of(name, beam__energy_gev=3.0)
    assert "analytic fit" in notes_of("nu N -> l", target__pdf="fit")
    assert "does not describe all of the rate" in notes_of("nu N -> X", model__cutoff_gev=12.0)
    assert "does not describe" not in notes_of("nu N -> X", model__cutoff_gev=12.0, model__mcut_gev="cutoff")
    assert "the total mixing is" in notes_of("nu N -> X", model__cutoff_gev=1.5)
    assert "duality" in " ".join(df.spectrum("nu N -> nu", bins=4, settings={"beam.energy_gev": 3.0}).notes)


def test_a_closed_channel():
    found = df.rate("nu N -> X", settings={"model.gap_gev": 16.0, "model.cutoff_gev": 100.0})
    assert (found.value, found.error, found.method, found.notes) == (0.0, 0.0, "closed channel", ())
    spectrum = df.spectrum("nu N -> X", bins=3, settings={"model.gap_gev": 16.0, "model.cutoff_gev": 100.0})
    assert spectrum.values.tolist() == [0.0] * 3


@pytest.mark.parametrize(
    ("gap", "hadrons", "spread"),
    [(12.0, (0.0, math.inf), True), (8.0, (10.0, 30.0), True), (12.0, (0.0, math.inf), False)],
)
def test_events_of_a_beam_add_up_to_the_rate_up_to_its_end(gap, hadrons, spread):
    energies = np.linspace(10.0, 100.0, 16)  # a gap of 12 GeV needs 88.8 GeV, of 8 GeV with E_h > 10 GeV 47.3 GeV
    beam = BeamEnergies(energies, np.full(16, 1 / 16), spread)
    model = CompositeNeutrino(dimension=4.0, gap_gev=gap)
    made = find_process("nu N -> X").collide(model, beam=beam, hadrons_gev=hadrons)
    total, *_ = made.cross_section()
    assert total > 0
    weights, (_, y, M2, E, _) = made.draw(np.random.default_rng(1).random((5, 400_000)))
    assert weights.mean() == close(total, rel=4 * weights.std() / math.sqrt(weights.size) / total)
    assert weights.std() < 5 * total
    m, some = NUCLEON_GEV, weights > 0
    assert np.all(2 * m * E[some] + m**2 > (np.sqrt(M2[some]) + m) ** 2)
    assert np.all((y * E)[some] >= hadrons[0])


def test_no_events_between_the_thresholds_without_and_with_the_mass_of_the_nucleon():
    settings = {"model.gap_gev": 14.5, "model.dimension": 3.0}
    assert value("nu N -> X", model__gap_gev=14.5) > 0
    with pytest.raises(ClosedChannel):
        df.events("nu N -> X", n=10, settings=settings)


def test_without_a_grid_the_fit_is_used(monkeypatch):
    monkeypatch.setattr(find, "_of_pythia", tuple)
    monkeypatch.setattr(find, "_of_lhapdf", lambda name: iter(()))
    with pytest.warns(DarkfactoryWarning, match=r"pdf = auto: no grid.*darkfactory\[pdf\]"):
        found = df.rate("nu N -> l")
    assert any("analytic fit" in note for note in found.notes)
    assert found.value == value("nu N -> l", target__pdf="fit")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"beam.energy_gev": 0.0}, r"beam\.energy_gev = 0.*allowed \[0\.001"),
        ({"beam.energy_gev": -5.0}, r"beam\.energy_gev = -5"),
        ({"beam.energy_gev": math.nan}, r"beam\.energy_gev = nan"),
        ({"target.Z": 5}, r"target\.Z = 5, target\.A = none: give both"),
        ({"target.Z": 5, "target.A": 4}, r"target\.Z = 5, target\.A = 4: give both, Z up to A"),
        ({"target.Z": 5, "target.A": 10, "target.nucleon": "proton"}, "fix the same thing"),
        ({"target.nucleon": "muon"}, r"target\.nucleon.*allowed isoscalar, proton, neutron"),
        ({"target.pdf": "no-such-set"}, "neither a .dat file nor a set"),
        ({"target.sin2_theta_w": 2.0}, r"target\.sin2_theta_w = 2: allowed \[0, 1\]"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(InvalidInput, match=message):
        df.rate("nu N -> nu", settings=settings)


def test_a_corrupt_grid_is_an_error_with_its_line(tmp_path):
    path = tmp_path / "mine.dat"
    path.write_text("PdfType: central\n---\n1e-3 1e-2 1e-1 1\n1 2 3 oops\n")
    with pytest.raises(InvalidInput, match=r"mine\.dat, line 4: .*within a block"):
        df.rate("nu N -> nu", settings={"target.pdf": str(path)})


def test_what_a_charged_current_does_not_have():
    with pytest.raises(InvalidInput, match="takes ranges of E_h and y alone"):
        df.rate("nu N -> l", cut="W > 2000")
    with pytest.raises(UnknownName, match="unknown observable 'theta_h'"):
        df.rate("nu N -> l", cut="theta_h > 0.1")
    with pytest.raises(InvalidInput, match="its events are not made; use rate or spectrum"):
        df.events("nu N -> l", n=10)


def test_a_rate_on_the_terminal_says_what_hits_what(capsys):
    def told(*arguments):
        code, out, _ = call(capsys, "rate", *arguments)
        assert code == 0
        return dict(line.rsplit(None, 1) for line in out.splitlines() if "  " in line.strip())

    isoscalar = told("nu N -> nu", "--set", "beam.energy_gev=60")
    assert (isoscalar["beam.energy [GeV]"], isoscalar["target.nucleon"]) == ("60", "isoscalar")
    iron = told("nu N -> X", "--set", "target.Z=26", "--set", "target.A=56")
    assert (iron["beam.energy [GeV]"], iron["target.Z"], iron["target.A"]) == ("120", "26", "56")
    assert "target.nucleon" not in iron
    assert not any(name.startswith(("beam.", "target.")) for name in told("mu -> e nu nu"))
    found = as_json(capsys, "rate", "nu N -> nu", "--set", "beam.energy_gev=60")
    assert "collision" not in found
    assert found["run"]["settings"]["beam.energy_gev"] == {"value": 60.0, "tag": "user"}
