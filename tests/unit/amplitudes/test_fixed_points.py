"""The fixed-point Stokes vectors of physics chapter 01, section 8, from closed forms and from the spinor kernel."""

import numpy as np
import pytest

from darkfactory.amplitudes import alp_photon, dark_boson, lepton_line, neutrino_pair, radiative_michel, three_leptons
from darkfactory.amplitudes.bosons import DerivativeAlp, LfvAlp, Photon, Scalar, Vector
from darkfactory.constants import M_E
from darkfactory.kinematics.lorentz import four_vector

TOLERANCE = 1e-8

K1, K2, K3 = (four_vector(M_E, p) for p in ([10.0, 5.0, -20.0], [-12.0, 8.0, 15.0], [4.0, -9.0, 3.0]))
GAMMA, X = (four_vector(m, [-6.0, 7.0, 11.0]) for m in (0.0, 20.0))
B = [
    four_vector(M_E, p)
    for p in (
        [17.267199467281, 0.043388972200, -9.712997467090],
        [0.861417593496, 2.886368839407, -2.367269243139],
        [15.667853933518, 21.624815662247, -6.151722602912],
    )
]
B_K = four_vector(M_E, [13.933312578607, 13.803470020057, -18.458988264250])
B_Q = four_vector(0.0, [16.316498231827, 11.854629873547, -8.802168174328])
COUPLINGS = {"C_V": 1, "C_A": 0.5 - 0.5j, "f_a": 1e12}
ALP = LfvAlp(**COUPLINGS)
E = Photon().charge
DARK = Vector(20.0, 0.01, g_V_e=1e-3 * E, g_V_mu=1e-3 * E)
PSEUDO = Scalar(20.0, 0.01, g_P_e=1e-3, g_P_mu=2e-3)
MIXED = {"g_V_e": 0.3, "g_A_e": 0.2, "g_V_mu": -0.1, "g_A_mu": 0.5}

# name: (expected, closed form, spinors)
ROWS = {
    "michel": (
        "1.6640513865e-15 4.5093070293e-17 2.2546535146e-17 -9.0186140586e-17",
        lambda: neutrino_pair.michel(K1),
        lambda: lepton_line.no_emission(K1),
    ),
    "rmd": (
        "2.2764554506e-19 -2.1886819157e-20 6.3870371576e-21 4.2040593640e-20",
        lambda: radiative_michel.stokes(K1, GAMMA),
        lambda: lepton_line.emission(K1, GAMMA, Photon()),
    ),
    "vector e": (
        "9.4276358877e-20 -1.5288366390e-20 -7.4930931759e-21 3.0561623779e-20",
        lambda: dark_boson.vector(K1, X, 20.0, g_V_e=E, g_V_mu=E),
        lambda: lepton_line.emission(K1, X, Vector(20.0, g_V_e=E, g_V_mu=E)),
    ),
    "vector mixed": (
        "1.0040623054e-18 -1.0863644160e-19 2.8542927146e-20 2.0898676840e-19",
        lambda: dark_boson.vector(K1, X, 20.0, **MIXED),
        lambda: lepton_line.emission(K1, X, Vector(20.0, **MIXED)),
    ),
    "scalar": (
        "2.1236669610e-19 -4.1844456917e-20 -7.0030876618e-21 8.2296999754e-20",
        lambda: dark_boson.scalar(K1, X, 20.0, g_S_e=1.0),
        lambda: lepton_line.emission(K1, X, Scalar(20.0, g_S_e=1.0)),
    ),
    "pseudoscalar": (
        "2.4236613728e-19 -2.9928935719e-20 -2.0576437734e-20 6.0419068425e-20",
        lambda: dark_boson.scalar(K1, X, 20.0, g_P_e=1.0, g_P_mu=1.0),
        lambda: lepton_line.emission(K1, X, Scalar(20.0, g_P_e=1.0, g_P_mu=1.0)),
    ),
    "derivative alp": (
        "1.9769612884e-22 1.4090062811e-23 -1.7539488548e-23 -2.5721673628e-23",
        lambda: dark_boson.derivative_alp(K1, X, 20.0, C_e=1.0, f_a=1e3),
        lambda: lepton_line.emission(K1, X, DerivativeAlp(20.0, 1.0, 0.0, 1e3)),
    ),
    "3e 2nu": (
        "2.5003710998e-23 -2.4035780931e-24 3.4712306203e-24 -7.0116924920e-25",
        lambda: three_leptons.nu_nu(K1, K2, K3),
        lambda: lepton_line.three_leptons(K1, K2, K3, [Photon()]),
    ),
    "3e 2nu without exchange": (
        "9.1293524359e-24 -2.3340370268e-24 -4.4289351436e-25 3.8190695418e-24",
        lambda: three_leptons.nu_nu(K1, K2, K3, exchange=False),
        lambda: lepton_line.three_leptons(K1, K2, K3, [Photon()], exchange=False),
    ),
    "3e 2nu with dark photon": (
        "2.5003865977e-23 -2.4035940820e-24 3.4712522379e-24 -7.0117181665e-25",
        None,
        lambda: lepton_line.three_leptons(K1, K2, K3, [Photon(), DARK]),
    ),
    "3e 2nu with pseudoscalar": (
        "2.5003895059e-23 -2.4035046163e-24 3.4710216334e-24 -7.0109647029e-25",
        None,
        lambda: lepton_line.three_leptons(K1, K2, K3, [Photon(), PSEUDO]),
    ),
    "3e a": (
        "1.1687355400e-22 5.9806615023e-23 3.3972488670e-23 -3.4363253467e-23",
        lambda: three_leptons.alp(*B, 30.0, **COUPLINGS),
        lambda: lepton_line.three_leptons(*B, [Photon()], alp=ALP),
    ),
    "e a gamma": (
        "2.8025858650e-19 1.1259761497e-19 9.8727564762e-20 -1.1105129318e-19",
        lambda: alp_photon.stokes(B_K, B_Q, 30.0, **COUPLINGS),
        lambda: lepton_line.emission(B_K, B_Q, Photon(), alp=ALP),
    ),
}


# sums of mediators have no closed form
CASES = [(name, form) for name, row in ROWS.items() for form in (1, 2) if row[form] is not None]


@pytest.mark.parametrize(("name", "form"), CASES, ids=lambda value: {1: "closed", 2: "spinors"}.get(value, value))
def test_stokes_vector(name, form):
    row = ROWS[name]
    expected = np.array([float(number) for number in row[0].split()])
    np.testing.assert_allclose(row[form](), expected, rtol=TOLERANCE)


def test_all_thirteen_rows_are_here():
    assert len(ROWS) == 13


def test_unpolarised_paths_give_the_first_component():
    np.testing.assert_allclose(three_leptons.nu_nu_unpolarised(K1, K2, K3), three_leptons.nu_nu(K1, K2, K3)[0], 1e-13)
    np.testing.assert_allclose(radiative_michel.unpolarised(K1, GAMMA), radiative_michel.stokes(K1, GAMMA)[0], 1e-13)
    np.testing.assert_allclose(
        three_leptons.alp_unpolarised(*B, 30.0), three_leptons.alp_pieces(*B, 30.0)[:2, 0], rtol=1e-13
    )
