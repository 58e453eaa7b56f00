"""Chapter 05, section 8: what displaced pairs at Mu3e exclude, by class of the signal, to 5% in the coupling.

The chapter takes accepted pairs to fly in all directions alike: here the fold with the fiducial volume is told so, and nothing
else. What the search finds with their own directions stands in ``test_ee_displaced_directions.py``.

Accidentals and mis-measured vertices are the assumptions of the chapter. Its internal conversion (C) is a proxy without the
exchange of positrons; the exact one of the package is larger above 15 MeV, which a coupling notices by less than 2%.
"""

from __future__ import annotations

import numpy as np
import pytest

import darkfactory as df
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.searches.ee_displaced import pairs, vertices

CHAPTER = {"detector.efficiency": 0.771638}
MADE = {}
"""Pairs whose directions are alike."""


@pytest.fixture(autouse=True)
def all_directions_alike(monkeypatch):
    own = DecayVolume.by_direction.fget

    def mean(volume):
        return np.broadcast_to(own(volume).mean(axis=1, keepdims=True), own(volume).shape)

    monkeypatch.setattr(DecayVolume, "by_direction", property(mean))
    # neither from the cache nor into it
    monkeypatch.setattr(
        pairs, "kept", lambda folder, what, make: MADE.get(repr(what)) or MADE.setdefault(repr(what), make())
    )
    vertices._kernel.cache_clear()
    yield
    vertices._kernel.cache_clear()


def ask(model, mass=None, experiment="mu3e-phase1", coupling=None, **settings):
    given = CHAPTER | {key.replace("__", "."): value for key, value in settings.items()}
    return df.reach("ee-displaced", experiment, model=model, mass=mass, coupling=coupling, settings=given)


@pytest.mark.parametrize(
    ("mass", "limits"), [(20.0, (1.92e-14, 1.02e-14, 5.57e-14)), (40.0, (7.0e-14, 8.0e-15, 2.54e-14))]
)
def test_without_neutrinos(mass, limits):
    """Class (i): branching ratios at c tau = 1, 10, 100 mm."""
    for ctau, limit in zip((1.0, 10.0, 100.0), limits, strict=True):
        found = ask("lfv-alp", mass, search__ctau=ctau)
        assert found.branching_ratio[0] == pytest.approx(limit, rel=0.02, abs=0)
        assert found.result.background[0] < 0.02
        # 1e-14 is F = 8.85e13 GeV for a massless ALP
        assert found.F_gev[0] == pytest.approx(8.85e13 * (1e-14 / limit) ** 0.5 * (1 - (mass / 105.658) ** 2), rel=0.02)


MASSES = (10.0, 15.0, 20.0, 30.0, 40.0, 50.0)
PHASE_1 = ((2.5e-6, 3.8e-5), (1.3e-6, 2.6e-5), (7.7e-7, 2.01e-5), (4.0e-7, 1.27e-5), (4.2e-7, 8.0e-6), (6.3e-7, 4.3e-6))
PHASE_2 = ((1.2e-6, 5.0e-5), (6.9e-7, 3.2e-5), (5.0e-7, 2.34e-5), (3.3e-7, 1.36e-5), (3.8e-7, 8.4e-6), (5.6e-7, 4.7e-6))


@pytest.mark.parametrize(("experiment", "intervals"), [("mu3e-phase1", PHASE_1), ("mu3e-phase2", PHASE_2)])
def test_with_neutrinos(experiment, intervals):
    """Class (ii): g_ee at g_mumu = 3e-4, with all backgrounds."""
    found = ask("pseudoscalar", MASSES, experiment, model__g_mu=3e-4)
    assert found.result.status.tolist() == ["ok"] * len(MASSES)
    for (edges,), expected in zip(found.result.excluded["g_ee"], intervals, strict=True):
        assert tuple(edges) == pytest.approx(expected, rel=0.05, abs=0)


COUNTS = {
    20.0: (8.9e2, 8.0, 2.4e2),
    30.0: (1.8e2, 3.0, 5.1e2),
    40.0: (23.0, 0.8, 7.1e2),
}


@pytest.mark.parametrize("mass", COUNTS)
def test_backgrounds_by_source_and_as_numbers(mass):
    """Two sources as in the chapter; the exact internal conversion is several times its proxy, and matters little."""
    conversions, misvertex, accidentals = COUNTS[mass]
    own = ask("pseudoscalar", mass, model__g_mu=3e-4)
    found = own.rows[0]["backgrounds"]
    assert found["conversions"] == pytest.approx(conversions, rel=0.06, abs=0)
    assert found["accidentals"] == pytest.approx(accidentals, rel=0.06, abs=0)
    assert 2 < found["misvertex"] / misvertex < 12
    numbers = {"conversions": conversions, "misvertex": misvertex, "accidentals": accidentals, "material": 0.0}
    given = ask("pseudoscalar", mass, model__g_mu=3e-4, **{f"search__background.{k}": v for k, v in numbers.items()})
    assert given.result.background[0] == pytest.approx(sum(numbers.values()), rel=1e-12)
    edges = [r.result.excluded["g_ee"][0][0] for r in (own, given)]
    assert edges[0] == pytest.approx(edges[1], rel=0.03, abs=0)


def test_a_dark_photon():
    first = ask("dark-photon", (10.0, 20.0, 30.0))
    assert first.result.excluded["epsilon"][0][0] == pytest.approx((3.8e-5, 1.8e-4), rel=0.05, abs=0)
    assert first.result.status.tolist() == ["ok", "out-of-reach", "out-of-reach"]
    assert [len(edges) for edges in first.result.excluded["epsilon"]] == [1, 0, 0]
    second = ask("dark-photon", (20.0, 30.0), "mu3e-phase2")
    assert second.result.excluded["epsilon"][0][0] == pytest.approx((2.3e-5, 7.6e-5), rel=0.05, abs=0)
    assert second.result.status[1] == "out-of-reach"


@pytest.mark.parametrize(
    ("mass_N", "mass_A", "epsilon", "floor"),
    [(30, 15, 3.2e-5, 1.9e-12), (60, 20, 2.4e-5, 5.7e-12), (60, 30, 1.4e-5, 2.5e-12), (60, 40, 9.7e-6, 1.8e-12),
     (80, 40, 1.1e-5, 2.8e-11)],
)  # fmt: skip
def test_smallest_mixing_of_a_sterile_neutrino(mass_N, mass_A, epsilon, floor):
    """Class (iii): the chapter takes N to be prompt, as one with a large dark coupling is."""
    masses = {"model__mass_N": mass_N, "model__mass_A": mass_A, "model__epsilon": epsilon}
    prompt = ask("sterile-dark-photon", model__alpha_D=1e6, **masses)
    assert prompt.couplings["U2"][0] == pytest.approx(floor, rel=0.06, abs=0)
    # with alpha_D = 0.1 so small a mixing makes N fly itself
    flying = ask("sterile-dark-photon", **masses)
    assert flying.couplings["U2"][0] != pytest.approx(prompt.couplings["U2"][0], rel=1e-3, abs=0)


@pytest.mark.parametrize(("mass_A", "edge"), [(20, 2.04e-4), (30, 1.35e-4), (40, 9.8e-5)])
def test_largest_kinetic_mixing_beside_a_sterile_neutrino(mass_A, edge):
    found = ask("sterile-dark-photon", coupling="epsilon", model__mass_N=60, model__mass_A=mass_A, model__U2=1e-6)
    assert found.result.excluded["epsilon"][0][-1, 1] == pytest.approx(edge, rel=0.01, abs=0)


def test_the_cut_on_the_vertex_sets_the_edge():
    """Upper edge in g_ee at 30 MeV for 1, 2 and 3 mm, at 50 signal events: as many as about 560 of background allow."""
    background = {f"search__background.{name}": 0.0 for name in ("conversions", "misvertex", "material")}
    for d_min, edge in ((1.0, 1.83e-5), (2.0, 1.28e-5), (3.0, 1.04e-5)):
        found = ask(
            "pseudoscalar", 30.0, model__g_mu=3e-4, search__d_min=d_min, **background, **{"search__background.accidentals": 612.0}
        )  # fmt: skip
        assert found.result.excluded["g_ee"][0][0, 1] == pytest.approx(edge, rel=0.05, abs=0)
