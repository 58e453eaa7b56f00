"""Limits against pyhf: the same model written twice, once as a HistFactory specification and once with our bases.

At our limit pyhf must find CLs = 1 - CL to 2% of itself, or q = z^2 to 0.5%: both are finer than 1% of the limit, since
CLs falls by about 3.5% per percent of the limit (the last test shows it).
"""

import math

import numpy as np
import pyhf
import pytest
from scipy.special import ndtri

from darkfactory.statistics import (
    BinnedModel,
    Linear,
    Norm,
    NormSys,
    Nuisance,
    Product,
    Sample,
    Sum,
    expected_limit,
    observed_limit,
)

pytestmark = pytest.mark.filterwarnings("ignore")  # scipy's minimisers chatter inside pyhf

SIGNAL = np.array([2.0, 6.0, 9.0, 5.0, 1.0])
FALLING = np.array([120.0, 90.0, 65.0, 45.0, 30.0])
FLAT = np.array([20.0, 20.0, 20.0, 20.0, 20.0])
MU = {"name": "mu", "type": "normfactor", "data": None}


def sample(name, data, *modifiers):
    return {"name": name, "data": np.asarray(data, dtype=float).tolist(), "modifiers": list(modifiers)}


def normsys(name, lo, hi):
    return {"name": name, "type": "normsys", "data": {"lo": lo, "hi": hi}}


def histosys(name, down, up):
    return {"name": name, "type": "histosys", "data": {"lo_data": list(down), "hi_data": list(up)}}


def counting_with_common_luminosity():
    """1 nuisance: one bin, a luminosity error common to signal and background."""
    samples = [sample("s", [10.0], MU, normsys("lumi", 0.9, 1.12)), sample("b", [50.0], normsys("lumi", 0.9, 1.12))]
    model = BinnedModel.from_samples(
        [10.0], [Sample([50.0], {"lumi": (0.9, 1.12)})], signal_normalisations={"lumi": (0.9, 1.12)}
    )
    return [("sr", samples)], model, [57]


def shape_and_norm():
    """2 nuisances: an asymmetric histosys and a normsys."""
    down, up = FALLING * [1.1, 1.05, 1.0, 0.92, 0.85], FALLING * [0.93, 0.97, 1.0, 1.04, 1.2]
    samples = [sample("s", SIGNAL, MU), sample("b", FALLING, normsys("norm", 0.95, 1.05), histosys("tilt", down, up))]
    model = BinnedModel.from_samples(SIGNAL, [Sample(FALLING, {"norm": 0.05}, {"tilt": (down, up)})])
    return [("sr", samples)], model, [118, 99, 70, 41, 33]


def free_normalisation():
    """3 nuisances: a free normfactor, a normsys of a second sample, a histosys common to both."""
    tilt = np.array([-0.08, -0.04, 0.0, 0.04, 0.08])
    one, two = (FALLING * (1 - tilt), FALLING * (1 + tilt)), (FLAT * (1 + 2 * tilt), FLAT * (1 - 2 * tilt))
    samples = [
        sample("s", SIGNAL, MU),
        sample("b1", FALLING, {"name": "k", "type": "normfactor", "data": None}, histosys("tilt", *one)),
        sample("b2", FLAT, normsys("flat", 0.8, 1.25), histosys("tilt", *two)),
    ]
    model = BinnedModel.from_samples(
        SIGNAL, [Sample(FALLING, {"k": math.inf}, {"tilt": one}), Sample(FLAT, {"flat": (0.8, 1.25)}, {"tilt": two})]
    )
    return [("sr", samples)], model, [150, 101, 92, 71, 49]


def independent_bins():
    """6 nuisances: a Gaussian error per bin (staterror) and a normsys."""
    errors = np.array([0.03, 0.05, 0.06, 0.08, 0.1])
    staterror = {"name": "stat", "type": "staterror", "data": (errors * FALLING).tolist()}
    samples = [sample("s", SIGNAL, MU), sample("b", FALLING, normsys("norm", 0.9, 1.1), staterror)]
    model = BinnedModel.from_samples(SIGNAL, [Sample(FALLING, {"norm": 0.1}, bin_errors=errors)])
    return [("sr", samples)], model, [131, 88, 60, 52, 27]


def poisson_constrained_bins():
    """5 nuisances: shapesys, whose Poisson constraints are auxiliary bins with tau (1 + t) expected counts."""
    errors = np.array([0.05, 0.1, 0.1, 0.15, 0.2])
    tau = errors**-2.0
    samples = [
        sample("s", SIGNAL, MU),
        sample("b", FALLING, {"name": "gamma", "type": "shapesys", "data": (errors * FALLING).tolist()}),
    ]
    names = tuple(f"g{i}" for i in range(5))
    templates = np.concatenate(
        [[np.concatenate([FALLING, tau])], np.concatenate([np.diag(FALLING), np.diag(tau)], axis=1)]
    )
    signal = np.concatenate([SIGNAL, np.zeros(5)])
    model = BinnedModel(signal, templates, Linear(names), [Nuisance(name, lower=-1.0) for name in names])
    return [("sr", samples)], model, [125, 95, 60, 40, 36, *tau]


def two_channels():
    """6 nuisances: signal and control region tied by a free normalisation; normsys, histosys, luminosity on the signal."""
    control = np.array([400.0, 300.0])
    tilt = np.array([0.05, 0.02, 0.0, -0.03, -0.06])
    k = {"name": "k", "type": "normfactor", "data": None}
    region = [
        sample("s", SIGNAL, MU, normsys("lumi", 0.97, 1.03)),
        sample(
            "b1",
            FALLING,
            k,
            normsys("transfer", 0.94, 1.07),
            histosys("tilt", FALLING * (1 - tilt), FALLING * (1 + tilt)),
        ),
        sample("b2", FLAT, normsys("lumi", 0.97, 1.03), normsys("flat", 0.7, 1.3)),
    ]
    side = [sample("b1", control, k, histosys("soft", control * [1.02, 0.98], control * [0.98, 1.02]))]
    pad5, pad2 = np.zeros(5), np.zeros(2)
    first, second = np.concatenate([FALLING, pad2]), np.concatenate([FLAT, pad2])
    slope, soft = np.concatenate([FALLING * tilt, pad2]), np.concatenate([pad5, control * [-0.02, 0.02]])
    # b1 carries its transfer error in the signal region only: two terms share the free normalisation
    basis = Sum(
        (
            Product((Norm("k"), NormSys("transfer", 0.94, 1.07), Linear(("tilt",)))),
            Product((Norm("k"), Linear(("soft",)))),
            Product((NormSys("lumi", 0.97, 1.03), NormSys("flat", 0.7, 1.3))),
        )
    )
    templates = [first, slope, np.concatenate([pad5, control]), soft, second]
    nuisances = [
        Nuisance("k", lower=-1.0),
        *(Nuisance(n, prior=1.0) for n in ("transfer", "tilt", "soft", "lumi", "flat")),
    ]
    signal = np.concatenate([SIGNAL, pad2])
    model = BinnedModel(signal, templates, basis, nuisances, NormSys("lumi", 0.97, 1.03))
    return [("sr", region), ("cr", side)], model, [131, 108, 91, 66, 41, 380, 290]


MODELS = [
    counting_with_common_luminosity,
    shape_and_norm,
    free_normalisation,
    independent_bins,
    poisson_constrained_bins,
    two_channels,
]


@pytest.fixture(scope="module", params=MODELS, ids=lambda build: build.__name__)
def pair(request):
    channels, model, data = request.param()
    specification = {"channels": [{"name": name, "samples": samples} for name, samples in channels]}
    pdf = pyhf.Model(specification, poi_name="mu")
    bounds = pdf.config.suggested_bounds()
    bounds[pdf.config.poi_index] = (-20.0, 40.0)
    aux = pdf.config.auxdata
    # pyhf orders channels by name; auxiliary bins are its auxdata
    sizes = {channel["name"]: len(channel["samples"][0]["data"]) for channel in specification["channels"]}
    parts, start = {}, 0
    for name, _ in channels:
        parts[name] = slice(start, start + sizes[name])
        start += sizes[name]
    order = np.concatenate([np.arange(100)[parts[name]] for name in pdf.config.channels])

    def pyhf_data(counts):
        return [*np.asarray(counts, dtype=float)[order], *aux]

    return pdf, bounds, model, np.array(data, dtype=float), pyhf_data


def cls_values(pdf, bounds, data, mu):
    bounds = [*bounds]
    bounds[pdf.config.poi_index] = (0.0, 40.0)
    observed, expected = pyhf.infer.hypotest(
        mu, data, pdf, par_bounds=bounds, test_stat="qtilde", return_expected_set=True
    )
    return float(observed), [float(value) for value in expected]


def q_mu(pdf, bounds, data, mu):
    init, fixed = pdf.config.suggested_init(), pdf.config.suggested_fixed()
    return float(pyhf.infer.test_statistics.qmu(mu, data, pdf, init, bounds, fixed))


def test_expected(pair):
    """The median CLs is 2 (1 - Phi(sqrt q)), so that CLs and profile limits are two points of one curve q(mu)."""
    pdf, bounds, model, _, pyhf_data = pair
    found = expected_limit(model, 0.95, "cls")
    assert found.status[0] == "ok"
    assert q_mu(pdf, bounds, pyhf_data(model.background[0]), found.limit[0]) == pytest.approx(found.z**2, rel=0.005)


def test_observed_cls(pair):
    pdf, bounds, model, data, pyhf_data = pair
    limit = observed_limit(model, data, 0.90, "cls").limit[0]
    assert cls_values(pdf, bounds, pyhf_data(data), limit)[0] == pytest.approx(0.10, rel=0.02)


def test_observed_profile(pair):
    pdf, bounds, model, data, pyhf_data = pair
    found = observed_limit(model, data, 0.95, "profile")
    assert q_mu(pdf, bounds, pyhf_data(data), found.limit[0]) == pytest.approx(ndtri(0.95) ** 2, rel=0.005)
    assert found.status[0] == "ok"


def test_bands_and_one_percent():
    """The whole expected band, and proof that the tolerance is finer than one percent of the limit."""
    channels, model, _ = counting_with_common_luminosity()
    pdf = pyhf.Model({"channels": [{"name": name, "samples": samples} for name, samples in channels]}, poi_name="mu")
    bounds, data = pdf.config.suggested_bounds(), [*model.background[0], *pdf.config.auxdata]
    band = expected_limit(model, 0.95, "cls").band[0]
    for column, limit in enumerate(band):
        assert cls_values(pdf, bounds, data, limit)[1][column] == pytest.approx(0.05, rel=0.005)
    assert cls_values(pdf, bounds, data, 1.01 * band[2])[1][2] < 0.98 * 0.05
