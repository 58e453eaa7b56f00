"""Mediators: widths against traces done by hand, domains, names on the command line."""

from __future__ import annotations

import math

import pytest

from darkfactory.constants import M_E
from darkfactory.errors import InvalidInput, UnknownName
from darkfactory.models import DarkPhoton, DerivativeAlp, LfvAlp, Pseudoscalar, Scalar, VectorBoson, build_model


def width_by_traces(mass, spin, g, g5):
    """Gamma = |M|^2 p / (8 pi m^2) with the traces of ubar (g + ...) v written out in invariants."""
    p2 = (mass / 2) ** 2 - M_E**2
    kk = mass**2 / 2 - M_E**2  # k1.k2
    if spin == 0:  # noqa: SIM108
        squared = 4 * (g**2 * (kk - M_E**2) + g5**2 * (kk + M_E**2))
    else:  # not a ternary: the two lines are two formulas
        # average over three polarisations of -g, contracted with the lepton tensor (conserved vector current)
        squared = 4 / 3 * g**2 * (2 * kk + 4 * M_E**2)
    return squared * math.sqrt(p2) / (8 * math.pi * mass**2)


@pytest.mark.parametrize("mass", [1.1, 2.0, 20.0, 100.0])
def test_widths(mass):
    assert Scalar(mass=mass, g_e=0.1).width_ee == pytest.approx(width_by_traces(mass, 0, 0.1, 0), rel=1e-12)
    assert Pseudoscalar(mass=mass, g_e=0.1).width_ee == pytest.approx(width_by_traces(mass, 0, 0, 0.1), rel=1e-12)
    assert VectorBoson(mass=mass, g_V_e=0.1, g_V_mu=0.1).width_ee == pytest.approx(
        width_by_traces(mass, 1, 0.1, 0), rel=1e-12
    )
    beta = math.sqrt(1 - (2 * M_E / mass) ** 2)
    assert VectorBoson(mass=mass, g_A_e=0.1).width_ee == pytest.approx(
        mass * beta**3 * 0.01 / (12 * math.pi), rel=1e-12
    )


def test_derivative_alp_decays_as_its_pseudoscalar():
    alp = DerivativeAlp(mass=20.0, f_a_gev=2.0, C_e=3.0, C_mu=1.0)
    assert alp.width_ee == pytest.approx(Pseudoscalar(mass=20.0, g_e=M_E * 3 / 2000).width_ee, rel=1e-14)
    flavored = LfvAlp(mass=20.0, f_a_gev=2.0, C_e=3.0)
    assert flavored.width_ee == pytest.approx(alp.width_ee, rel=1e-14)


def test_closed_below_two_electrons():
    for model in (
        DarkPhoton(mass=1.0),
        Scalar(mass=2 * M_E, g_e=1),
        DerivativeAlp(mass=0.5, C_e=1),
        DarkPhoton(mass=0.0),
    ):
        assert model.width_ee == 0.0
        assert model.branching_ratio_ee == 0.0


def test_total_width():
    assert DarkPhoton(mass=20.0, total_width=1e-6).branching_ratio_ee == pytest.approx(0.0486489, rel=1e-4)
    with pytest.raises(InvalidInput, match="total_width"):
        DarkPhoton(mass=20.0, epsilon=1.0, total_width=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda: DarkPhoton(mass=-1.0),
        lambda: DarkPhoton(mass=math.nan),
        lambda: DarkPhoton(mass=20.0, epsilon=math.inf),
        lambda: DarkPhoton(mass=20.0, total_width=-1.0),
        lambda: VectorBoson(mass=0.0, g_A_e=0.1),
        lambda: VectorBoson(mass=0.0, g_V_e=0.1),
        lambda: DerivativeAlp(mass=1.0, f_a_gev=0.0),
        lambda: LfvAlp(mass=1.0, C_e=math.nan),
    ],
)
def test_bad_input(make):
    with pytest.raises(InvalidInput):
        make()


def test_massless_universal_vector_is_allowed():
    assert not VectorBoson(mass=0.0, g_V_e=0.1, g_V_mu=0.1).longitudinal_growth


def test_names():
    assert build_model("dark_photon", {"mass": "30", "epsilon": "1e-4"}) == DarkPhoton(mass=30.0, epsilon=1e-4)
    assert build_model("derivative-alp", {"C_e": 1, "f_a_gev": "1"}).vertices == (1.0, 0.0)
    with pytest.raises(UnknownName, match=r"did you mean model\.g_e"):
        build_model("pseudoscalar", {"g_el": 1})
    with pytest.raises(InvalidInput, match="not a number"):
        build_model("scalar", {"g_e": "a"})
