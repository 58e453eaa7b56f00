"""`darkfactory explore` as a user sees it, in a real browser; how quick it is says benchmarks/bench_explore.py."""

from __future__ import annotations

import csv
import http.client
import io
import json
import os
import shlex
import signal
import socket
from urllib.parse import urlparse

import pytest

import darkfactory as df
from support.command_line import assert_answered, call
from support.explorer import Browser, chromium, served, started

pytest.importorskip("panel", reason="the page needs the package panel")


def patience(seconds=2.0):
    """Seconds that a step of a slider may take, half a second being meant; more on a machine that has other work."""
    return seconds * max(1.0, 1.5 * os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture(scope="module")
def address():
    with served() as found:
        yield found


@pytest.fixture(scope="module")
def shown(address):
    if chromium() is None:
        pytest.skip("no Chromium on this machine (chromium, chromium-browser, google-chrome)")
    api = pytest.importorskip("playwright.sync_api", reason="the browser is driven by the package playwright")
    with api.sync_playwright() as playwright:
        browser = Browser(playwright, address)
        yield browser
        browser.close()


def number(headline):
    """The limit in a headline."""
    return float(headline.split(" = ")[-1].split(" ")[0])


def test_the_page_shows_a_reach_and_asks_nobody_else(shown, address):
    assert shown.page.title() == "darkfactory explore"
    assert shown.headline.startswith("mu -> e a at megii-fwd, V+A: 95% CL, profile, z = 1.6449; best F [GeV] = ")
    found = df.reach("forward-positron", "megii-fwd", mass="0:40:21")
    assert number(shown.headline) == pytest.approx(found.F_gev.max(), rel=1e-3)
    assert shown.page.locator(".reach img").get_attribute("src").startswith("data:image/svg+xml;base64,")
    host = urlparse(address).netloc
    assert {urlparse(url).netloc for url in shown.requests if not url.startswith(("data:", "blob:"))} == {host}
    assert shown.errors == []
    assert "nuisances: normalization free" in shown.page.locator(".notes li").first.inner_text()


def test_a_slider_moves_the_numbers_and_the_command(shown):
    before = number(shown.headline)
    seconds = [shown.step("beam-days") for _ in range(3)]
    assert number(shown.headline) > before
    days = next(part for part in shlex.split(shown.command) if part.startswith("beam.days="))
    assert float(days.partition("=")[2]) == pytest.approx(14 * 10 ** (3 / 40), rel=0.01)
    assert min(seconds) < patience(), seconds
    for _ in range(3):
        shown.step("beam-days", "ArrowLeft")
    assert number(shown.headline) == before
    assert "beam.days" not in shown.command


def test_numbers_come_with_their_command_in_one_message(shown):
    before = len(shown.messages)
    for key in ("ArrowRight", "ArrowLeft"):
        shown.step("beam-days", key)
    told = [said for said in shown.messages[before:] if "best F [GeV] = " in said]
    assert len(told) == 2
    assert all("darkfactory figure search-reach" in said and " s&lt;/span" in said for said in told)


def test_masses_couplings_level_and_spectrum_follow(shown):
    for name, value, words in (("chirality", "V-A", "V-A"), ("chirality", "C_V, C_A", "V+A")):
        shown.choose(name, value)
        assert f"megii-fwd, {words}" in shown.headline
    assert "model.C_A=0.7071" in shown.command
    shown.step("phase", "ArrowRight")
    assert "model.C_A=0.7044+0.0616j" in shown.command
    shown.choose("chirality", "V+A")
    shown.step("confidence-level", "ArrowLeft")
    assert "94.5% CL" in shown.headline
    assert "--cl 0.945" in shown.command
    shown.step("confidence-level", "ArrowRight")
    shown.after(lambda: shown.tab("Spectrum"))
    assert "V+A at 20 MeV" in shown.headline
    assert "signal at its limit, F_gev = " in shown.headline
    assert shown.page.locator(".spectrum img").count() == 1
    shown.step("mass", "ArrowRight")
    assert "at 20.5 MeV" in shown.headline
    shown.after(lambda: shown.tab("Table"))
    assert "branching_ratio" in shown.page.locator(".table table").first.inner_text()
    shown.tab("Reach")
    shown.settled()


def test_files_are_those_of_the_command(shown, tmp_path, capsys, monkeypatch):
    shown.write("search.focus=100")
    content, name = shown.download("json")
    told = json.loads(content)
    assert (name, told["figure"]) == ("search-reach.json", "search-reach")
    assert told["run"]["command"] == shown.command
    table, name = shown.download("csv")
    lines = [line for line in table.decode().splitlines() if not line.startswith("# ")]
    assert name == "search-reach.csv"
    assert len(list(csv.DictReader(io.StringIO("\n".join(lines))))) == len(told["rows"])
    assert shown.download("png")[0].startswith(b"\x89PNG")
    assert shown.download("pdf")[0].startswith(b"%PDF")
    # what the page says makes the same figure
    monkeypatch.chdir(tmp_path)
    code, _, err = call(capsys, *shlex.split(told["run"]["command"])[1:], "--format", "png")
    assert code == 0, err
    made = json.loads((tmp_path / "search-reach.json").read_text(encoding="utf-8"))
    assert made["rows"] == told["rows"]
    assert made["notes"] == told["notes"]
    shown.write("")


def test_a_wrong_value_shows_its_message(shown):
    shown.write("search.focus=0.5")
    assert shown.mistake.startswith("search.focus = 0.5: allowed [1, ")
    shown.write("focus")
    assert "must be key=value" in shown.mistake
    shown.write("beam.flux_file=/etc/passwd")
    assert "the page reads no files" in shown.mistake
    shown.write("")
    assert shown.mistake == ""
    field = shown.page.locator(".mass-list input")

    def typed(text):
        field.fill(text)
        field.press("Enter")

    shown.after(lambda: typed("40:0"))
    assert "mass" in shown.mistake
    shown.after(lambda: typed("0:40:21"))
    assert shown.mistake == ""


@pytest.mark.parametrize(
    ("search", "slider", "words"),
    [
        ("missing-mass-photon", "beam-days", "mu -> e a at meg2"),
        ("missing-mass-tracks", "detector-momentum_resolution", "mu -> e e e a at mu3e-phase1"),
        ("ee-resonance", "detector-momentum_resolution", "mu -> e nu nu X, X -> e e at mu3e-phase1"),
    ],
)
def test_other_searches(shown, search, slider, words):
    shown.choose("search", search)
    assert shown.headline.startswith(words)
    seconds = [shown.step(slider) for _ in range(2)]
    assert min(seconds) < patience(3.0), seconds
    assert shown.mistake == ""
    assert f"search={search}" in shown.command


def test_nobody_else_is_let_in(address):
    host, port = urlparse(address).hostname, urlparse(address).port
    assert host == "127.0.0.1"
    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex(("127.0.0.2", port)) != 0
    head = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OTAxMjM0NQ==",
    }
    for origin, status in (("http://evil.example", 403), (f"http://evil.example:{port}", 403)):
        asked = http.client.HTTPConnection(host, port, timeout=10)
        asked.request("GET", "/ws", headers=head | {"Origin": origin})
        assert asked.getresponse().status == status
        asked.close()


def test_an_interruption_ends_it_at_once_and_quietly():
    process, _ = started()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "")


def test_what_cannot_be_served_is_said(capsys, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert_answered(capsys, ["explore", "--port", str(taken.getsockname()[1])], "port = ")
    assert_answered(capsys, ["explore", "--port", "0"], "port = 0")
    assert_answered(capsys, ["explore", str(tmp_path / "no.yaml")], "no.yaml")
