"""One page (HTML) on everything that a study made: nothing outside the file is loaded to show it."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from darkfactory.bounds.own import own_records
from darkfactory.catalogue import PACKAGE
from darkfactory.conversions import to_html
from darkfactory.errors import InvalidInput
from darkfactory.glossary import Column
from darkfactory.output import save_text
from darkfactory.references import bibtex, cited
from darkfactory.report.run import AUDITED, key_of, manifest_of

if TYPE_CHECKING:
    from darkfactory.report.study import Part, Study

__all__ = ["about_of", "write_page"]

PAGE, BIBTEX = "report.html", "references.bib"
MIME = {".png": "image/png", ".svg": "image/svg+xml"}
STYLE = """body{font:15px/1.45 sans-serif;max-width:64em;margin:2em auto;padding:0 1em;color:#222}
h1,h2,h3{line-height:1.2}section{border-top:1px solid #bbb;margin-top:2.5em}
img{max-width:100%;height:auto}pre{background:#f3f3f3;padding:.6em;white-space:pre-wrap;overflow-wrap:anywhere}
div.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px}td,th{padding:.15em .6em;text-align:left;vertical-align:top}
tr:nth-child(even){background:#f6f6f6}.failed,.old{color:#b00020}summary{cursor:pointer;font-weight:bold}"""


def write_page(study: Study, folder: Path) -> Path:
    """Write the page and the citations of a study into its folder.

    Parameters
    ----------
    study : Study
        What was made.
    folder : Path
        Where.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    InvalidInput
        If nothing was made there.
    """
    entries = manifest_of(folder, study.name)["parts"]
    if not entries:
        raise InvalidInput(f"{folder}: nothing of the study was made there; first: darkfactory run {study.path}")
    sections, lines, keys = [], [], dict.fromkeys([PACKAGE])
    with own_records(study.bounds or None):
        for part in study.parts:
            entry = entries.get(part.path, {})
            status = _status(part, folder, entry)
            about = about_of(folder, part, entry)
            keys |= dict.fromkeys(about.get("references", ()))
            sections.append(_section(part, folder, entry, about, status))
            title = escape(about.get("title", part.verb))
            mark = "" if status == "up to date" else ' class="old"'
            lines.append(
                f'<tr><td><a href="#{_anchor(part)}">{part.path}</a></td><td>{title}</td>'
                f"<td{mark}>{escape(status)}</td></tr>"
            )
    notes = "".join(f"<p>{escape(text)}</p>" for text in study.notes.split("\n\n") if text)
    contents = f'<div class="wide"><table><tbody>{"".join(lines)}</tbody></table></div>'
    cited_here = f'<section id="references"><h2>References</h2>{_citations(keys)}<p><a href="{BIBTEX}">{BIBTEX}</a></p>'
    body = f"<h1>{escape(study.title)}</h1>{notes}{contents}{''.join(sections)}{cited_here}</section>"
    head = f'<meta charset="utf-8"><title>{escape(study.title)}</title><style>{STYLE}</style>'
    save_text(folder / BIBTEX, bibtex(keys) + "\n")
    save_text(folder / PAGE, f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n')
    return folder / PAGE


def _anchor(part: Part) -> str:
    return part.path.replace("/", "-")


def _status(part: Part, folder: Path, entry: Mapping[str, Any]) -> str:
    """Whether a part is what the study asks for now."""
    if not entry:
        return "not made yet"
    if entry.get("message"):
        return f"failed: {entry['message']}"
    missing = [name for name in entry["files"] if not (folder / name).is_file()]
    if missing:
        return f"not there any more: {', '.join(missing)}"
    return "up to date" if entry["key"] == key_of(part) else "made before the study, its files or the package changed"


def about_of(folder: Path, part: Part, entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a part for the page: empty if it was not made.

    Parameters
    ----------
    folder : Path
        Of the study.
    part : Part
        Of the study.
    entry : mapping
        What the manifest says of it.
    """
    try:
        return dict(json.loads((folder / f"{part.path}.about.json").read_text("utf-8"))) if entry.get("files") else {}
    except (OSError, ValueError):
        return {}


def _section(part: Part, folder: Path, entry: Mapping[str, Any], about: Mapping[str, Any], status: str) -> str:
    """All of one part."""
    html = [f'<section id="{_anchor(part)}"><h2>{part.path}</h2>']
    if status != "up to date":
        html.append(f'<p class="failed">{escape(status)}</p>')
    if about:
        files = [name for name in entry["files"] if not name.endswith(".about.json") and (folder / name).is_file()]
        html += [f"<p>{escape(about['title'])}</p>", *_drawing(folder, files, about["title"])]
        html.append(f"<pre>{escape(chr(10).join(_commands(part, folder, about)))}</pre>")
        html.append(f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in about['notes'])}</ul>")
        columns = [Column(*column) for column in about["columns"]]
        if columns:
            title = f"Table, {about['count']} rows"
            html.append(_folded(title, about["rows"], columns, [], about["count"], opened=True))
        settings = [{"setting": key, **value} for key, value in about["run"].get("settings", {}).items()]
        if settings:
            names = [Column(name, "", "") for name in ("setting", "value", "unit", "tag")]
            html.append(_folded(f"Settings, {len(settings)}", settings, names, []))
        audit = about["audit"]
        names = [Column(name, "", "") for name in AUDITED]
        html.append(_folded(f"To be checked: {audit['title']}", audit["rows"], names, audit["notes"]))
        html.append(f"<p>References:</p>{_citations(about['references'])}" if about["references"] else "")
        links = ", ".join(f'<a href="{quote(name)}">{escape(Path(name).name)}</a>' for name in files)
        html.append(f"<p>Files: {links}</p>")
    return "".join([*html, "</section>"])


def _drawing(folder: Path, files: Sequence[str], title: str) -> Iterator[str]:
    """The drawing, inside the page."""
    drawn = next((folder / name for ending in MIME for name in files if name.endswith(ending)), None)
    if drawn is not None:
        data = base64.b64encode(drawn.read_bytes()).decode()
        yield f'<p><img alt="{escape(title)}" src="data:{MIME[drawn.suffix]};base64,{data}"></p>'


def _commands(part: Part, folder: Path, about: Mapping[str, Any]) -> list[str]:
    """What makes the same again: as a command where it is one, in Python, and from the file."""
    found = []
    if part.section == "figures":
        words = ["darkfactory", "figure", part.arguments["name"]]
        for key, value in part.arguments["settings"].items():
            words += ["--set", f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}"]
        words += [] if part.style == "default" else ["--style", part.style]
        found.append(shlex.join([*words, "--format", ",".join(part.formats)]))
    return [*found, about["run"]["command"], shlex.join(["darkfactory", "rerun", f"{folder / part.path}.json"])]


def _folded(
    title: str,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    notes: Sequence[str],
    count: int = 0,
    opened: bool = False,
) -> str:
    """A table that is opened by a click, or is open."""
    table = to_html("", rows, columns, notes, most=len(rows), count=count)
    mark = " open" if opened else ""
    return f'<details{mark}><summary>{escape(title)}</summary><div class="wide">{table}</div></details>'


def _citations(keys: Any) -> str:
    """Citations, with a link to the preprint."""
    found = []
    for key in keys:
        one = cited(key)
        link = (
            f' <a href="https://arxiv.org/abs/{quote(one.eprint)}">arXiv:{escape(one.eprint)}</a>' if one.eprint else ""
        )
        title = f", {escape(one.title)}" if one.title else ""
        found.append(f"<li>{escape(one.short)}{title}{link}</li>")
    return f"<ul>{''.join(found)}</ul>"
