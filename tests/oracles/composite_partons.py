"""The grid of CT14qed, read by plain splitting, and interpolated by local cubic polynomials of Lagrange in (ln x, ln Q).

A parton density is linear in the grid, so the sums over quarks that enter a rate are made of the grid before it is
interpolated. Energies in GeV. Nothing here imports the package.
"""

import importlib.metadata
import pathlib
import re
from functools import lru_cache

import numpy as np

SW2 = 0.2312
V_UD, V_US, V_CD, V_CS = 0.97435, 0.22500, 0.22486, 0.97349


def grid_path(name="CT14qed_proton_0000.dat"):
    """Path of a grid in the wheel of pythia8mc, or None."""
    try:
        files = importlib.metadata.files("pythia8mc") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    found = [pathlib.Path(file.locate()) for file in files if file.name == name]
    return next((path for path in found if path.exists()), None)


@lru_cache(maxsize=4)
def read(name="CT14qed_proton_0000.dat"):
    """Nodes ln x and ln Q, and {flavour: table[x, Q]} of a set whose grid is one block."""
    _, block, _ = grid_path(name).read_text().split("---\n")
    lines = block.splitlines()
    x, q = np.array(lines[0].split(), float), np.array(lines[1].split(), float)
    ids = [int(word) for word in lines[2].split()]
    # every number ends with a two-digit exponent, also where the next one follows without a space
    rows = [re.findall(r"[-+]?\d\.\d+[eE][-+]\d\d", line) for line in lines[3:]]
    table = np.array(rows, float).reshape(len(x), len(q), len(ids))
    _, first = np.unique(x, return_index=True)  # the first node in x stands twice
    _, first_q = np.unique(q, return_index=True)
    table = table[first][:, first_q]
    return np.log(x[first]), np.log(q[first_q]), {name: table[..., i] for i, name in enumerate(ids)}


def _four(nodes, at):
    """Index of the first of the four nodes about each point, and their Lagrange weights."""
    start = np.clip(np.searchsorted(nodes, at) - 2, 0, len(nodes) - 4)
    near = nodes[start[..., None] + np.arange(4)]
    weights = []
    for i in range(4):
        others = [j for j in range(4) if j != i]
        weights.append(np.prod([(at - near[..., j]) / (near[..., i] - near[..., j]) for j in others], axis=0))
    return start, weights


def interpolate(tables, x, q2, name="CT14qed_proton_0000.dat"):
    """Values of the tables [x, Q, k] at each point, with Q frozen outside of the grid, and zero at x >= 1."""
    log_x, log_q, _ = read(name)
    x, q2 = np.broadcast_arrays(np.asarray(x, float), np.asarray(q2, float))
    at_x = np.log(np.clip(x, np.exp(log_x[0]), 1.0))
    at_q = np.clip(0.5 * np.log(np.maximum(q2, 1e-300)), log_q[0], log_q[-1])
    ix, wx = _four(log_x, at_x)
    iq, wq = _four(log_q, at_q)
    out = np.zeros((*x.shape, tables.shape[-1]))
    for i in range(4):
        for j in range(4):
            out += (wx[i] * wq[j])[..., None] * tables[ix + i, iq + j]
    return np.where((x < 1.0)[..., None], out, 0.0)


def xf(flavor, x, q2, name="CT14qed_proton_0000.dat"):
    """The density of one flavour times x."""
    return interpolate(read(name)[2][flavor][..., None], x, q2, name)[..., 0]


@lru_cache(maxsize=16)
def nucleon(protons=0.5, name="CT14qed_proton_0000.dat"):
    """{flavour: table} of a nucleus with this share of protons; neutrons by isospin."""
    f = read(name)[2]
    swap = {1: 2, 2: 1, -1: -2, -2: -1}
    return {i: protons * f[i] + (1 - protons) * f[swap.get(i, i)] for i in (-5, -4, -3, -2, -1, 1, 2, 3, 4, 5)}


def couplings(sw2=SW2):
    """(gL, gR) of an up-type and of a down-type quark."""
    return (0.5 - 2 * sw2 / 3, -2 * sw2 / 3), (-0.5 + sw2 / 3, sw2 / 3)


def neutral_tables(protons=0.5, anti=False, sw2=SW2, name="CT14qed_proton_0000.dat"):
    """Tables of (a_L, a_R) of section 3.1."""
    f = nucleon(protons, name)
    a_l = a_r = 0.0
    for i in (1, 2, 3, 4, 5):
        left, right = couplings(sw2)[0 if i in (2, 4) else 1]
        a_l = a_l + left**2 * f[i] + right**2 * f[-i]
        a_r = a_r + right**2 * f[i] + left**2 * f[-i]
    return np.stack([a_r, a_l] if anti else [a_l, a_r], axis=-1)


def charged_tables(protons=0.5, anti=False, name="CT14qed_proton_0000.dat"):
    """Tables of the sums of quarks that go to up, that meet (1-y)^2, and that go to charm at the slow-rescaled x."""
    f, sign = nucleon(protons, name), -1 if anti else 1
    light = V_UD**2 * f[sign] + V_US**2 * f[3 * sign]
    charm = V_CD**2 * f[sign] + V_CS**2 * f[3 * sign]
    return np.stack([light, f[-2 * sign] + f[-4 * sign], charm], axis=-1)
