"""A survey at one mass as a user waits for it: with an empty cache, and again; seconds of the processor and of the clock."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time

BUDGET_S = (10.0, 2.0)
"""With an empty cache on two cores, and in a second process."""
COMMANDS = {
    "lfv-alp": ["lfv-alp", "--mass", "20"],
    "lfv-alp, C_e = 1": ["lfv-alp", "--mass", "20", "--set", "model.C_e=1"],
    "dark-photon": ["dark-photon", "--mass", "20"],
    "vector, protophobic": [
        *("vector", "--mass", "17", "--set", "model.g_V_e=1", "--set", "model.g_V_u=-1", "--set", "model.g_V_d=2"),
    ],
    "pseudoscalar": ["pseudoscalar", "--mass", "20", "--set", "model.g_mu=3e-4", "--coupling", "g_ee"],
    "sterile-dark-photon": ["sterile-dark-photon", "--mass", "20"],
    "composite-neutrino": ["composite-neutrino", "--mass", "1000"],
}


def seconds(arguments: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Time of the processor in user mode, and of the clock, of one command in a fresh process [s]."""
    code = "import sys; from darkfactory.cli.app import main; main(sys.argv[1:])"
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.perf_counter()
    command = [sys.executable, "-c", code, "survey", "--model", *arguments, "-q"]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, time.perf_counter() - start


def main() -> None:
    """Print one line per survey."""
    cold, again = BUDGET_S
    print(f"budget: {cold:g} s with an empty cache, {again:g} s again, on two quiet cores")
    print(f"{'survey':24s} {'cold user [s]':>14s} {'wall [s]':>9s} {'again user [s]':>15s} {'wall [s]':>9s}")
    for name, arguments in COMMANDS.items():
        with tempfile.TemporaryDirectory() as folder:
            kept = {key: value for key, value in os.environ.items() if key != "JAX_COMPILATION_CACHE_DIR"}
            times = [*seconds(arguments, kept | {"XDG_CACHE_HOME": folder})]
            times += seconds(arguments, kept | {"XDG_CACHE_HOME": folder})
        print(f"{name:24s} {times[0]:14.1f} {times[1]:9.1f} {times[2]:15.1f} {times[3]:9.1f}")


if __name__ == "__main__":
    main()
