"""The page of `darkfactory explore` in a real browser: server, Chromium, and what one does on it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

CODE = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "  # a job in the background ignores it
    "from darkfactory.cli.app import main; main(sys.argv[1:])"
)
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


def chromium():
    """Path of a Chromium on this machine, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def started(*arguments):
    """Process that serves a page, and the address that it said."""
    command = [sys.executable, "-c", CODE, "explore", "--no-browser", *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found, line + process.communicate()[1]
    return process, found.group()


@contextmanager
def served(*arguments):
    """Address of a page that a command of its own serves."""
    process, address = started(*arguments)
    reader = threading.Thread(target=process.stderr.read, daemon=True)  # a full pipe would stop the server
    reader.start()
    try:
        yield address
    finally:
        process.kill()
        process.wait(20)
        reader.join(20)
        process.stderr.close()


class Browser:
    """The page in Chromium."""

    def __init__(self, playwright, address, width=1280, height=800):
        self.chromium = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        self.page = self.chromium.new_page(viewport={"width": width, "height": height})
        self.requests, self.errors, self.messages = [], [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", self._connected)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address)
        self.page.locator(".headline b").wait_for(timeout=120_000)
        self.settled()

    def _connected(self, socket):
        self.requests.append(socket.url)
        socket.on("framereceived", lambda said: self.messages.append(str(said)))

    def close(self):
        self.chromium.close()

    def _text(self, selector):
        """What the first of them says, at one moment: it may be gone in the next."""
        return next(iter(self.page.locator(selector).all_inner_texts()), "")

    @property
    def headline(self):
        return self.page.locator(".headline b").inner_text()

    @property
    def command(self):
        return self.page.locator(".command textarea").input_value()

    @property
    def mistake(self):
        return self._text(".mistake")

    def settled(self, seconds=120.0):
        """Wait until nothing is computed any more."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.mistake or self._text(".time .said").endswith(" s"):
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("the page still computes")

    def after(self, action, seconds=60.0):
        """Do something and wait for another answer or a message; return the seconds that took.

        The command comes with the numbers, which need not change to the digits of the headline; while another answer is
        computed, it is not the last one.
        """
        before, start = (self.headline, self.mistake, self.command), time.monotonic()
        action()
        while (self.headline, self.mistake, self.command) == before:
            assert time.monotonic() - start < seconds, before
            self.page.wait_for_timeout(5)
        self.settled(seconds)
        return time.monotonic() - start

    def choose(self, name, value):
        return self.after(lambda: self.page.locator(f".{name} select").select_option(value))

    def step(self, name, key="ArrowRight", handle=0):
        """One step of a slider, by its key with hyphens."""
        knob = self.page.locator(f".{name} .noUi-handle").nth(handle)
        return self.after(lambda: knob.press(key))

    def write(self, text):
        """Lines of settings."""
        area = self.page.locator(".lines textarea")

        def typed():
            area.fill(text)
            area.blur()

        return self.after(typed)

    def tab(self, name):
        self.page.locator(".bk-tab", has_text=name).click()

    def download(self, ending):
        """Content of a file, and its name."""
        with self.page.expect_download(timeout=60_000) as waiting:
            self.page.locator(f".file-{ending} a").click()
        path = waiting.value.path()
        with open(path, "rb") as file:
            return file.read(), waiting.value.suggested_filename
