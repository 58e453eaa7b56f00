"""Page of `darkfactory explore`: seconds from a step of a slider to the new numbers in the browser, for each search.

Needs Chromium and the extras `explore` and `test`. Median of several steps, each to a value that was not there before. Beside it
stands the processor time that the server takes for a step, which is what is left of it on a machine without other work.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

STEPS = 5
BUDGET_S = {"forward-positron": 0.5, "missing-mass-photon": 0.5, "missing-mass-tracks": 1.0, "ee-resonance": 1.0}
SLIDERS = {
    "forward-positron": ("beam-days", "beam-polarization", "detector-x_resolution", "search-focus"),
    "missing-mass-photon": ("beam-days", "trigger-threshold", "detector-photon_energy_resolution"),
    "missing-mass-tracks": (
        "beam-exposure_muons",
        "beam-polarization",
        "detector-momentum_resolution",
        "detector-p_T_min",
    ),
    "ee-resonance": ("beam-exposure_muons", "detector-momentum_resolution", "detector-p_T_min"),
}


def used(pid: int) -> float:
    """Processor time of a process [s] (Linux)."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print one line per slider; a budget is for those that need no new events or kernels."""
    from playwright.sync_api import sync_playwright

    from support.explorer import Browser, started

    print(
        f"{'search':22s} {'slider':32s} {'median [s]':>11s} {'largest [s]':>12s} {'server [s]':>11s} {'budget [s]':>11s}"
    )
    server, address = started()
    with server, sync_playwright() as playwright:
        browser = Browser(playwright, address)
        for search, sliders in SLIDERS.items():
            if search != "forward-positron":
                browser.choose("search", search)
            for slider in sliders:
                key = "ArrowLeft" if slider == "beam-polarization" else "ArrowRight"
                times, busy = [], []
                for _ in range(STEPS):
                    before = used(server.pid)
                    times.append(browser.step(slider, key))
                    busy.append(used(server.pid) - before)
                found = f"{statistics.median(times):11.2f} {max(times):12.2f} {statistics.median(busy):11.2f}"
                found += f" {BUDGET_S[search]:11.1f}"
                print(f"{search:22s} {slider:32s} {found}", flush=True)
        browser.close()
        server.kill()


if __name__ == "__main__":
    main()
