"""Models: bad input, samples, expectations; importing the package stays light."""

import math
import subprocess
import sys

import numpy as np
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.statistics import BinnedModel, Linear, Norm, NormSys, Nuisance, Sample, expected_limit

S, B = [1.0, 2.0], [10.0, 20.0]


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: BinnedModel([1.0, -2.0], B), "signal = -2"),
        (lambda: BinnedModel([1.0, math.nan], B), "signal = nan"),
        (lambda: BinnedModel(S, [10.0, math.inf]), "templates = inf"),
        (lambda: BinnedModel(S, [10.0, -1.0]), "nominal background = -1"),
        (lambda: BinnedModel(S, [10.0, 1.0, 1.0]), "templates have shape"),
        (lambda: BinnedModel(S, [B, B]), "one template per weight"),
        (lambda: BinnedModel(S, [B], Norm("a")), "not among the nuisances"),
        (lambda: BinnedModel(S, [B], Norm("a"), [Nuisance("a"), Nuisance("b")]), "move nothing"),
        (lambda: BinnedModel(S, [B, B, B], nuisances=[Nuisance("a"), Nuisance("a")]), "occurs twice"),
        (lambda: BinnedModel(S, [B], lambda theta: theta), "must be a statistics.Basis"),
        (lambda: BinnedModel(S, [B], signal_basis=Linear(("a",)), nuisances=[Nuisance("a")]), "must be 1"),
        (lambda: BinnedModel(S, B).expectation(1.0, [0.0]), "theta has shape"),
        (lambda: BinnedModel.from_samples(S, []), "at least one background"),
        (lambda: BinnedModel.from_samples(S, [Sample(B), Sample([1.0])]), "must be one number"),
        (
            lambda: BinnedModel.from_samples(S, [Sample(B)], signal_normalisations={"x": math.inf}),
            "parameter of interest",
        ),
        (lambda: BinnedModel.from_samples(S, [Sample(B, {"k": math.inf}), Sample(B, {"k": 0.1})]), "two names"),
        (lambda: Sample([-1.0]), "counts = -1"),
        (lambda: Sample(B, {"k": 1.5}), "normalisation 'k' = 1.5"),
        (lambda: Sample(B, {"k": (0.9, -1.0)}), "normalisation 'k' = -1"),
        (lambda: Sample(B, shapes={"t": ([1.0], [2.0])}), "shapes or bin_errors have shape"),
        (lambda: Sample(B, bin_errors=[0.1, 2.0]), "bin_errors = 2"),
        (lambda: expected_limit(BinnedModel(S, B), 0.4), "cl = 0.4"),
        (lambda: expected_limit(BinnedModel(S, B), 0.9, "window"), "method = 'window'"),
    ],
)
def test_bad_input_names_the_quantity(build, words):
    with pytest.raises(InvalidInput, match=words):
        build()


def test_samples_share_nuisances_by_name():
    model = BinnedModel.from_samples(
        S, [Sample(B, {"lumi": 0.1}), Sample(B, {"lumi": 0.1, "own": (0.5, 2.0)})], signal_normalisations={"lumi": 0.1}
    )
    assert model.names == ("lumi", "own")
    assert model.expectation(3.0, [1.0, 1.0])[0] == pytest.approx(1.1 * (3 * np.array(S) + 3 * np.array(B)))


def test_names_do_not_matter():
    one, two = (
        BinnedModel(S, B, NormSys(name, 0.9, 1.2), [Nuisance(name, 1.0)], NormSys(name, 0.9, 1.2))
        for name in ("a", "b")
    )
    assert expected_limit(one).limit == expected_limit(two).limit


def test_arrays_of_a_model_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        BinnedModel(S, B).signal[0, 0] = 5.0


def test_importing_and_fisher_do_not_load_jax(tmp_path):
    code = (
        "import sys, warnings; warnings.simplefilter('error')\n"
        "from darkfactory.statistics import *\n"
        "expected_limit(BinnedModel([1.0], [[9.0]], Norm('n'), [Nuisance('n', 0.1)]), 0.9, 'fisher')\n"
        "to_pyhf(BinnedModel([1.0], [9.0])), window_limit(1.0, 9.0), feldman_cousins(3, 1.0)\n"
        "assert 'jax' not in sys.modules and 'scipy.stats' not in sys.modules\n"
        "print(expected_limit(BinnedModel([1.0], [9.0])).limit[0] > 0)\n"
    )
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder is wanted")
    # a cache that cannot be written must neither fail nor speak
    environment = {"PATH": "", "HOME": str(tmp_path), "XDG_CACHE_HOME": str(blocked)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
