"""Speed of the squared amplitudes: points/s in JAX against NumPy helicity spinors on the same points, in one run.

Prints, for each amplitude, the compile time (without and with the cache on disk), points per second of wall time and
per second of CPU time times the number of cores (what free cores would give), and the ratio to the spinors of
tests/oracles.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from darkfactory.amplitudes import alp_photon, dark_boson, lepton_line, radiative_michel, three_leptons
from darkfactory.amplitudes.bosons import Photon, Scalar, Vector
from darkfactory.backend import jax
from darkfactory.constants import M_E
from darkfactory.kinematics.lorentz import four_vector
from oracles import helicity_spinors as oracle

CHUNK = 1 << 20
CORES = len(os.sched_getaffinity(0))
MEDIATORS = [Photon(), Vector(25.0, 3.0, 0.2, 0.1, -0.1, 0.3), Scalar(15.0, 4.0, 0.3, 0.2, -0.5, 0.4)]
TWINS = [oracle.PHOTON, oracle.Vector(25.0, 0.2, 0.1, -0.1, 0.3, width=3.0),
         oracle.Scalar(15.0, 0.3, 0.2, -0.5, 0.4, width=4.0)]  # fmt: skip
WEAK, ALP = oracle.Weak(), oracle.LfvAlp(1.0, 0.5, 1e12)


def momenta(masses, n, seed=1):
    rng = np.random.default_rng(seed)
    return [four_vector(m, rng.normal(size=(n, 3)) * 9.0) for m in masses]


def compiled(function, arguments):
    module = jax()
    jitted = module.jit(function)
    start = time.perf_counter()
    module.block_until_ready(jitted(*arguments))
    return jitted, time.perf_counter() - start


def points_per_second(function, arguments, n, seconds=2.0):
    """Wall rate (best repetition) and rate per CPU second times cores."""
    best, total, repetitions = np.inf, 0.0, 0
    cpu = time.process_time()
    while total < seconds or repetitions < 3:
        start = time.perf_counter()
        jax().block_until_ready(function(*arguments))
        took = time.perf_counter() - start
        best, total, repetitions = min(best, took), total + took, repetitions + 1
    return n / best, n * repetitions * CORES / (time.process_time() - cpu)


def spinors(function, arguments, n=4096):
    few = [p[:n] for p in arguments]
    function(*few)
    start = time.perf_counter()
    function(*few)
    return n / (time.perf_counter() - start)


E3, EG, EX = (M_E, M_E, M_E), (M_E, 0.0), (M_E, 20.0)
COUPLINGS = {"g_V_e": 0.3, "g_A_e": 0.2, "g_V_mu": -0.1, "g_A_mu": 0.5}
CASES = [
    ("3e 2nu, S_0", E3, CHUNK, three_leptons.nu_nu_unpolarised, lambda *k: oracle.stokes_three(WEAK, *k)),
    ("3e 2nu, S_0 and S", E3, CHUNK, three_leptons.nu_nu, lambda *k: oracle.stokes_three(WEAK, *k)),
    ("3e a, 2 pieces of S_0", E3, CHUNK, lambda *k: three_leptons.alp_unpolarised(*k, 20.0),
     lambda *k: oracle.stokes_three(ALP, *k)),
    ("3e a, S_0 and S", E3, CHUNK, lambda *k: three_leptons.alp(*k, 20.0, 1.0, 0.5, 1e12),
     lambda *k: oracle.stokes_three(ALP, *k)),
    ("e 2nu gamma", EG, CHUNK, radiative_michel.stokes, lambda k, q: oracle.stokes_emission(WEAK, k, q, oracle.PHOTON)),
    ("e a gamma, 3 pieces", EG, CHUNK, lambda k, q: alp_photon.pieces(k, q, 20.0),
     lambda k, q: oracle.stokes_emission(ALP, k, q, oracle.PHOTON)),
    ("e 2nu V", EX, CHUNK, lambda k, r: dark_boson.vector(k, r, 20.0, **COUPLINGS),
     lambda k, r: oracle.stokes_emission(WEAK, k, r, oracle.Vector(20.0, **COUPLINGS))),
    ("3e 2nu, spinor kernel", E3, 1 << 12, lambda *k: lepton_line.three_leptons(*k, [Photon()]),
     lambda *k: oracle.stokes_three(WEAK, *k)),
    ("3e 2nu, kernel, gamma+V+S", E3, 1 << 12, lambda *k: lepton_line.three_leptons(*k, MEDIATORS),
     lambda *k: oracle.stokes_three(WEAK, *k, TWINS)),
]  # fmt: skip


def main():
    module = jax()
    with tempfile.TemporaryDirectory() as cache:
        module.config.update("jax_compilation_cache_dir", cache)
        print(f"{CORES} cores, load {os.getloadavg()[0]:.1f}, device {module.devices()[0]}, chunks of {CHUNK} points")
        heads = ("compile", "cached", "points/s", "free cores", "spinors", "ratio")
        print(
            f"{'amplitude':28s}"
            + "".join(f"{head:>{w}s}" for head, w in zip(heads, (9, 8, 11, 11, 10, 7), strict=True))
        )
        for name, masses, n, function, reference in CASES:
            host = momenta(masses, n)
            arguments = [module.numpy.asarray(p) for p in host]
            _, fresh = compiled(function, arguments)
            module.clear_caches()
            jitted, cached = compiled(function, arguments)
            wall, free = points_per_second(jitted, arguments, n)
            slow = spinors(reference, host)
            print(f"{name:28s}{fresh:8.2f}s{cached:7.2f}s{wall:11.3g}{free:11.3g}{slow:10.3g}{wall / slow:7.0f}")


if __name__ == "__main__":
    main()
