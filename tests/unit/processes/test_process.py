"""Processes: rates by two methods, closed points, bad input, density, decomposition."""

from __future__ import annotations

import math

import numpy as np
import pytest

import darkfactory as df
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import ClosedChannel, InvalidInput, UnknownName
from darkfactory.kinematics.cuts import parse_cut
from darkfactory.models import DarkPhoton, DerivativeAlp, LfvAlp, Pseudoscalar, VectorBoson
from darkfactory.processes import PROCESSES, find_process, spin_vector
from darkfactory.processes.generator import engine
from darkfactory.processes.generator.run import BLOCK
from darkfactory.processes.muon_decay.three_leptons import require_pair_decay
from darkfactory.processes.muon_decay.widths import alp_resonance

ALP = LfvAlp(mass=30.0, f_a_gev=1e9, C_V=1.0, C_A=0.5 - 0.5j)


@pytest.mark.parametrize(
    ("name", "model", "cut"),
    [
        ("mu -> e nu nu", None, "x > 0.9"),
        ("mu -> e nu nu", None, "m_miss < 40"),
        ("mu -> e nu nu gamma", None, "E_gamma > 10"),
        ("mu -> e nu nu gamma", None, "E_gamma > 20 and cos_e_gamma < -0.5 and 30 < E_e < 45"),
        ("mu -> e nu nu gamma", None, "E_gamma > 10 and m_miss2 < 900 and m_miss > 10"),
        ("mu -> e a gamma", ALP, "y > 0.2 and x > 0.3"),
        ("mu -> e nu nu X", DarkPhoton(mass=20.0), None),
        ("mu -> e nu nu X", Pseudoscalar(mass=5.0, g_e=1e-3, g_mu=2e-3), "E_X > 20 and E_miss > 60"),
        ("mu -> e nu nu X", DerivativeAlp(mass=0.0, C_e=1.0, C_mu=1.0), "E_X > 1"),
        ("mu -> e a, a -> e e", LfvAlp(mass=20.0, C_e=1.0), None),
    ],
)
def test_monte_carlo_agrees_with_quadrature(name, model, cut):
    process = find_process(name)
    exact = process.rate(model, cut=cut)
    sampled = process.rate(model, cut=cut, method="monte-carlo", precision=1e-3, seed=5)
    assert exact.method != "monte-carlo"
    assert exact.error <= (1e-4 if "m_miss" in (cut or "") or "cos" in (cut or "") else 2e-6) * exact.value
    assert sampled.error <= 1e-3 * sampled.value
    assert sampled.value == pytest.approx(exact.value, abs=4.5 * sampled.error + 1e-5 * exact.value)


def test_cuts_that_do_not_fold_are_sampled_and_consistent():
    process = find_process("mu -> e nu nu gamma")
    cut = "E_gamma > 40 and E_e > 45"
    bound = process.rate(cut=cut)
    written = process.rate(cut=f"{cut} and E_gamma*E_e > 0", precision=1e-3)
    assert (bound.method, written.method) == ("quadrature", "monte-carlo")
    assert written.value == pytest.approx(bound.value, abs=4.5 * written.error)


def test_narrow_width_gives_production_times_branching_ratio():
    for model in (Pseudoscalar(mass=10.0, g_e=1e-3, g_mu=1e-3), DerivativeAlp(mass=20.0, C_e=1.0, C_mu=2.0)):
        produced = find_process("mu -> e nu nu X").rate(model).value
        found = find_process("mu -> e nu nu X, X -> e e").rate(model, method="monte-carlo", precision=2e-3)
        assert found.value == pytest.approx(produced, abs=4.5 * found.error)
    half = DarkPhoton(mass=20.0, total_width=2 * DarkPhoton(mass=20.0).width_ee)
    whole = find_process("mu -> e nu nu X, X -> e e").rate(DarkPhoton(mass=20.0)).value
    assert find_process("mu -> e nu nu X, X -> e e").rate(half).value == pytest.approx(whole / 2, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("mu -> e a", LfvAlp(mass=M_MU - M_E)),
        ("mu -> e a gamma", LfvAlp(mass=106.0)),
        ("mu -> e e e a", LfvAlp(mass=M_MU - 3 * M_E)),
        ("mu -> e nu nu X", DarkPhoton(mass=M_MU - M_E)),
        ("mu -> e nu nu X, X -> e e", DarkPhoton(mass=2 * M_E)),
        ("mu -> e a, a -> e e", LfvAlp(mass=1.0, C_e=1.0)),
        ("X -> e e", DarkPhoton(mass=1.0)),
    ],
)
def test_closed_points(name, model):
    rate = df.rate(name, model=model, cut="E_gamma > 10" if "gamma" in name else None)
    assert (rate.value, rate.error) == (0.0, 0.0)
    with pytest.raises(ClosedChannel, match="closed channel"):
        df.events(name, model=model, n=10, cut="E_gamma > 10" if "gamma" in name else None)


def test_an_alp_without_pair_decay_is_refused_on_every_way():
    name, stable = "mu -> e a, a -> e e", LfvAlp(mass=20.0)
    for method in ("auto", "monte-carlo", "quadrature"):
        with pytest.raises(InvalidInput, match=r"model\.C_e = 0: a does not decay into e e"):
            df.rate(name, model=stable, method=method)
    with pytest.raises(InvalidInput, match=r"model\.C_e = 0"):
        df.events(name, model=stable, n=10)
    with pytest.raises(InvalidInput, match=r"model\.C_e = 0"):
        alp_resonance(PROCESSES[name], stable, parse_cut(None, {}), "born")
    require_pair_decay(LfvAlp(mass=20.0, C_e=1e-9))
    require_pair_decay(LfvAlp(mass=1.0))  # closed: a width of zero, not a mistake


def test_cut_that_nothing_passes():
    assert df.rate("mu -> e nu nu gamma", cut="E_gamma > 10 and E_e > 52.9").value == 0.0
    assert df.rate("mu -> e nu nu gamma", cut="E_gamma > 60").value == 0.0
    assert df.rate("mu -> e nu nu", cut="E_e > 10 and E_e < 5").value == 0.0
    with pytest.raises(ClosedChannel, match="no event can pass"):
        df.events("mu -> e nu nu", cut="E_e > 10 and E_e < 5", n=10)


@pytest.mark.parametrize("name", ["mu -> e nu nu gamma", "mu -> e a gamma"])
@pytest.mark.parametrize("cut", [None, "E_gamma > 0", "E_gamma < 10", "E_e > 45", "E_gamma > -1"])
def test_infrared_divergence_is_named(name, cut):
    for ask in (df.rate, df.events):
        with pytest.raises(ValueError, match="infrared divergence"):
            ask(name, cut=cut)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"polarization": (0, 0, 1.1)}, "polarization"),
        ({"polarization": (0.8, 0.8, 0.8)}, "polarization"),
        ({"polarization": (0, 0, math.nan)}, "polarization"),
        ({"polarization": -0.5}, "polarization"),
        ({"polarization": (0, 1)}, "polarization"),
        ({"charge": 0}, "charge"),
        ({"charge": 2}, "charge"),
        ({"seed": -1}, "seed"),
        ({"precision": 0.0}, "precision"),
        ({"precision": math.inf}, "precision"),
        ({"method": "magic"}, "method"),
        ({"norm": "tree"}, "norm"),
        ({"cut": "E_gama > 3"}, "unknown observable"),
        ({"model": "dark-photon"}, "takes no model"),
        ({"relative_to": "mu -> e"}, "does not exist"),
    ],
)
def test_bad_input_of_a_rate(options, told):
    with pytest.raises(ValueError, match=told):
        df.rate("mu -> e nu nu", **options)


def test_bad_input_of_events():
    for options, told in (
        ({"n": 0}, "n = 0"),
        ({"n": math.nan}, "n = nan"),
        ({"seed": -3}, "seed"),
        ({"charge": 3}, "charge"),
    ):
        with pytest.raises(ValueError, match=told):
            df.events("mu -> e nu nu", **options)


def test_models_are_checked_against_processes():
    with pytest.raises(ValueError, match="allowed lfv-alp"):
        df.rate("mu -> e e e a", model=DarkPhoton())
    with pytest.raises(ValueError, match="mass = 0"):
        df.rate("mu -> e e e nu nu", model=DarkPhoton(mass=0.0))
    with pytest.raises(ValueError, match="infrared"):
        df.rate("mu -> e nu nu X", model=DarkPhoton(mass=0.0))
    with pytest.raises(ValueError, match="narrow width"):
        df.rate("mu -> e e e nu nu", model=DarkPhoton(mass=20.0, epsilon=1e-7))
    with pytest.raises(UnknownName, match="did you mean mu -> e e e nu nu"):
        df.rate("mu -> e e nu nu")


def test_notes_warn():
    assert any("1/mass^2" in note for note in df.rate("mu -> e nu nu X", model=VectorBoson(mass=10.0, g_A_e=0.1)).notes)
    wide = Pseudoscalar(mass=20.0, g_e=2.0)
    assert any("narrow width" in n for n in find_process("mu -> e nu nu X, X -> e e").run(wide).setup.notes)


def test_scaling_laws():
    base = df.rate("mu -> e a gamma", model=ALP, cut="E_gamma > 10").value
    heavier = LfvAlp(mass=30.0, f_a_gev=1e10, C_V=1.0, C_A=0.5 - 0.5j)
    assert df.rate("mu -> e a gamma", model=heavier, cut="E_gamma > 10").value == pytest.approx(base / 100, rel=1e-12)
    rates = [df.rate("mu -> e nu nu X", model=DarkPhoton(mass=m, epsilon=1.0)).value for m in (2.0, 10.0, 50.0, 100.0)]
    assert rates == sorted(rates, reverse=True)
    assert df.rate("mu -> e nu nu X", model=DarkPhoton(mass=10.0, epsilon=1e-3)).value == pytest.approx(
        1e-6 * rates[1], rel=1e-12
    )


def test_units_of_an_x():
    rate = df.rate("X -> e e", model=DarkPhoton(mass=20.0))
    assert (rate.unit, rate.norm) == ("MeV", None)
    assert rate.value == DarkPhoton(mass=20.0).width_ee


def test_density_is_the_amplitude():
    process = PROCESSES["mu -> e e e nu nu"]
    sample = process.sample(500, seed=2, polarization=(0.1, 0.2, -0.3), charge=-1)
    seen = {name: p for name, p in sample.momenta.items() if name != "nunu"}
    found = process.density(seen, polarization=(0.1, 0.2, -0.3), charge=-1)
    assert found == pytest.approx(sample.stokes[:, 0] + sample.stokes[:, 1:] @ [0.1, 0.2, -0.3], rel=1e-7)
    with pytest.raises(InvalidInput, match="e3 is missing"):
        process.density({"e1": seen["e1"], "e2": seen["e2"]})


def test_spin_vector():
    assert spin_vector(0.85) == (0.0, 0.0, -0.85)
    assert spin_vector([0, 0, 1]) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize("mass", [1.1, 20.0, 90.0])
def test_pairs_of_a_dark_photon_are_those_of_a_vector_with_one_coupling(mass):
    """A closed form, and the amplitudes of all spins."""
    process, photon = find_process("mu -> e nu nu X, X -> e e"), DarkPhoton(mass=mass, epsilon=1e-3)
    g = photon.vertices[0]
    for charge in (1, -1):
        made = process.sample(100, photon, weighted=True, charge=charge)
        found, expected = (
            process.density(made.momenta, model, polarization=0.9, charge=charge)
            for model in (photon, VectorBoson(mass=mass, g_V_e=g, g_V_mu=g))
        )
        assert found == pytest.approx(expected, rel=1e-10, abs=0)


@pytest.mark.parametrize(
    ("name", "model", "cut", "seen"),
    [
        ("mu -> e nu nu", None, "cos_theta > 0.9", ("cos_theta", "E_e")),
        ("mu -> e nu nu gamma", None, "E_gamma > 20 and -0.9 < cos_theta < -0.4", ("E_e", "cos_theta_gamma")),
        ("mu -> e a gamma", ALP, "E_gamma > 10 and 0.2 < cos_theta < 0.6", ("cos_theta", "cos_theta_gamma")),
    ],
)
def test_directions_inside_of_a_cut_are_those_of_the_whole_sphere(name, model, cut, seen, monkeypatch):
    """Drawn inside, with a weight, and drawn as the spin asks: the same width and the same means."""
    run = find_process(name).run(model, cut=cut, polarization=(0.3, 0.2, -0.9))
    found = []
    for narrow in (engine.NARROW, 0.0):
        monkeypatch.setattr(engine, "NARROW", narrow)
        parts = list(run.weighted(4 * BLOCK, 1, seen))
        weight = np.concatenate([part[0] for part in parts])
        moments = np.stack([weight, *(weight * np.concatenate([part[1][name] for part in parts]) for name in seen)])
        found.append((moments.mean(axis=1), moments.std(axis=1) / len(weight) ** 0.5))
        assert (np.count_nonzero(weight) > 0.9 * len(weight)) == (narrow > 0)
    (inside, error), (sphere, other) = found
    assert np.all(np.abs(inside - sphere) < 4 * np.hypot(error, other))
    assert error[0] < 0.6 * other[0]


@pytest.mark.parametrize(("name", "model"), [("mu -> e nu nu", None), ("mu -> e a", ALP)])
def test_narrow_cone_by_monte_carlo(name, model):
    process, options = find_process(name), {"cut": "cos_theta > 0.9994", "polarization": (0, 0, -0.99), "charge": -1}
    sampled = process.rate(model, **options, method="monte-carlo", precision=1e-3, seed=2)
    assert sampled.events < 2**19
    assert sampled.value == pytest.approx(process.rate(model, **options).value, rel=4e-3, abs=0)


@pytest.mark.parametrize("process", ["e Z -> e Z X", "e Z -> e Z X, X -> e e", "nu A -> X A"])
@pytest.mark.parametrize(
    ("changed", "whole"), [({"target.Z": 6}, {"target.A": 12}), ({"target.A": 4}, {"target.Z": 2})]
)
def test_a_target_is_a_nucleus(process, changed, whole):
    """Charge and mass number belong together: carbon with the nucleons of tungsten was computed."""
    with pytest.raises(InvalidInput, match=r"target\.Z = .*, target\.A = .*: no such nucleus, .*; give both"):
        df.rate(process, settings=changed)
    assert df.rate(process, settings={**changed, **whole}).value > 0


@pytest.mark.parametrize(
    "ask",
    [lambda **how: df.spectrum("mu -> e a", observable="E_e", **how), lambda **how: df.events("mu -> e a", n=5, **how)],
)
def test_keys_of_a_card_are_refused_for_want_of_an_experiment(ask):
    settings = {"detector.x_resolution": 0.02}
    with pytest.raises(
        UnknownName, match=r"detector\.x_resolution: unknown key of the .* without an experiment; keys: model"
    ):
        ask(settings=settings)
    ask(settings=settings, experiment="megii-fwd")
