"""Spectra of decay lengths and of pointing: as many events as the search expects, and distributed as events flown one by one."""

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import UnknownName
from oracles import displaced as chapter

ALP, CHAIN = "mu -> e a, a -> e e", "mu -> e nu N, N -> nu X, X -> e e"
LFV = {"mass": 20.0, "F_gev": 1e13, "C_e": 7e10}
STERILE = {"mass_N": 60.0, "mass_A": 20.0, "U2": 1e-12, "epsilon": 5e-5}
EXACT = {
    "detector.momentum_resolution": 1e-9,
    "detector.momentum_resolution_slope": 0.0,
    "detector.angle_resolution": 0.0,
}


def spectrum(process, observable, model, bins, high, **settings):
    given = {f"model.{name}": value for name, value in model.items()} | settings
    given |= {"beam.polarization": 0.0, "search.vertex": "displaced"}
    options = {"experiment": "mu3e-phase1", "events": 2**18, "bins": bins, "low": 0.0, "high": high}
    return df.spectrum(process, observable=observable, settings=given, **options)


def flown(chain, ctau, masses, tries=8):
    """Steps from stops to fiducial vertices, momenta of what decays there, and weights, of accepted events."""
    tracks, flying, weight = chain
    passed = chapter.track_cut(tracks)
    found = []
    for seed in range(tries):
        start, _, rng = chapter.flights(passed.sum(), seed)
        step = sum(
            rng.exponential(length / mass, (passed.sum(), 1)) * p[passed, 1:]
            for p, length, mass in zip(flying, ctau, masses, strict=True)
        )
        seen = chapter.fiducial(start + step, 2.0)
        found.append((step[seen], flying[-1][passed, 1:][seen], weight[passed][seen]))
    return [np.concatenate(parts) for parts in zip(*found, strict=True)]


@pytest.fixture(scope="module")
def of_alp():
    return spectrum(ALP, "decay_length", LFV, 240, 120.0, **EXACT)


def test_as_many_as_the_search_expects(of_alp):
    model = df.model("lfv-alp", LFV).rows[0]
    settings = {"search.ctau": model["ctau_mm"], "search.precision": 0.01}
    row = df.reach("ee-displaced", "mu3e-phase1", model="lfv-alp", mass=20.0, settings=settings).rows[0]
    made = df.rate("mu -> e a", model="lfv-alp", settings={f"model.{k}": v for k, v in LFV.items()}).value
    assert of_alp.values.sum() == pytest.approx(2.5e15 * made * row["signal_efficiency"], rel=5e-3)
    assert not of_alp.components  # what the target makes is prompt


def test_decay_lengths(of_alp):
    ctau = df.model("lfv-alp", LFV).rows[0]["ctau_mm"]
    step, _, _ = flown(chapter.alp_chain(20.0, 200_000, 5), [ctau], [20.0])
    middle, length = (of_alp.edges[1:] + of_alp.edges[:-1]) / 2, np.linalg.norm(step, axis=1)
    assert of_alp.values @ middle / of_alp.values.sum() == pytest.approx(length.mean(), rel=5e-3)
    expected = np.histogram(length, of_alp.edges[::40])[0] / len(length)
    assert of_alp.values.reshape(6, -1).sum(axis=1) / of_alp.values.sum() == pytest.approx(expected, abs=6e-3)


def test_pairs_point_unless_what_makes_them_flies():
    """Also a pair beside neutrinos, within the resolution of its momentum."""
    exact = spectrum(ALP, "pointing", LFV, 100, 1.0, **EXACT)
    assert exact.values[0] == pytest.approx(exact.values.sum(), rel=1e-9)
    measured = spectrum(ALP, "pointing", LFV, 100, 1.0)
    assert 0.02 < measured.values @ (measured.edges[1:] + measured.edges[:-1]) / 2 / measured.values.sum() < 0.5
    both = spectrum(CHAIN, "pointing", STERILE, 120, 60.0, **EXACT)
    model = df.model("sterile-dark-photon", STERILE).rows[0]
    lengths = [model["ctau_N_mm"], model["ctau_A_mm"]]
    step, pair, weight = flown(chapter.sterile_chain(60.0, 20.0, "mu", 200_000, 5), lengths, [60.0, 20.0])
    missed = np.linalg.norm(np.cross(step, pair), axis=1) / np.linalg.norm(pair, axis=1)
    middle = (both.edges[1:] + both.edges[:-1]) / 2
    assert both.values @ middle / both.values.sum() == pytest.approx(weight @ missed / weight.sum(), rel=5e-3)


def test_without_vertices_there_are_none():
    with pytest.raises(UnknownName, match=r"'pointing' is of a vertex.*search.vertex=displaced"):
        df.spectrum(
            ALP, observable="pointing", experiment="mu3e-phase1", settings={f"model.{k}": v for k, v in LFV.items()}
        )
    with pytest.raises(UnknownName, match="'decay_length' does not exist here"):
        df.spectrum("mu -> e nu nu", observable="decay_length")
