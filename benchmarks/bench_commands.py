"""Whole commands as users wait for them: start-up, a reach curve, the demo figure; cold and with a warm compile cache."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUDGET_S = {"--help": 0.5, "figure megii-fwd-reach": 60.0}


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """Wall time of one command in a fresh process [s]."""
    code = "import sys; from darkfactory.cli.app import main; main(sys.argv[1:])"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print one line per command."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"JAX_COMPILATION_CACHE_DIR": str(Path(folder) / "cache")}
        figure = ["figure", "megii-fwd-reach", "--out", str(Path(folder) / "figure")]
        commands = {
            "--help": ["--help"],
            "rate": ["rate", "mu -> e a"],
            "bounds": ["bounds"],
            "reach, 25 masses, fisher": ["reach", "forward-positron", "--mass", "0:40:25", "--method", "fisher"],
            "reach, 25 masses, profile": ["reach", "forward-positron", "--mass", "0:40:25"],
            "figure megii-fwd-reach": figure,
        }
        print(f"{'command':30s} {'first [s]':>10s} {'then, median of 3 [s]':>22s} {'budget [s]':>11s}")
        for name, arguments in commands.items():
            first = seconds(arguments, environment)
            then = statistics.median(seconds(arguments, environment) for _ in range(3))
            print(f"{name:30s} {first:10.2f} {then:22.2f} {BUDGET_S.get(name, ''):>11}")


if __name__ == "__main__":
    main()
