"""Rates and events of neutrinos that turn into dark jets, against integrals over diagrams and weighted random points."""

import math

import numpy as np
import pytest

import darkfactory as df
from darkfactory.amplitudes.neutrino_nucleus import nucleon_form_factors
from oracles import composite_beams, composite_density, composite_electron, composite_partons, composite_spinors

CUTOFF = 100.0


def rate(process, energy, dimension, gap, **more):
    settings = {
        "model.dimension": dimension,
        "model.gap_gev": gap,
        "model.cutoff_gev": CUTOFF,
        "beam.energy_gev": energy,
    }
    return df.rate(process, model="composite-neutrino", settings=settings | more).value


@pytest.mark.parametrize(("flavor", "anti"), [("mu", False), ("mu", True), ("e", False), ("e", True)])
def test_electrons(flavor, anti):
    for energy, dimension, gap in ((64.0, 3.1, 0.04), (210.0, 1.8, 0.09), (8.0, 5.2, 0.01)):
        expected = composite_density.insertion(CUTOFF, dimension)
        expected *= composite_electron.cross_section_x(energy, dimension, gap, flavor, anti)
        more = {"model.flavor": flavor, "beam.antineutrino": anti}
        assert rate("nu e -> X e", energy, dimension, gap, **more) == pytest.approx(expected, rel=1e-6, abs=0)


def recoiled(density, energy, dimension, gap, target, highest, degree, nodes=120):
    """Integral over recoils and masses; at a recoil, the density is a polynomial in M^2."""
    u, w = np.polynomial.legendre.leggauss(nodes)
    low, high = math.log(gap**4 / (8 * target * energy**2) * 0.5), math.log(highest)
    total = 0.0
    for ui, wi in zip(u, w, strict=True):
        t = math.exp((low + high) / 2 + (high - low) / 2 * ui)
        top2 = 2 * energy * (math.sqrt(t * t + 2 * target * t) - t) - 2 * target * t
        if top2 <= gap**2:
            continue
        at = top2 * (np.arange(degree + 1) + 0.5) / (degree + 1)
        fit = np.polynomial.Polynomial.fit(at, [density(t, math.sqrt(m2)) for m2 in at], degree)
        total += (
            wi * t * composite_density.over_density(lambda m, f=fit: f(m * m), dimension, gap, math.sqrt(top2) ** 2)
        )
    return total * (high - low) / 2 * composite_density.insertion(CUTOFF, dimension)


@pytest.mark.parametrize(("energy", "dimension", "gap"), [(3.1, 2.2, 0.05), (0.4, 1.7, 0.02), (11.0, 3.3, 0.1)])
def test_argon(energy, dimension, gap):
    expected = recoiled(
        lambda t, m: composite_electron.coherent(energy, t, m), energy, dimension, gap, 37.26, 0.01, 2
    )  # F^2 ends at a few MeV
    assert rate("nu A -> X A", energy, dimension, gap, **{"target.Z": 18, "target.A": 40}) == pytest.approx(
        expected, rel=2e-3, abs=0
    )


@pytest.mark.parametrize(("kind", "anti"), [("p", False), ("n", True)])
def test_whole_nucleons(kind, anti):
    energy, dimension, gap = 2.6, 2.3, 0.12
    mass = 0.93827208943 if kind == "p" else 0.93956542194

    def density(t, m):
        form = nucleon_form_factors(2e6 * mass * t, kind, 1e3 * mass)
        return composite_spinors.nucleon_elastic(energy, m, t, mass, form, anti)

    expected = recoiled(density, energy, dimension, gap, mass, 2 * energy**2 / (mass + 2 * energy), 3, 50)
    assert rate(f"nu {kind} -> X {kind}", energy, dimension, gap, **{"beam.antineutrino": anti}) == pytest.approx(
        expected, rel=1e-3, abs=0
    )


# --- events -------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(composite_partons.grid_path() is None, reason="no parton densities: pip install pythia8mc")
@pytest.mark.parametrize(("energy", "dimension", "gap"), [(120.0, 4.5, 1.0), (34.0, 3.1, 0.6), (75.0, None, None)])
def test_hadrons(energy, dimension, gap):
    settings = {"beam.energy_gev": energy}
    if dimension:
        settings |= {"model.dimension": dimension, "model.gap_gev": gap, "jet.states": False}
    process, model = ("nu N -> X", "composite-neutrino") if dimension else ("nu N -> nu", None)
    record = df.events(process, n=40_000, model=model, settings=settings, seed=5)
    label = next(i for i, name in enumerate(record.names) if name == "h")
    p, weight = record.momenta[:, label] / 1e3, record.weights / record.weights.sum()
    nu, size = p[:, 0] - composite_beams.M_N, np.linalg.norm(p[:, 1:], axis=1)
    found = {
        "x": (size**2 - nu**2) / (2 * composite_beams.M_N * nu),
        "y": nu / energy,
        "angle": np.arctan2(np.hypot(p[:, 1], p[:, 2]), p[:, 3]),
    }
    m2 = nu**2 - size**2 + 2 * energy * (p[:, 3] - nu)
    found["m2"] = m2
    rng = np.random.default_rng(9)
    sample = composite_beams.events(250_000, rng, lambda u: np.full_like(u, energy), np.ones_like, dimension, gap)
    *_, cosine = composite_beams.hadrons(*sample[:4])
    w = np.where(cosine <= 1, sample[4], 0.0)
    w /= w.sum()
    expected = {"x": sample[1], "y": sample[2], "angle": np.arccos(np.clip(cosine, -1, 1)), "m2": sample[3]}
    for name in ("x", "y", "angle", "m2"):
        for power in (1, 2):
            one, other = found[name] ** power, expected[name] ** power
            mean, truth = float(weight @ one), float(w @ other)
            error = math.hypot(
                math.sqrt(float(weight**2 @ (one - mean) ** 2)), math.sqrt(float(w**2 @ (other - truth) ** 2))
            )
            assert mean == pytest.approx(truth, abs=4 * error + 1e-6), (name, power)


def test_recoiling_electrons():
    energy, dimension, gap = 90.0, 3.4, 0.05
    settings = {"beam.energy_gev": energy, "model.dimension": dimension, "model.gap_gev": gap, "jet.states": False}
    record = df.events("nu e -> X e", n=40_000, model="composite-neutrino", settings=settings, seed=2)
    at = next(i for i, name in enumerate(record.names) if name.startswith("e-") and not name.endswith("_in"))
    p, weight = record.momenta[:, at] / 1e3, record.weights / record.weights.sum()
    t = p[:, 0] - composite_electron.M_E
    m2 = 2 * energy * (p[:, 3] - t) - 2 * composite_electron.M_E * t
    left, right = composite_electron.couplings()
    u, w = np.polynomial.legendre.leggauss(4)

    def moments(mass):
        """Cross section, and with T and M^2."""
        parts = [composite_electron.squared(energy, mass, c, left, right) for c in u]
        unit = composite_electron.phase_space(energy, mass) * w * parts
        return np.array(
            [unit.sum(), unit @ [composite_electron.recoil(energy, mass, c) for c in u], unit.sum() * mass**2]
        )

    top = math.sqrt(composite_electron.M_E**2 + 2 * composite_electron.M_E * energy) - composite_electron.M_E
    node = np.linspace(0, 1, 60)
    table = np.array([moments(top * (1 - x * x) * (1 - 1e-9)) for x in node])

    def integral(column):
        return composite_density.over_density(
            lambda m: np.interp(np.sqrt(np.maximum(1 - m / top, 0.0)), node, table[:, column]), dimension, gap, top**2
        )

    for value, column in ((t, 1), (m2, 2)):
        mean = float(weight @ value)
        error = math.sqrt(float(weight**2 @ (value - mean) ** 2))
        assert mean == pytest.approx(integral(column) / integral(0), abs=4 * error + 2e-3 * mean)
