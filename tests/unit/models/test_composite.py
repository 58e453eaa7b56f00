"""The model composite-neutrino: what its settings do, what is refused, limits in dimension and gap, its decays as rates."""

import json
import math

import numpy as np
import pytest

import darkfactory as df
from darkfactory.amplitudes import sterile
from darkfactory.amplitudes.continuum_decays import DECAYS, MEASURED
from darkfactory.constants import CKM, M_KAON, M_MU, M_PION
from darkfactory.errors import InvalidInput
from darkfactory.models import build_model
from darkfactory.models.composite import CompositeNeutrino
from darkfactory.models.heavy_neutrino import open_channels, unit_width_gev
from darkfactory.models.mixing_density import NORMS

COMPLETE = {"unitarity": "complete", "dimension": 2.0}


def model(**given):
    return build_model("composite-neutrino", given)


# --- settings --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"dimension": 1.4}, r"model.dimension = 1.4: allowed .1.5, 12.; .*unitarity"),
        ({"dimension": 2.5, "gap_gev": 0}, "gap_gev = 0: IR divergent, allowed above 0 GeV"),
        ({"dimension": 1.5, "gap_model": "hard"}, "dimension = 1.5: allowed above 1.5"),
        ({"cutoff_gev": 1.0}, r"model.cutoff_gev = 1: allowed \(1, inf\) GeV; it lies above model.gap_gev"),
        ({"y": 0}, "model.y = 0"),
        ({"y": "nan"}, "model.y = nan"),
        ({"unitarity": "complete"}, "not predicted from 5/2 on.*model.eta, or model.mcut_gev"),
        ({"unitarity": "complete", "c_6": 1.0}, "model.eta, or model.mcut_gev"),
        ({"eta": 0.01}, "model.eta: changes nothing with unitarity = emission"),
        ({"c_6": 1.0}, "model.c_6: changes nothing with unitarity = emission"),
        ({"eta": 0.01, "c_6": 1.0, "unitarity": "complete"}, "keep one"),
        ({"norm": "cft", "kappa": 2.0}, "keep one"),
        ({"state_masses": "1,2"}, "model.state_masses: changes nothing with gap_model = shift"),
        ({"gap_model": "tower"}, "as many masses as residues"),
        ({"gap_model": "tower", "state_masses": "1,2", "state_residues": 1}, "as many masses as residues"),
        ({"gap_model": "tower", "state_masses": 2, "state_residues": 1}, "the lowest mass 1"),
        ({"gap_model": "tower", "state_masses": 1, "state_residues": 1, "gap_gev": 0}, "in units of its gap"),
        (
            {"gap_model": "tower", "state_masses": 1, "state_residues": 1, "duality": 5},
            "model.duality: changes nothing",
        ),
        ({"dimension": 1.5, "cutoff_gev": 50}, "model.cutoff_gev: changes nothing at model.dimension = 1.5"),
        ({"mcut_gev": 0}, "model.mcut_gev = 0"),
        ({"mcut_gev": "scale"}, "cutoff"),
        ({"dimension": 12, "gap_gev": 0, "cutoff_gev": 1e-40}, "log10 of y.2 cutoff_gev.*choose others"),
    ],
)
def test_what_cannot_be_is_refused(given, problem):
    with pytest.raises(InvalidInput, match=problem):
        model(**given)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"kappa": 0.0}, "model.kappa = 0"),
        ({"ctau": -1.0}, "model.ctau = -1"),
        ({"eta": math.nan, **COMPLETE}, "model.eta = nan"),
        ({"c_6": math.inf, **COMPLETE}, "model.c_6 = inf"),
        ({"flavor": "nu"}, "model.flavor = 'nu'"),
        ({"mcut_gev": -2.0}, "model.mcut_gev = -2"),
        ({"gap_gev": -1.0}, "model.gap_gev = -1"),
    ],
)
def test_so_it_is_in_python(given, problem):
    with pytest.raises(InvalidInput, match=problem):
        CompositeNeutrino(**given)


@pytest.mark.parametrize(
    ("base", "change"),
    [
        ({}, {"flavor": "e"}),
        ({}, {"flavor": "tau"}),
        ({}, {"norm": "gff"}),
        ({}, {"kappa": 3.0}),
        ({}, {"gap_model": "hard"}),
        ({}, {"mcut_gev": 3.0}),
        ({"cutoff_gev": 50.0}, {"mcut_gev": "cutoff"}),
        ({}, {"ctau": 5.0}),
        ({}, {"duality": 9.0}),
        ({"dimension": 2.0}, {"unitarity": "complete"}),
        (COMPLETE, {"eta": 1e-3}),
        (COMPLETE, {"c_6": 1.0}),
        ({"gap_model": "tower", "state_masses": "1,2", "state_residues": "1,1"}, {"state_masses": "1,3"}),
        ({"gap_model": "tower", "state_masses": "1,2", "state_residues": "1,1"}, {"state_residues": "1,2"}),
    ],
)
def test_what_is_set_changes_what_is_predicted(base, change):
    def predicted(given):
        row = dict(df.model("composite-neutrino", given).rows[0])
        return {key: value for key, value in row.items() if key not in {*base, *change, "mcut_gev", "eta"}}

    before, after = predicted(base), predicted({**base, **change})
    assert {key: before[key] for key in before} != {key: after.get(key) for key in before}


def test_a_row_is_json_whatever_is_set():
    for given in (
        {"gap_gev": 0},
        {"gap_gev": 1e-3, "dimension": 1.5},
        {"gap_model": "tower", "state_masses": "1,2", "state_residues": "1,1"},
    ):
        for row in df.model("composite-neutrino", given).rows:
            assert json.loads(json.dumps(row, allow_nan=False)) == row
    found = df.model("composite-neutrino", {"dimension": 2, "gap_gev": 0.01, "cutoff_gev": 1e6})
    assert "perturbation theory fails" in found.notes[0]
    assert df.model("composite-neutrino").notes == ()


# --- scaling, limits in dimension and gap ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dimension", [1.7, 2.0, 3.5, 6.0])
def test_scales_of_a_limit(dimension):
    """Lambda goes as y^(2/(2 Delta - 3)) and kappa^(1/(2 Delta - 3)); only y Lambda^(3/2 - Delta) is measurable."""
    power = 1 / (2 * dimension - 3)
    one = model(dimension=dimension)
    assert one.cutoff_from(one.insertion(33.0)) == pytest.approx(33.0, rel=1e-12)
    stronger = model(dimension=dimension, y=7.0)
    assert stronger.cutoff_from(2e-3) == pytest.approx(7 ** (2 * power) * one.cutoff_from(2e-3), rel=1e-12)
    for norm, kappa in NORMS.items():
        other = model(dimension=dimension, norm=norm)
        rates = [float(m.mixing.moments(90.0)[0]) for m in (one, other)]
        scales = [m.cutoff_from(1e-4 / rate) for m, rate in zip((one, other), rates, strict=True)]
        assert scales[1] == pytest.approx(scales[0] * kappa(dimension) ** power, rel=1e-12)
        assert other == model(dimension=dimension, norm=norm)
    assert scales[1] == pytest.approx(scales[0] / (2 * math.pi), rel=1e-12)  # unparticle, the last


def test_a_free_fermion_is_a_heavy_neutrino():
    exact = model(dimension=1.5, gap_gev=3.0, y=1e-3)
    near = model(dimension=1.5000001, gap_gev=3.0, y=1e-3)
    tower = model(dimension=4.5, gap_gev=3.0, gap_model="tower", state_masses=1, state_residues=1, cutoff_gev=3e3)
    U2 = (1e-3 * 246219.64 / 3e3) ** 2 / 2
    assert exact.total_mixing() == pytest.approx(U2, rel=1e-6)
    assert exact.psi_mixing() == pytest.approx(U2, rel=1e-6)
    assert exact.ctau_mm == pytest.approx(near.ctau_mm, rel=1e-5)
    assert exact.delta_n_nu == pytest.approx(near.delta_n_nu, rel=1e-5)
    share = (1 - (3 / 91.1876) ** 2) ** 2 * (1 + (3 / 91.1876) ** 2 / 2)
    for one in (exact, tower):
        assert one.delta_n_nu == pytest.approx(2 * share * one.total_mixing(), rel=1e-12)
    with pytest.raises(InvalidInput, match="nothing depends on cutoff_gev"):
        exact.cutoff_from(1e-3)


def test_light_jets_that_are_complete_lower_the_width_of_the_z():
    """With states far below m_Z alone, delta N_nu -> -3 int dU^2 M^2 / m_Z^2."""
    light = model(unitarity="complete", mcut_gev=2.0, dimension=3.0)
    first = float(light.insertion() * light.mixing.moments(4.0)[1]) / 91.1876**2
    assert light.delta_n_nu == pytest.approx(-3 * first, rel=1e-3)
    emission = model(mcut_gev=2.0, dimension=3.0)
    assert emission.delta_n_nu == pytest.approx(2 * emission.total_mixing(), rel=1e-2)
    assert [float(m.lost_mixing()) for m in (emission, light)] == [0.0, float(emission.total_mixing())]
    kinetic = model(unitarity="complete", mcut_gev=2.0, dimension=3.0, c_6=0.3)
    added = 0.3 * 0.24621964**2 / (2 * 0.1**2)
    assert float(kinetic.lost_mixing()) == pytest.approx(float(light.lost_mixing()) + added, rel=1e-7)
    given = model(unitarity="complete", eta=0.02, dimension=3.0)
    assert given.lost_mixing(np.array([10.0, 20.0])).tolist() == [0.02, 0.02]


def test_mixing_at_other_scales():
    truncated = model(mcut_gev="cutoff", dimension=3.0, unitarity="complete")
    scales = np.array([20.0, 200.0])
    expected = [float(model(dimension=3.0, mcut_gev=float(s), cutoff_gev=float(s)).total_mixing()) for s in scales]
    assert truncated.total_mixing(scales) == pytest.approx(expected, rel=1e-12)
    assert truncated.lost_mixing(scales, np.inf) == pytest.approx(expected, rel=1e-12)
    assert (truncated.truncated, truncated.highest_gev, model().highest_gev) == (True, 100.0, math.inf)
    assert model().total_mixing() == math.inf
    assert model().total_mixing(50.0, 1.0) == 0.0
    heavier = model().at_mass(3e5)
    assert (heavier.gap_gev, heavier.cutoff_gev, heavier.mass) == (300.0, 600.0, 3e5)
    assert "gap_gev" not in heavier.identity()


# --- the lightest state -----------------------------------------------------------------------------------------------------


def test_lifetime_of_the_lightest_state():
    """c tau goes as Lambda^(2 Delta - 3), and far from thresholds as M_N^(-2 Delta)."""
    one, other = model(dimension=3.5, cutoff_gev=1e4, gap_gev=10.0), model(dimension=3.5, cutoff_gev=2e4, gap_gev=10.0)
    assert other.ctau_mm == pytest.approx(2**4 * one.ctau_mm, rel=1e-12)
    assert one.ctau_at(2e4) == pytest.approx(other.ctau_mm, rel=1e-12)
    assert model(dimension=3.5, cutoff_gev=1e4, gap_gev=20.0).ctau_mm == pytest.approx(one.ctau_mm / 2**7, rel=1e-2)
    assert (model(ctau=12.0).ctau_mm, model(ctau=12.0).ctau_at(7.0)) == (12.0, 12.0)
    assert model(gap_gev=0).ctau_mm == math.inf
    wide = model(dimension=3.5, cutoff_gev=1e4, gap_gev=10.0, duality=9.0)
    assert wide.residue / one.residue == pytest.approx((8 / 3) ** 2, rel=1e-12)


@pytest.mark.parametrize("flavor", ["e", "mu", "tau"])
def test_channels_open_one_after_the_other(flavor):
    masses = [1e-4, 0.05, 0.3, 0.9, 1.5, 3.0, 20.0, 1e3]
    widths = [open_channels(mass, flavor) for mass in masses]
    assert all(np.all(np.array(list(found.values())) >= 0) for found in widths)
    assert sum(widths[0].values()) == 1.0
    far = sum(widths[-1].values())
    # quarks and leptons that weigh nothing: the same for e and mu, one more pair of l and l' for tau
    assert far == pytest.approx(
        sum(open_channels(1e3, "mu").values()) + (flavor == "tau") * (1 + 0.12571 - 0.58811), abs=2e-4
    )
    below = open_channels((M_PION + M_MU) * 0.9999e-3, "mu")
    above = open_channels((M_PION + M_MU) * 1.01e-3, "mu")
    assert below["l pi"] == 0 < above["l pi"] < 0.5 * open_channels(0.4, "mu")["l pi"]


def test_two_body_width():
    """N -> mu pi at a mass that leaves much room: G_F^2 f_pi^2 |V_ud|^2 M^3 / 16 pi."""
    mass = 0.9
    shape = open_channels(mass, "e")["l pi"] * unit_width_gev(mass)
    G_F, x = 1.1663788e-5, (0.13957039 / mass) ** 2
    assert shape == pytest.approx(
        G_F**2 * 0.1302**2 * CKM["ud"] ** 2 * mass**3 / (16 * math.pi) * (1 - x) ** 2, rel=1e-5
    )


# --- decays into jets -----------------------------------------------------------------------------------------------------


def test_rates_are_ratios_times_what_is_measured():
    given = {"model.gap_gev": 0.1, "model.dimension": 3.0, "model.cutoff_gev": 1e4}
    one = model(gap_gev=0.1, dimension=3.0, cutoff_gev=1e4)
    for name, what in (("Z -> nu X", "Z"), ("W -> l X", "W"), ("K -> l X", "K")):
        found = df.rate(name, settings=given)
        ratio = float(DECAYS[name]("mu").ratio(one))
        assert found.value == pytest.approx(ratio * MEASURED[what].value, rel=1e-12)
        assert str(MEASURED[what]) in found.notes
        assert (found.norm, found.unit) == ("exp", "1")
    higgs = df.rate("h -> nu X", settings=given).value
    assert higgs / (1 - higgs) == pytest.approx(float(DECAYS["h -> nu X"]("mu").ratio(one)), rel=1e-12)
    assert DECAYS["Z -> nu X"]("mu").ratio(one) == pytest.approx(one.delta_n_nu, rel=1e-12)
    lost = df.rate("Z -> nu X", settings={**given, "model.unitarity": "complete", "model.eta": 1e-3})
    assert lost.value == df.rate("Z -> nu X", settings=given).value
    assert any("of it with what light neutrinos lose" in note for note in lost.notes)
    strong = df.rate("Z -> nu X", settings={"model.cutoff_gev": 10})
    assert any("perturbation theory fails" in note for note in strong.notes)


def test_a_rate_says_where_its_theory_ends():
    low = {"model.dimension": 3.0, "model.cutoff_gev": 100.0}
    assert "model.cutoff_gev = 100 is below the heaviest jet = 125.2 GeV" in " ".join(
        df.rate("h -> nu X", settings=low).notes
    )
    for more in ({"model.cutoff_gev": 130.0}, {"model.mcut_gev": "cutoff"}):
        assert "effective theory" not in " ".join(df.rate("h -> nu X", settings=low | more).notes)


def test_a_scale_that_is_not_given_lies_above_the_gap():
    assert model(gap_gev=200.0).cutoff_gev == 400.0
    assert model(gap_gev=20.0).cutoff_gev == model().cutoff_gev == 100.0
    (row,) = df.reach("neutral-current", "nutev", settings={"model.gap_gev": 200.0}).rows
    assert (row["status"], row["expected"]["cutoff_gev"]) == ("closed", None)


def test_helicity_makes_leptonic_decays_of_a_meson_differ():
    measured, muon = DECAYS["K -> l X"]("mu").standard, DECAYS["K -> l X"]("e").standard
    assert measured == MEASURED["K"].value
    x, y = (0.51099895 / M_KAON) ** 2, (M_MU / M_KAON) ** 2
    assert muon / measured == pytest.approx(x / y * ((1 - x) / (1 - y)) ** 2, rel=1e-12)
    assert DECAYS["B -> l X"]("tau").standard == pytest.approx(MEASURED["B"].value, rel=1e-12)
    assert DECAYS["K -> l X"]("tau").ratio(model(gap_gev=0.01, flavor="tau")) == 0


@pytest.mark.parametrize("flavor", ["e", "mu"])
def test_jets_in_muon_decay_are_sterile_neutrinos(flavor):
    """Without the mass of the electron X takes the place of either neutrino at the same rate."""
    decay, masses = DECAYS["mu -> e nu X"](flavor), np.array([0.0, 20.0, 60.0, 100.0])
    widths = [sterile.width(mass, flavor, m_j=1e-6) for mass in masses]
    assert decay.kernel((masses * 1e-3) ** 2) == pytest.approx(np.array(widths) / widths[0], rel=1e-6)
    assert decay.standard == 1.0


@pytest.mark.parametrize("name", DECAYS)
def test_decays_at_many_scales(name):
    """Falling with Lambda and with the gap, closed from the largest mass on; a truncated one is below."""
    flavor = "tau" if name == "tau -> e nu X" else "mu"
    decay = DECAYS[name](flavor)
    scales = np.array([30.0, 60.0, 1e3])
    given = {"dimension": 3.0, "flavor": flavor}
    plain = decay.ratio(model(gap_gev=0.01, **given), scales)
    assert plain == pytest.approx(plain[0] * (scales / 30) ** -3, rel=1e-12)
    assert np.all(np.diff([decay.ratio(model(gap_gev=g, **given)) for g in (1e-3, 0.01, 0.03, 99.0)]) <= 0)
    truncated = decay.ratio(model(gap_gev=0.01, mcut_gev="cutoff", **given), scales)
    assert np.all((truncated > 0) & (truncated <= plain * (1 + 1e-12)))
    assert np.all((truncated < 0.999 * plain) == (scales < decay.highest_gev * 0.8))
    assert decay.ratio(model(gap_gev=decay.highest_gev, cutoff_gev=1e3, **given)) == 0
    kernel = decay.kernel(np.linspace(0, 1, 50) * decay.highest_gev**2)
    assert np.all(np.isfinite(kernel))
    assert np.all(kernel >= 0)
