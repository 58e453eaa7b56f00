"""The page of a study as a browser shows it: nothing from elsewhere, links that lead somewhere, no scrolling sideways."""

from __future__ import annotations

import json
import shutil

import pytest

import darkfactory as df

OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
OPTIONS += ("--disable-component-update", "--disable-sync")
STUDY = """
name: small
title: A small study
notes: What a reader must know.
results:
  forward: {verb: reach, search: forward-positron, experiment: megii-fwd, mass: [0, 20], method: fisher}
  dump: {verb: reach, search: beam-dump, experiment: e137, model: dark-photon, mass: [5, 10]}
  broken: {verb: rate, process: mu -> e a, cut: E_q > 3}
scans:
  plane: {verb: rate, process: mu -> e a, grid: {model.mass: "0:90:40", model.chirality: [V+A, V]}}
figures:
  portals: {formats: [svg]}
  portals-talk: {figure: portals, formats: [png], style: talk}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder of a study with its page."""
    file = tmp_path_factory.mktemp("report") / "small.yaml"
    file.write_text(STUDY)
    study = df.load_study(file)
    study.run(file.parent / "out")
    return study.report(file.parent / "out").parent


@pytest.fixture(scope="module")
def browser():
    """A Chromium without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install 'darkfactory[test]'")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on the path")
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=program, args=[*OPTIONS])
        yield found
        found.close()


@pytest.fixture
def opened(browser, folder):
    """The page, opened alone as a file, with what it said and asked for on the way."""
    alone = folder.parent / "sent.html"
    shutil.copy(folder / "report.html", alone)
    page = browser.new_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(alone.as_uri())
    yield page, said, asked
    page.close()


def test_it_loads_nothing_from_elsewhere(opened):
    page, said, asked = opened
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [page.url]
    shown = page.eval_on_selector_all("img", "all => all.map(one => one.complete && one.naturalWidth > 100)")
    assert shown == [True, True]


@pytest.mark.parametrize("width", [1280, 800, 400])
def test_wide_tables_scroll_in_their_box(opened, width):
    page, _, _ = opened
    page.set_viewport_size({"width": width, "height": 900})
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    overflow = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    assert page.eval_on_selector_all("html, body, main", overflow) == 0
    assert page.eval_on_selector_all(".wide", overflow) > 0
    # nothing lies over anything else: all parts of a section stand below each other
    below = """all => all.every(one => {
        const boxes = [...one.children].map(child => child.getBoundingClientRect()).filter(box => box.height > 0);
        return boxes.every((box, n) => n == 0 || box.top >= boxes[n - 1].bottom - 1)})"""
    assert page.eval_on_selector_all("section", below)


def test_links_lead_somewhere(opened):
    page, _, _ = opened
    links = page.eval_on_selector_all("a", "all => all.map(one => one.getAttribute('href'))")
    inside = {link for link in links if link.startswith("#")}
    parts = {
        "results-forward",
        "results-dump",
        "results-broken",
        "scans-plane",
        "figures-portals",
        "figures-portals-talk",
    }
    assert inside == {f"#{name}" for name in (*parts, "top", "references")}
    for link in inside:
        assert page.locator(f'[id="{link[1:]}"]').count() == 1
    outside = {link for link in links if not link.startswith(("#", "data:"))}
    assert outside
    assert all(link.startswith(("https://arxiv.org/abs/", "https://doi.org/10.")) for link in outside)
    # the list at the side leads there, and stays in sight
    page.click("nav a[href='#figures-portals']")
    page.wait_for_function("Math.abs(document.getElementById('figures-portals').getBoundingClientRect().y) < 2")
    assert page.locator("nav").bounding_box()["y"] == 0


def test_all_files_can_be_saved(opened, folder, tmp_path):
    page, _, _ = opened
    for name, ending in (("forward", ".json"), ("forward", ".csv"), ("forward", ".pyhf.zip"), ("plane", ".csv")):
        with page.expect_download() as waiting:
            page.locator(f'a[download="{name}{ending}"]').click()
        saved = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved)
        (original,) = folder.glob(f"*/{name}{ending}")
        assert (saved.name, saved.read_bytes()) == (original.name, original.read_bytes())
    assert json.loads((tmp_path / "forward.json").read_text())["search"] == "forward-positron"


def test_what_failed_and_what_is_missing_is_in_sight(opened):
    page, _, _ = opened
    assert page.locator("#results-broken .failed").inner_text().startswith("failed: ")
    assert page.locator("#results-dump li", has_text="no binned likelihood to export").count() == 1
    assert page.locator("td.done").count() == 5


def test_it_prints(opened):
    page, _, _ = opened
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert len(page.pdf(format="A4")) > 10_000
