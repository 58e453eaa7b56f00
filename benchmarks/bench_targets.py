"""Cosmological targets: each curve of 50 masses from scratch in a fresh process, limit 5 s on 2 cores."""

from __future__ import annotations

import subprocess
import sys
import time

LIMIT_S = 5.0
CURVES = {
    "freeze-in line, 50 masses (quantum)": "target('freeze-in', '0.02:0.1:50')",
    "freeze-in line, 50 masses (tau-mu, diagonal)": "target('freeze-in', '0.02:0.1:50', channel='tau-mu', tan_alpha=1)",
    "freeze-out curve, 50 masses (scalar)": "target('freeze-out', '1:10000:50', dm='scalar')",
    "freeze-out curve, 50 masses (majorana)": "target('freeze-out', '1:10000:50', dm='majorana')",
    "freeze-out curve, 50 masses (pseudo-dirac)": "target('freeze-out', '1:10000:50', dm='pseudo-dirac')",
    "freeze-out curve, 50 masses (asymmetric)": "target('freeze-out', '1:10000:50', dm='asymmetric')",
}


def main() -> int:
    slow = 0
    for name, call in CURVES.items():
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"from darkfactory import target; {call}"], check=True)
        seconds = time.perf_counter() - start
        slow += seconds > LIMIT_S
        sys.stdout.write(f"{name:<50} {seconds:6.2f} s  {'ok' if seconds <= LIMIT_S else 'SLOW'}\n")
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
