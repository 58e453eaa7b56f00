"""Models made from numbers of NumPy hold Python's: they go into JSON."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.models import DarkPhoton, DerivativeAlp, LfvAlp, Pseudoscalar, Scalar, VectorBoson
from darkfactory.models.flavor import FlavorAlp
from darkfactory.models.portal import Portal
from darkfactory.models.seesaw import InverseSeesaw
from darkfactory.verbs.rate import parameters

F = np.float32
MODELS = [
    DarkPhoton(mass=F(20), epsilon=np.array(1e-3), total_width=np.float64(1.0)),
    VectorBoson(mass=np.int64(20), g_V_e=F(0.5), g_A_e=np.array([0.25])),
    Scalar(mass=F(20), g_e=F(0.5)),
    Pseudoscalar(mass=F(20), g_mu=F(0.5)),
    DerivativeAlp(mass=F(20), f_a_gev=F(1000), C_e=np.int32(1)),
    LfvAlp(mass=F(20), f_a_gev=np.int64(10), C_V=np.complex64(1), C_A=F(0.5), C_e=F(1), total_width=F(1)),
    Portal(d_ds=F(2), c=np.array([1.0])),
    InverseSeesaw(F(50), F(0.125), F(0.001)),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
def test_fields_are_python_numbers(model):
    for field in dataclasses.fields(model):
        assert type(getattr(model, field.name)) in (float, complex, type(None)), field.name


@pytest.mark.parametrize("model", MODELS[:6], ids=lambda m: type(m).__name__)
def test_parameters_are_json(model):
    assert json.loads(json.dumps(parameters(model)))["mass"] == 20.0


def test_flavor_alp_too():
    alp = FlavorAlp(np.eye(3), np.eye(3), f_a_gev=F(1024), mass=np.int64(3))
    assert (type(alp.f_a_gev), type(alp.mass)) == (float, float)


def test_several_numbers_are_refused():
    with pytest.raises(InvalidInput, match=r"model.mass: 2 numbers, must be one\nmodel.epsilon: 3 numbers"):
        DarkPhoton(mass=np.array([20.0, 30.0]), epsilon=np.zeros(3))
