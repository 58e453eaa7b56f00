"""Laws of every model: what a user sets comes back, widths, scans; and a model that nobody here has heard of."""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import darkfactory as df
from darkfactory.constants import HBAR_C_MEV_MM
from darkfactory.errors import InvalidInput
from darkfactory.models import COUPLINGS, MODELS, VectorBoson, build_model, offering
from darkfactory.models.base import WIDTH, Decaying, Model, mass_key
from darkfactory.models.vector import Vector
from darkfactory.processes.muon_decay.emission import emitted
from darkfactory.processes.muon_decay.on_slices import resonance_total
from darkfactory.processes.registry import PROCESSES
from darkfactory.searches.registry import SEARCHES
from darkfactory.settings import Setting

ROOT = Path(df.__file__).parent

# what makes a model violate flavor, couple or decay
GIVEN: dict[str, dict[str, Any]] = {
    "lfv-alp": {"mass": 20.0, "C_e": 1.0},
    "mfv": {},
    "charges": {"X_L": "1,0,0", "X_E": "2,1,0", "V_L": "0.2,0.1,0.4,0.5", "V_R": "0.1,0.1,0.2,0"},
    "vector": {"g_V_e": 1e-3, "g_A_mu": -2e-4},
    "scalar": {"g_e": 1e-3, "g_mu": 2e-3},
    "pseudoscalar": {"g_e": 1e-3, "g_mu": 2e-3},
    "derivative-alp": {"C_e": 1.0, "C_mu": 2.0},
}
MEDIATORS = offering("mediator")


def built(name: str, more: Mapping[str, Any] | None = None) -> Any:
    return build_model(name, {**GIVEN.get(name, {}), **(more or {})})


WITHOUT_FLAVOR_VIOLATION = ("mfv",)


@pytest.mark.parametrize("name", MODELS)
def test_keys_are_documented(name):
    entry = MODELS[name]
    assert entry.name == name
    assert entry.title
    assert len({key.name for key in entry.keys}) == len(entry.keys)
    for key in entry.keys:
        assert key.doc, key.name
        assert key.unit, key.name
        assert set(key.instead_of) <= {other.name for other in entry.keys}


@pytest.mark.parametrize("name", MODELS)
def test_it_offers_what_somebody_takes(name):
    taken = {thing.takes for thing in (*PROCESSES.values(), *SEARCHES.values())} | {"portal"}
    assert MODELS[name].offers <= taken
    if name not in WITHOUT_FLAVOR_VIOLATION:
        model = built(name)
        assert isinstance(model, Model)
        assert model.offers == MODELS[name].offers


@pytest.mark.parametrize("name", sorted(set(MODELS) - set(WITHOUT_FLAVOR_VIOLATION)))
def test_its_parameters_are_json_and_say_all(name):
    """Two models with the same parameters are the same."""
    import json

    model = built(name)
    if name != "inverse-seesaw":
        shown = model.parameters()
        assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    values = {field.name: getattr(model, field.name) for field in fields(model)}
    assert type(model)(**values) == model
    assert hash(model.kind) == hash(built(name).kind)


@pytest.mark.parametrize("name", [n for n in MODELS if isinstance(MODELS[n], type) and "electrons" in MODELS[n].offers])
def test_settings_make_the_round_trip(name):
    """Settings taken from the parameters of a model give the model."""
    model = built(name)
    keys = {key.name for key in MODELS[name].keys}
    settings = {key: value for key, value in model.parameters().items() if key in keys}
    settings = {key: value for key, value in settings.items() if key not in ("F_gev", "chirality")}
    assert build_model(name, settings) == model
    assert build_model(name, {key: str(value) for key, value in settings.items()}) == model


@pytest.mark.parametrize("name", MODELS)
def test_defaults_are_those_of_the_settings(name):
    """What nobody sets is what the table of settings says."""
    entry = MODELS[name]
    if not (isinstance(entry, type) and issubclass(entry, Decaying)):
        pytest.skip("its fields are not its settings")
    defaults = {key.name: key.default for key in entry.keys if key.default is not None}
    assert build_model(name, defaults) == build_model(name)


@pytest.mark.parametrize("name", offering("electrons"))
@pytest.mark.parametrize("mass", [0.5, 1.0, 1.1, 20.0, 300.0])
def test_widths(name, mass):
    model = built(name, {"mass": mass})
    assert model.width >= 0
    assert (model.width_ee > 0) == (mass > 2 * 0.51099895)
    assert 0 <= model.branching_ratio_ee <= 1
    assert model.ctau_mm == (HBAR_C_MEV_MM / model.width if model.width else math.inf)
    wider = replace(model, total_width=2 * model.width_ee)
    assert wider.branching_ratio_ee == (0.5 if mass > 1.05 else 0.0)


@pytest.mark.parametrize("name", MEDIATORS)
def test_monomials_multiply_pieces_of_the_kind(name):
    """Products of vertices are linear in the products of couplings: the matrix of the model and its vertices agree."""
    model = built(name)
    values, matrix = model.monomials()
    found = np.array(list(values.values())) @ np.array(matrix)
    vertices = model.vertices
    if hasattr(model, "f_a"):
        vertices = [vertex / model.f_a for vertex in vertices]
    expected = [a * b for i, a in enumerate(vertices) for b in vertices[i:]]
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-300)
    assert (emitted(model.kind).propagator is not None) == ("exchange" in model.offers)
    assert (emitted(model.kind).resonance is not None) == (model.spin == 1)


@pytest.mark.parametrize(
    ("name", "coupling"), [(name, coupling) for name in MEDIATORS for coupling in (None, *MODELS[name].scannable)]
)
def test_rates_rise_along_a_scan(name, coupling):
    scan = built(name, {"mass": 20.0}).scan(coupling, "model")
    # where other couplings stay, so large a coupling that it does not only interfere with them
    scale = scan.typical if scan.one_shape else 10 * max(abs(g) for g in scan.start.couplings.values())
    rates = [resonance_total(scan.at(n * scale)) for n in (1, 2, 3, 4)]
    assert rates == sorted(rates)
    assert rates[0] > 0
    # quadratic in what is scanned, and nothing but its square if all couplings go with it
    assert np.diff(rates, n=3) == pytest.approx(0, abs=1e-9 * rates[-1])
    if scan.one_shape:
        assert rates[3] == pytest.approx(16 * rates[0], rel=1e-9, abs=0)
    assert set(scan.monomials(1.0)) == set(scan.start.resonance_monomials(scan.kind))
    assert set(scan.scanned) <= {key.name for key in MODELS[name].keys}
    assert coupling is None or coupling in scan.reported(np.array([1.0]))


@pytest.mark.parametrize("name", MEDIATORS)
def test_other_couplings_are_refused(name):
    for coupling in set(COUPLINGS) - set(MODELS[name].scannable):
        with pytest.raises(InvalidInput, match=f"coupling = {coupling}: {name} allows"):
            built(name).scan(coupling)


# --- a model that nobody here has heard of -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ChiralVector(Vector):
    """Vector that couples to left- and right-handed charged leptons, each the same for e and mu."""

    g_L: float = 0.0
    g_R: float = 0.0

    name: ClassVar[str] = "chiral-vector"
    title: ClassVar[str] = "vector with left- and right-handed couplings"
    keys: ClassVar[tuple[Setting, ...]] = (
        mass_key(20.0),
        Setting("g_L", 0.0, "coupling to left-handed leptons"),
        Setting("g_R", 0.0, "coupling to right-handed leptons"),
        WIDTH,
    )
    coupling_names: ClassVar[tuple[str, ...]] = ("g_L", "g_R")

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        g_V, g_A = (couplings["g_R"] + couplings["g_L"]) / 2, (couplings["g_R"] - couplings["g_L"]) / 2
        return (g_V, g_A, g_V, g_A)


L, R = 1e-3, 3e-3
SAME = VectorBoson(mass=20.0, g_V_e=2e-3, g_A_e=1e-3, g_V_mu=2e-3, g_A_mu=1e-3)
CHIRAL = {"model.mass": 20.0, "model.g_L": L, "model.g_R": R}


@pytest.fixture
def stranger(monkeypatch):
    monkeypatch.setitem(MODELS, ChiralVector.name, ChiralVector)
    return ChiralVector(mass=20.0, g_L=L, g_R=R)


@pytest.mark.parametrize("process", ["mu -> e nu nu X", "mu -> e nu nu X, X -> e e", "X -> e e"])
def test_rates_of_a_stranger(stranger, process):
    expected = df.rate(process, model=SAME)
    assert expected.value > 0
    by_name = df.rate(process, model="chiral-vector", settings=CHIRAL)
    for found in (by_name, df.rate(process, model=stranger)):
        assert found.value == pytest.approx(expected.value, rel=1e-9, abs=0)
        assert found.model == "chiral-vector"
        assert found.parameters["g_L"] == L
    assert by_name.notes == expected.notes


def test_reach_of_a_stranger(stranger):
    options: dict[str, Any] = {"mass": 20.0, "settings": {"search.precision": 0.1}}
    expected = df.reach("ee-resonance", "mu3e-phase1", model=SAME, **options)
    for model, more in ((stranger, {}), ("chiral-vector", {"model.g_L": L, "model.g_R": R})):
        settings = {**options["settings"], **more}
        found = df.reach("ee-resonance", "mu3e-phase1", model=model, mass=20.0, settings=settings)
        assert found.branching_ratio == pytest.approx(expected.branching_ratio, rel=1e-9, abs=0)
        assert found.couplings["g_R"] == pytest.approx(R / 2e-3 * expected.couplings["g_V_e"], rel=1e-9, abs=0)
        assert set(found.couplings) == {"g_L", "g_R"}


def test_a_stranger_is_listed_and_described(stranger):
    assert "chiral-vector" in PROCESSES["mu -> e nu nu X"].models
    assert "chiral-vector" in SEARCHES["ee-resonance"].models
    assert df.model("chiral-vector", CHIRAL).rows[0]["width_ee_mev"] == pytest.approx(SAME.width_ee, rel=1e-12)
    assert dict(PROCESSES["mu -> e nu nu X"].state(stranger).final)["X"].pdg == 55


def test_a_stranger_without_the_capability_is_refused():
    with pytest.raises(InvalidInput, match="allowed lfv-alp"):
        df.rate("mu -> e a", model=SAME)
    with pytest.raises(InvalidInput, match="chiral-vector"):
        df.rate("mu -> e a", model=ChiralVector(mass=20.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ChiralVector(mass=20.0).width == 0


# --- nobody else knows a model by its class, name or kind -----------------------------------------------------------------

FOLDERS = ("processes", "recorded", "searches", "verbs", "surveys", "figures", "eventfiles", "experiments", "cli")


def _classes_of_models(tree: ast.AST) -> set[str]:
    """Names that a file imports from the models and that are classes of theirs."""
    imported = {
        (node.module, alias.name): alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("darkfactory.models")
        for alias in node.names
    }
    return {known for (_, name), known in imported.items() if name[:1].isupper() and not name.isupper()}


def chains(source: str) -> list[str]:
    """Questions that a file asks about the class, name, kind or spin of a model."""
    tree = ast.parse(source)
    classes, found = _classes_of_models(tree), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names = {n.id for argument in node.args for n in ast.walk(argument) if isinstance(n, ast.Name)}
            if (node.func.id in ("isinstance", "issubclass") and names & classes) or (
                node.func.id == "type" and names & {"model", "alp", "built"}
            ):
                found.append(ast.unparse(node))
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            texts = {s.value for side in sides for s in ast.walk(side) if isinstance(s, ast.Constant)}
            asked = {s.attr for s in sides if isinstance(s, ast.Attribute) and ast.unparse(s.value) in _MODELS_CALLED}
            if asked & {"name", "kind", "spin"} or texts & (set(MODELS) - {"portal"}):
                found.append(ast.unparse(node))
    return found


_MODELS_CALLED = ("model", "alp", "built", "self.model", "scan.start", "scan.kind")
_FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_asks_which_model_it_is(path):
    assert chains(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "from darkfactory.models import Mediator\nif isinstance(model, Mediator): pass",
        "if model.spin == 'vector': pass",
        "if model.name in ('dark-photon', 'vector'): pass",
        "if name == 'lfv-alp': pass",
        "found = type(model).__name__",
        "if kind is None or 'derivative' != model.kind: pass",
    ],
)
def test_questions_are_seen(line):
    assert len(chains(line)) == 1
