"""Fixed-point Stokes vectors of chapter 01, section 8: the oracle and every form of the package, to 1e-8."""

from __future__ import annotations

import numpy as np
import pytest

from oracles.helicity_spinors import M_E, on_shell
from support.lepton_line_cases import CASES

MOMENTA_A = ((10, 5, -20), (-12, 8, 15), (4, -9, 3))
EMITTED = (-6, 7, 11)
MOMENTA_B = (
    (17.267199467281, 0.043388972200, -9.712997467090),
    (0.861417593496, 2.886368839407, -2.367269243139),
    (15.667853933518, 21.624815662247, -6.151722602912),
)
MOMENTA_PHOTON = (
    (13.933312578607, 13.803470020057, -18.458988264250),
    (16.316498231827, 11.854629873547, -8.802168174328),
)
LEPTON = [on_shell(k, M_E) for k in MOMENTA_A]
PHOTON, BOSON = on_shell(EMITTED, 0.0), on_shell(EMITTED, 20.0)

POINTS = {
    "Michel": (LEPTON[:1], (1.6640513865e-15, 4.5093070293e-17, 2.2546535146e-17, -9.0186140586e-17)),
    "RMD": ([LEPTON[0], PHOTON], (2.2764554506e-19, -2.1886819157e-20, 6.3870371576e-21, 4.2040593640e-20)),
    "nunuV universal": (
        [LEPTON[0], BOSON],
        (9.4276358877e-20, -1.5288366390e-20, -7.4930931759e-21, 3.0561623779e-20),
    ),
    "nunuV chiral": ([LEPTON[0], BOSON], (1.0040623054e-18, -1.0863644160e-19, 2.8542927146e-20, 2.0898676840e-19)),
    "nunuS g_S_e": ([LEPTON[0], BOSON], (2.1236669610e-19, -4.1844456917e-20, -7.0030876618e-21, 8.2296999754e-20)),
    "nunuS g_P": ([LEPTON[0], BOSON], (2.4236613728e-19, -2.9928935719e-20, -2.0576437734e-20, 6.0419068425e-20)),
    "nunua C_e": ([LEPTON[0], BOSON], (1.9769612884e-22, 1.4090062811e-23, -1.7539488548e-23, -2.5721673628e-23)),
    "3e2nu": (LEPTON, (2.5003710998e-23, -2.4035780931e-24, 3.4712306203e-24, -7.0116924920e-25)),
    "3e2nu direct": (LEPTON, (9.1293524359e-24, -2.3340370268e-24, -4.4289351436e-25, 3.8190695418e-24)),
    "3e2nu photon + dark photon": (
        LEPTON,
        (2.5003865977e-23, -2.4035940820e-24, 3.4712522379e-24, -7.0117181665e-25),
    ),
    "3e2nu photon + pseudoscalar": (
        LEPTON,
        (2.5003895059e-23, -2.4035046163e-24, 3.4710216334e-24, -7.0109647029e-25),
    ),
    "3ea": (
        [on_shell(k, M_E) for k in MOMENTA_B],
        (1.1687355400e-22, 5.9806615023e-23, 3.3972488670e-23, -3.4363253467e-23),
    ),
    "eagamma": (
        [on_shell(MOMENTA_PHOTON[0], M_E), on_shell(MOMENTA_PHOTON[1], 0.0)],
        (2.8025858650e-19, 1.1259761497e-19, 9.8727564762e-20, -1.1105129318e-19),
    ),
}


@pytest.mark.parametrize("name", POINTS)
def test_oracle(name):
    momenta, expected = POINTS[name]
    np.testing.assert_allclose(CASES[name].oracle(*momenta)[0], expected, rtol=1e-8)


@pytest.mark.parametrize(("name", "form"), [(name, form) for name in POINTS for form in CASES[name].package])
def test_package(name, form):
    momenta, expected = POINTS[name]
    np.testing.assert_allclose(CASES[name].package[form](*momenta), expected, rtol=1e-8)
