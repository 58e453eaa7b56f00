"""Missing mass that a calorimeter measures in narrow and wide beams: rows of section 8, and an oracle of weighted points."""

import math

import numpy as np
import pytest

import darkfactory as df
from oracles import composite_beams, composite_flux, composite_partons

pytestmark = pytest.mark.skipif(
    composite_partons.grid_path() is None, reason="no parton densities: pip install pythia8mc"
)

BINS, LOW, HIGH = 4800, -400.0, 800.0
"""Bins of 0.25 GeV^2."""


def share_above(m2, dimension, gap, events=2**18, **settings):
    """Share of the missing mass squared above some [GeV^2], at NuTeV without an upper end of the hadronic energy."""
    given = {"detector.e_h_high_gev": 1e5, "beam.mode": "neutrino"}
    given |= {key.replace("__", "."): value for key, value in settings.items()}
    process, model = "nu N -> nu", None
    if dimension is not None:
        process, model = "nu N -> X", "composite-neutrino"
        given |= {"model.dimension": dimension, "model.gap_gev": gap}
    options = {"observable": "m_miss2", "bins": BINS, "low": LOW * 1e6, "high": HIGH * 1e6, "events": events}
    found = df.spectrum(process, experiment="nutev", model=model, settings=given, **options)
    values = np.asarray(found.values)
    return float(values[np.asarray(found.edges)[:-1] >= (m2 - 1e-6) * 1e6].sum() / values.sum())


NARROW = {"beam__flux": "monochromatic", "search__energy_error": 0.05}
WIDE = {"search__reference_energy_gev": 120.0}


@pytest.mark.parametrize(
    ("settings", "dimension", "gap", "share"),
    [
        (NARROW | {"beam__energy_gev": 120.0}, None, None, 0.0200),
        (NARROW | {"beam__energy_gev": 120.0}, 4.5, 1.0, 0.580),
        (WIDE | {"beam__flux": "analytic", "beam__energy_range_gev": "10,500"}, None, None, 0.0837),
        (WIDE | {"beam__flux": "analytic", "beam__energy_range_gev": "10,500"}, 4.5, 1.0, 0.352),
        (WIDE, None, None, 0.0960),
        (WIDE, 4.5, 1.0, 0.350),
    ],
)
def test_rows(settings, dimension, gap, share):
    assert share_above(25.0, dimension, gap, **settings) == pytest.approx(share, rel=0.03)


def table(e):
    rows = composite_flux.read("nutev_fhc")
    return np.interp(e, rows["E_GeV"], rows["numu"], left=0.0, right=0.0)


@pytest.mark.parametrize(("dimension", "gap", "m2"), [(None, None, 10.0), (3.2, 0.7, 12.0), (5.4, 1.9, 40.0)])
def test_narrow_and_wide_beams(dimension, gap, m2):
    rng = np.random.default_rng(17)
    for settings, energy, flux, assumed in (
        (NARROW | {"beam__energy_gev": 83.0}, lambda u: np.full_like(u, 83.0), np.ones_like, None),
        (WIDE | {"search__reference_energy_gev": 95.0}, lambda u: 10 + 390 * u, table, 95.0),
    ):
        # the smallest sample that tells shares to 2%
        sample = composite_beams.events(250_000, rng, energy, flux, dimension, gap)
        expected, error = composite_beams.share_above(*composite_beams.reconstructed(sample, rng, assumed), m2)
        found = share_above(m2, dimension, gap, **settings)
        assert found == pytest.approx(expected, abs=4 * math.hypot(error, 0.004 * expected))
        assert error < 0.04 * expected


def test_calorimeter():
    """Energy and angle of the shower of every event, against the true ones in units of the resolution."""
    settings = {"beam.mode": "neutrino", "beam.flux": "analytic"}
    record = df.events("nu N -> nu", n=30_000, experiment="nutev", settings=settings, seed=4, weighted=False)
    label = record.names.index("h")
    true, seen = record.momenta[:, label], record.recorded.momenta[:, record.recorded.names.index("h")]
    nu = true[:, 0] / 1e3 - composite_beams.M_N
    assert (nu.min() > 20, nu.max() < 180) == (True, True)
    energy = ((seen[:, 0] / 1e3 - composite_beams.M_N) / nu - 1) * np.sqrt(nu) / 0.86
    angles = [np.arctan2(np.hypot(p[:, 1], p[:, 2]), p[:, 3]) for p in (true, seen)]
    angle = (angles[1] - angles[0]) / (0.0055 + 0.61 / nu)
    wide = angles[0] > 4 * (0.0055 + 0.61 / nu)  # not reflected at the axis
    for pull in (energy, angle[wide]):
        assert float(pull.mean()) == pytest.approx(0.0, abs=4 / math.sqrt(len(pull)))
        assert float(pull.std()) == pytest.approx(1.0, abs=4 / math.sqrt(2 * len(pull)))
    scale = np.linalg.norm(seen[:, 1:], axis=1) / np.linalg.norm(true[:, 1:], axis=1)
    assert scale == pytest.approx((seen[:, 0] / 1e3 - composite_beams.M_N) / nu, rel=1e-6)
