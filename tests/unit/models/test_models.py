"""The ALP model: scale, chirality, and building it from settings."""

import math

import pytest

from darkfactory.errors import InvalidInput, UnknownName
from darkfactory.models import CHIRALITIES, MODELS, LfvAlp, build_model
from darkfactory.references import lookup


@pytest.mark.parametrize("chirality", CHIRALITIES)
def test_scale_and_chirality_come_back(chirality):
    alp = LfvAlp.from_scale(F_gev=3e9, chirality=chirality, mass=20)
    assert alp.F_gev == pytest.approx(3e9, rel=1e-14, abs=0)
    assert alp.chirality == chirality
    assert alp.mass == 20
    assert alp.f_a == alp.f_a_gev * 1e3
    assert alp.F_gev == pytest.approx(2 * alp.f_a_gev / math.hypot(abs(alp.C_V), abs(alp.C_A)))


@pytest.mark.parametrize(
    ("C_V", "C_A", "name"), [(2j, 2j, "V+A"), (-1, 1, "V-A"), (0, 5j, "A"), (1, 0.5, "mixed"), (1, 1j, "mixed")]
)
def test_chirality_ignores_size_and_common_phase(C_V, C_A, name):
    assert LfvAlp(C_V=C_V, C_A=C_A).chirality == name


def test_every_model_has_references_and_a_default():
    for name, entry in MODELS.items():
        assert entry.name == name
        assert all(lookup(key) for key in entry.references)
    default = build_model("lfv-alp")
    assert default.F_gev == pytest.approx(1e10)
    assert default.chirality == "V+A"


@pytest.mark.parametrize(
    ("settings", "F_gev", "chirality"),
    [
        ({"F_gev": "2e9"}, 2e9, "V+A"),
        ({"F_gev": 2e9, "chirality": "A"}, 2e9, "A"),
        ({"f_a_gev": 1e9, "chirality": "V"}, 2e9, "V"),
        ({"C_V": "1 + 1j", "C_A": "1+1j", "F_gev": 7}, 7, "V+A"),
        ({"C_V": 3, "f_a_gev": 3}, 2, "V"),
        ({"C_A": -2.0, "C_V": 2.0}, 1e10, "V-A"),
    ],
)
def test_settings(settings, F_gev, chirality):
    alp = build_model("lfv_alp", settings)
    assert alp.F_gev == pytest.approx(F_gev, rel=1e-12, abs=0)
    assert alp.chirality == chirality


@pytest.mark.parametrize(("one", "other"), [("F_gev", "f_a_gev"), ("chirality", "C_V"), ("chirality", "C_A")])
def test_settings_that_fix_the_same_thing(one, other):
    values = {"F_gev": 1e9, "f_a_gev": 1e9, "chirality": "V", "C_V": 1, "C_A": 1}
    with pytest.raises(InvalidInput, match=rf"model\.{one} and model\.{other} are both given"):
        build_model("lfv-alp", {one: values[one], other: values[other]})


def test_unknown_names():
    with pytest.raises(UnknownName, match=r"model 'lfv-alps' does not exist; models: lfv-alp.*did you mean lfv-alp"):
        build_model("lfv-alps")
    with pytest.raises(UnknownName) as caught:
        build_model("lfv-alp", {"masss": 1, "g_ee": 2})
    assert "model.masss: unknown key of lfv-alp; keys: mass, F_gev" in str(caught.value)
    assert "model.g_ee" in str(caught.value)
