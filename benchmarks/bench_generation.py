"""Generation: weighted events per second, time to a total rate, constant memory, and ``phasespace`` side by side.

Run ``python benchmarks/bench_generation.py``. The last part needs ``phasespace`` (TensorFlow) in an environment of
its own, whose interpreter PHASESPACE_PYTHON names; without it that part says so.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

import numpy as np

from darkfactory.constants import M_E, M_MU
from darkfactory.models import DarkPhoton, LfvAlp, Pseudoscalar
from darkfactory.processes import find_process
from darkfactory.processes.generator.histograms import histogram

CASES = {
    "mu -> e e e nu nu": (None, None),
    "mu -> e nu nu gamma": (None, "E_gamma > 10"),
    "mu -> e a gamma": (LfvAlp(mass=30.0), "E_gamma > 10"),
    "mu -> e e e a": (LfvAlp(mass=30.0), None),
    "mu -> e nu nu X": (DarkPhoton(mass=20.0), None),
    "mu -> e nu nu X, X -> e e": (Pseudoscalar(mass=20.0, g_e=1e-3, g_mu=1e-3), None),
}

PHASESPACE = """
import time, phasespace, tensorflow as tf
decay = phasespace.nbody_decay({M}, [{m}, {m}, {m}, 30.0])
generate = tf.function(lambda: decay.generate(200000))
generate()
start = time.perf_counter()
for _ in range(10):
    weights, particles = generate()
weights.numpy()
print(10 * 200000 / (time.perf_counter() - start))
"""


def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def speed(process, model, cut, *, full, blocks=32):
    """Events per second of wall time, and per two seconds of processor time: what two free cores would do."""
    run = find_process(process).run(model, cut=cut)
    size = 65536 * blocks
    start = time.perf_counter()
    for _ in run.weighted(2 * 65536, 1, full=full):
        pass
    first = time.perf_counter() - start
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in run.weighted(size, 2, full=full):
        pass
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return size / wall, 2 * size / cpu, first


def flat_four_body(n=200_000, rounds=10):
    """Events per second of flat mu -> e e e a phase space with our map: no squared amplitude."""
    from darkfactory.backend import jax
    from darkfactory.kinematics import maps
    from darkfactory.numerics.streams import stream_key, uniforms

    k = {"M": M_MU, "m": M_E, "E_low": 0.0, "E_high": M_MU, "q2_low": 900.0, "q2_high": 900.0}
    compiled = jax().jit(lambda key, first: maps.three_leptons(uniforms(key, first, n, 5), k, pair=False))
    key = np.uint64(stream_key(1, "flat"))
    jax().block_until_ready(compiled(key, np.uint64(0)))
    start = time.perf_counter()
    for i in range(rounds):
        jax().block_until_ready(compiled(key, np.uint64(i * n)))
    return rounds * n / (time.perf_counter() - start)


def beside_phasespace():
    python = os.environ.get("PHASESPACE_PYTHON")
    ours = flat_four_body()
    print(f"four-body phase space, darkfactory: {ours:.3g} events/s")
    if not python:
        print("phasespace: not measured, PHASESPACE_PYTHON is not set")
        return
    program = PHASESPACE.format(M=M_MU, m=M_E)
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"phasespace: failed, {done.stderr.strip().splitlines()[-1]}")
        return
    theirs = float(done.stdout.split()[-1])
    print(f"four-body phase space, phasespace:  {theirs:.3g} events/s; ratio {ours / theirs:.1f}")


def time_to_rate():
    code = (
        "import darkfactory as df; r = df.rate('mu -> e e e nu nu', precision=1e-3);print(r.value, r.error / r.value)"
    )
    for note in ("first", "second"):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        taken = time.perf_counter() - start
        print(
            f"rate of mu -> e e e nu nu to 1e-3, start-up included, {note} time: {taken:.2f} s ({done.stdout.strip()})"
        )


def main():
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for process, (model, cut) in CASES.items():
        for full in (False, True):
            wall, cpu, first = speed(process, model, cut, full=full)
            what = "momenta and Stokes" if full else "weights"
            print(
                f"{process:28s} {what:20s} {wall:9.3g} events/s wall, {cpu:9.3g} per 2 cpu s, first call {first:.1f} s"
            )
    time_to_rate()
    run = find_process("mu -> e e e nu nu").run()
    edges = np.linspace(0, M_MU, 101)
    for events in (10**6, 10**7):
        start = time.perf_counter()
        histogram(run, "m_ee", edges, events, 1)
        taken = time.perf_counter() - start
        print(f"{events:.0e} events to a histogram of m_ee: {taken:.1f} s, peak memory {megabytes():.0f} MiB")
    beside_phasespace()


if __name__ == "__main__":
    main()
