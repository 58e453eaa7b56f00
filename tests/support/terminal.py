"""Commands in a pseudo-terminal: what a user with 80 columns sees, next to the JSON of the same commands."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

SCRIPT = """
import io, json, sys
from contextlib import redirect_stdout
from darkfactory.cli.app import main

def run(arguments):
    try:
        main(arguments)
    except SystemExit as stopped:
        return stopped.code

commands, file, found = json.loads(sys.argv[1]), sys.argv[2], []
for arguments in commands:
    code = run(arguments)
    print("\\n=====", flush=True)
    text = io.StringIO()
    with redirect_stdout(text):
        run([*arguments, "--json"])
    found.append([code, text.getvalue()])
open(file, "w").write(json.dumps(found))
"""


def in_terminal(commands, file, columns=80):
    """Screen (lines without escapes), exit code and JSON of each command; all in one process, in order."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, json.dumps(commands), str(file)],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=environment | {"TERM": "xterm"},
    )
    os.close(theirs)
    screen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side has closed
            break
        if not part:
            break
        screen += part
    os.close(ours)
    assert child.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.decode()).replace("\r", "")
    screens = [part.splitlines() for part in text.split("\n=====\n")]
    results = json.loads(file.read_text())
    return [(lines, code, json.loads(out)) for lines, (code, out) in zip(screens, results, strict=False)]
