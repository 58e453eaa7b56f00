"""The spectrum of muon decay: Michel parameters of ours by a fit, order alpha, endpoint."""

import functools
import math

import numpy as np

from darkfactory.amplitudes.michel import endpoint_energy, kinoshita_sirlin, normalization, spectrum_functions
from darkfactory.constants import ALPHA, M_E
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.validation.comparison import Comparison, Topic

PDG = "ParticleDataGroup:2024cfk"


@functools.cache
def parameters() -> dict[str, float]:
    """Michel parameters of the tree-level spectrum, by least squares of its isotropic and its asymmetric part."""
    x0 = M_E / endpoint_energy()
    x = np.linspace(1.02 * x0, 1.0, 400)
    root = np.sqrt(x**2 - x0**2)
    isotropic, asymmetric = spectrum_functions(x, order="born")
    shapes = np.stack([x * (1 - x), 2 / 9 * (4 * x**2 - 3 * x - x0**2), x0 * (1 - x)], axis=1)
    norm, rho, eta = np.linalg.lstsq(root[:, None] * shapes, isotropic, rcond=None)[0]
    # positrons go with the spin at the endpoint; angles here are against it
    slopes = np.stack([(1 - x) / 3, 2 / 9 * (4 * x - 4 + np.sqrt(1 - x0**2))], axis=1)
    xi, delta = np.linalg.lstsq(root[:, None] ** 2 * slopes, asymmetric, rcond=None)[0]
    return {"rho": rho / norm, "eta": eta / norm, "xi": xi / norm, "delta": delta / xi}


def asymmetry_correction() -> float:
    """Coefficient c of the mean asymmetry -(1 - c alpha / pi) / 3 at order alpha, masses in logarithms alone."""
    t, weight = unit_legendre(400)
    total = t**8 + (1 - t) ** 8
    x, y = t**8 / total, (1 - t) ** 8 / total
    jacobian = 8 * t**7 * (1 - t) ** 7 / total**2
    return float(-3 * np.sum(weight * jacobian * x**2 * kinoshita_sirlin(x, y)[1]) / -1)


TOPIC = Topic(
    "michel",
    "spectrum of muon decay",
    (
        Comparison(
            "rho",
            "Michel parameter rho",
            0.74979,
            PDG,
            "quoted",
            lambda: parameters()["rho"],
            error=2.6e-4,
            tolerance=1e-3,
        ),
        Comparison(
            "delta",
            "Michel parameter delta",
            0.75047,
            PDG,
            "quoted",
            lambda: parameters()["delta"],
            error=3.4e-4,
            tolerance=1e-3,
        ),
        Comparison(
            "eta",
            "Michel parameter eta",
            0.057,
            PDG,
            "quoted",
            lambda: round(parameters()["eta"], 12) + 0.0,
            error=0.034,
        ),
        Comparison(
            "xi",
            "P_mu xi, of muons from pions at rest",
            1.00084,
            "TWIST:2011egd",
            "quoted",
            lambda: parameters()["xi"],
            error=math.hypot(2.9e-4, 6.3e-4),
            tolerance=2e-3,
            note="the smaller of two unequal errors",
        ),
        Comparison(
            "order-alpha",
            "change of the width by order alpha",
            ALPHA / (2 * math.pi) * (25 / 4 - math.pi**2),
            "Kinoshita:1958ru",
            "recalled",
            lambda: normalization("oalpha") / normalization("born") - 1,
            tolerance=5e-3,
            note="25/4 - pi^2 in units of alpha / 2 pi, without powers of the electron mass",
        ),
        Comparison(
            "order-alpha-asymmetry",
            "c of the mean asymmetry (1 - c alpha / pi) / 3",
            2.9451,
            "Kinoshita:1958ru",
            "recalled",
            asymmetry_correction,
            tolerance=1e-3,
        ),
        Comparison(
            "endpoint",
            "energy of the endpoint",
            52.83,
            "MEG:2016leq",
            "recalled",
            endpoint_energy,
            "MeV",
            tolerance=1e-4,
        ),
    ),
)
