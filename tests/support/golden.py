"""What the numbers of the documented commands were: one sum per column, so that a change of any shows.

A changed number is either a fault or a mended one. `python tests/support/golden.py` writes the file anew; what changed, and
why, belongs into the note of the change.
"""

from __future__ import annotations

import json
import math
import re
import shlex
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests" / "golden" / "readme.json"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {"README.md": README, "docs/commands.md": (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")}
COMMANDS = list(  # the README has some of those of the page
    dict.fromkeys(
        line
        for page in PAGES.values()
        for block in re.findall(r"```sh\n(.*?)```", page, flags=re.DOTALL)
        for line in block.splitlines()
        if line.startswith("darkfactory ")
    )
)
# figures and files have tests of their own; what prints text has no numbers
OTHERS = ("figure", "events", "cite", "list", "show", "card", "cache", "completion", "rerun")
NUMERIC = [line for line in COMMANDS if line.split()[1] not in OTHERS and "--help" not in line]
NO_NUMBERS = ("run", "version", "seed")


def _leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in NO_NUMBERS:
                yield from _leaves(value, f"{path}.{key}".lstrip("."))
    elif isinstance(data, list):
        for value in data:
            yield from _leaves(value, path)
    else:
        yield path, data


def sums(text: str) -> dict[str, list[float]]:
    """Number of the numbers of each column of a JSON output, the sum of their sizes, and the sum."""
    found: dict[str, list[float]] = defaultdict(list)
    for path, value in _leaves(json.loads(text)):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[path].append(float(value))
    return {path: [len(v), math.fsum(map(abs, v)), math.fsum(v)] for path, v in sorted(found.items())}


def as_json(command: str) -> list[str]:
    """Words of a command that prints JSON."""
    words = shlex.split(command)[1:]
    return words if "--json" in words else [*words, "--json"]


def _write() -> None:
    import subprocess
    import tempfile

    from darkfactory.experiments.new import new_card

    with tempfile.TemporaryDirectory() as here:
        (Path(here) / "my-detector.yaml").write_text(new_card("my-detector", "megii-fwd"), encoding="utf-8")
        found = {}
        for command in NUMERIC:
            words = ["darkfactory", *as_json(command)]
            printed = subprocess.run(words, cwd=here, capture_output=True, text=True, check=True).stdout
            found[command] = sums(printed)
    lines = ",\n".join(f"{json.dumps(command)}: {json.dumps(numbers)}" for command, numbers in found.items())
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:]:
        raise SystemExit("golden.py takes no arguments: it writes the file anew")
    _write()
