"""The exported workspace is valid for pyhf and has the same limit."""

import numpy as np
import pyhf
import pytest
from pyhf.infer import hypotest

from darkfactory.statistics import (
    BinnedModel,
    Chebyshev,
    Linear,
    Norm,
    NotExpressible,
    Nuisance,
    Product,
    Sample,
    Sum,
    expected_limit,
    pyhf_scale,
    to_pyhf,
)

pytestmark = pytest.mark.filterwarnings("ignore")

X = np.linspace(0.0, 1.0, 6)
SIGNAL = 1e10 * np.array([1.0, 4.0, 9.0, 6.0, 2.0, 0.0])
FALLING = 150.0 * np.exp(-X)
FLAT = np.full(6, 20.0)


def from_samples():
    tilt = FALLING * (1 - 0.1 * X), FALLING * (1 + 0.15 * X)
    first = Sample(FALLING, {"k": np.inf, "lumi": (0.95, 1.06)}, {"tilt": tilt})
    second = Sample(FLAT, {"lumi": (0.95, 1.06)}, bin_errors=np.full(6, 0.1))
    return BinnedModel.from_samples(SIGNAL, [first, second], signal_normalisations={"lumi": (0.95, 1.06)})


def linear_with_lumi():
    basis = Product((Norm("norm"), Linear(("slope", "wave"))))
    templates = [FALLING, FALLING * (X - 0.5), FALLING * np.sin(5 * X)]
    return BinnedModel(
        SIGNAL, templates, basis, [Nuisance("norm", 0.05), Nuisance("slope", 0.1), Nuisance("wave", 0.1)]
    )


def added_template():
    basis = Sum((Norm("norm"), Linear(("rc",), constant=False)))
    return BinnedModel(SIGNAL, [FALLING, 3 * np.cos(4 * X)], basis, [Nuisance("norm", lower=-1.0), Nuisance("rc", 1.0)])


def table():
    shift = Chebyshev("shift", 0.2, 6)
    templates = [FALLING * np.exp(t * (X - 0.5)) for t in shift.nodes]
    return BinnedModel(SIGNAL, templates, shift, [Nuisance("shift", 0.05)])


@pytest.mark.parametrize("build", [from_samples, linear_with_lumi, added_template, table])
def test_round_trip(build):
    model = build()
    workspace = pyhf.Workspace(to_pyhf(model))  # validates the schema
    pdf = workspace.model()
    limit = expected_limit(model, 0.95, "cls").limit[0] / pyhf_scale(model)
    assert 1.0 < limit < 5.0
    _, expected = hypotest(limit, workspace.data(pdf), pdf, test_stat="qtilde", return_expected_set=True)
    assert float(expected[2]) == pytest.approx(0.05, rel=0.02)


def test_expectations_are_those_of_the_model():
    model = from_samples()
    pdf = pyhf.Workspace(to_pyhf(model)).model()
    rng = np.random.default_rng(0)
    for _ in range(5):
        theta = rng.normal(0.0, 0.6, len(model.nuisances))
        values = dict(zip(model.names, theta, strict=True), mu=2.0)
        values["k"] += 1.0
        # pyhf's staterror is replaced by one histosys per bin
        parameters = [values[name] for name in pdf.config.par_order]
        ours = model.expectation(2.0 * pyhf_scale(model), theta)[0]
        assert np.asarray(pdf.expected_actualdata(parameters)) == pytest.approx(ours, rel=1e-10)


def test_data_and_dropped_bins():
    padded = BinnedModel(np.append(SIGNAL, 0.0), [np.append(FALLING, 0.0)])
    workspace = to_pyhf(padded, np.arange(7.0) * [1, 1, 1, 1, 1, 1, 0])
    assert workspace["observations"][0]["data"] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert repr(pyhf_scale(padded)) in workspace["measurements"][0]["name"]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (BinnedModel(SIGNAL, [FALLING, FALLING * X], nuisances=[Nuisance("tilt")]), "'tilt' moves a shape and is free"),
        (BinnedModel(0 * SIGNAL, FALLING), "without signal"),
        (
            BinnedModel(
                SIGNAL,
                [FALLING, FALLING * X],
                Product((Norm("a"), Norm("b"), Linear(("c",)))),
                [Nuisance(name, 0.1) for name in "abc"],
            ),
            "use NormSys",
        ),
    ],
)
def test_what_pyhf_does_not_know_is_refused(model, words):
    with pytest.raises(NotExpressible, match=words):
        to_pyhf(model)
