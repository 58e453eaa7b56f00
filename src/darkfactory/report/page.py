"""One page (HTML) on everything that a study made: nothing outside the file is loaded to show it."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from darkfactory.bounds.own import own_records
from darkfactory.catalogue import PACKAGE
from darkfactory.conversions import to_html
from darkfactory.errors import InvalidInput
from darkfactory.glossary import Column
from darkfactory.output import flattened, save_text
from darkfactory.references import bibtex, cited, numbers_in
from darkfactory.report.likelihoods import packed
from darkfactory.report.run import AUDITED, key_of, manifest_of

if TYPE_CHECKING:
    from darkfactory.report.study import Part, Study

__all__ = ["about_of", "write_page"]

PAGE, BIBTEX = "report.html", "references.bib"
MIME = {".png": "image/png", ".svg": "image/svg+xml"}
SECTIONS = {"results": "Results", "scans": "Scans", "figures": "Figures"}
LARGEST = 20_000_000
"""Bytes of a page: one that can be sent by mail."""
PLAIN = 30_000
"""Bytes of a table above which it is packed."""
PROMISE = "This page holds all that it shows: figures, first rows of the tables, and the files for download."
STYLE = """
*{box-sizing:border-box}
body{margin:0;display:grid;grid-template-columns:15rem minmax(0,1fr);background:#fff;color:#1f2328;color-scheme:light;
font:15px/1.5 system-ui,"Segoe UI","Helvetica Neue",Arial,sans-serif}
a{color:#0b57a4;text-decoration:none}a:hover{text-decoration:underline}
nav{position:sticky;top:0;height:100vh;overflow-y:auto;padding:1.5rem 1rem;background:#f6f8fa;border-right:1px solid #d0d7de;
font-size:13px;line-height:1.35}
nav a{display:block;padding:.18rem 0;overflow-wrap:anywhere}nav p{margin:1rem 0 .2rem;color:#57606a;font-weight:600}
main{padding:1.5rem 2rem 4rem;max-width:66rem}
h1{font-size:1.9rem;line-height:1.2;margin:.3rem 0 1rem}h2{font-size:1.3rem;line-height:1.3;margin:0 0 .3rem}
section{border-top:1px solid #d0d7de;margin-top:2.5rem;padding-top:1.5rem}
.about{color:#57606a;font-size:13px;margin:.2rem 0 1rem}
figure{margin:1rem 0;text-align:center}img{max-width:100%;max-height:44rem;height:auto}
pre{background:#f6f8fa;border:1px solid #d0d7de;border-radius:4px;padding:.6rem .8rem;font-size:13px;white-space:pre-wrap;
overflow-wrap:anywhere}
details{margin:.7rem 0}summary{cursor:pointer;font-weight:600}
.wide{overflow-x:auto;margin:.4rem 0;border:1px solid #d0d7de;border-radius:4px}.wide b:empty{display:none}
.wide ul{margin:.5rem 0;color:#57606a;font-size:13px}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;width:100%}
td,th{padding:.25rem .7rem;text-align:left;vertical-align:top;white-space:nowrap}
th{background:#f6f8fa;border-bottom:1px solid #d0d7de}tbody tr:nth-child(even){background:#fafbfc}
.prose td{white-space:normal}.prose td:first-child{white-space:nowrap}.audit td:last-child{min-width:18rem}
.done{white-space:nowrap;color:#57606a}
.failed,.old{color:#b00020}
@media(max-width:60rem){body{display:block}nav{position:static;height:auto;max-height:40vh;border:0}main{padding:1rem}}
@media print{body{display:block;font-size:10pt}nav{display:none}main{padding:0;max-width:none}a{color:inherit}
h2,summary{break-after:avoid}figure,pre,tr{break-inside:avoid}img{max-height:20cm}
.wide{overflow:hidden}td,th{font-size:6.5pt;padding:.1rem .25rem}th{white-space:normal}}
"""


class _Room:
    """What still fits into the page.

    Parameters
    ----------
    left : int
        Characters.
    """

    def __init__(self, left: int) -> None:
        self.left = left

    def embedded(self, content: bytes, mime: str) -> str | None:
        """The address of a content that is inside the page; None if it does not fit."""
        if (size := len(content) * 4 // 3 + 64) > self.left:
            return None
        self.left -= size
        return f"data:{mime};base64,{base64.b64encode(content).decode()}"


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
        Of the page; what would make it larger than `LARGEST` stays beside it.

    Raises
    ------
    InvalidInput
        If nothing was made there.
    """
    manifest = manifest_of(folder, study.name)
    entries = manifest["parts"]
    if not entries:
        raise InvalidInput(f"{folder}: nothing of the study was made there; first: {study.command}")
    sections, keys, room = [], dict.fromkeys([PACKAGE]), _Room(int(0.9 * LARGEST))
    with own_records(study.bounds or None):
        found = [(part, entries.get(part.path, {})) for part in study.parts]
        status = {part.path: _status(part, folder, entry) for part, entry in found}
    abouts = {part.path: about_of(folder, part, entry) for part, entry in found}
    # drawings come first: of all else there is a copy beside the page
    drawings = {part.path: _drawing(folder, entry, abouts[part.path], room) for part, entry in found}
    for part, entry in found:
        about = abouts[part.path]
        keys |= dict.fromkeys(about.get("references", ()))
        sections.append(_section(part, folder, entry, about, status[part.path], drawings[part.path], room))
    save_text(folder / BIBTEX, bibtex(keys) + "\n")
    notes = "".join(f"<p>{escape(text)}</p>" for text in study.notes.split("\n\n") if text)
    made = f'<p class="about">Made with darkfactory {escape(manifest["version"])}. {PROMISE}</p>'
    cited_here = (
        f'<section id="references"><h2>References</h2>{_citations(keys)}{_download(folder, BIBTEX, room)}</section>'
    )
    body = (
        f"<h1>{escape(study.title)}</h1>{notes}{made}{_contents(study, abouts, status)}{''.join(sections)}{cited_here}"
    )
    title = f"<title>{escape(study.title)}</title>"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">{title}<style>{STYLE}</style>'
    page = f"<head>{head}</head><body>{_navigation(study)}<main>{body}</main></body>"
    save_text(folder / PAGE, f'<!DOCTYPE html>\n<html lang="en">{page}</html>\n')
    return folder / PAGE


def _navigation(study: Study) -> str:
    """Links to all parts, which stay in sight."""
    links = ['<a href="#top"><b>Contents</b></a>']
    for section, title in SECTIONS.items():
        parts = [part for part in study.parts if part.section == section]
        links += [f"<p>{title}</p>"] if parts else []
        links += [f'<a href="#{_anchor(part)}">{part.name}</a>' for part in parts]
    return f'<nav>{"".join(links)}<p>More</p><a href="#references">References</a></nav>'


def _contents(study: Study, abouts: Mapping[str, Mapping[str, Any]], status: Mapping[str, str]) -> str:
    """A line for each part."""
    lines = []
    for part in study.parts:
        mark = "done" if status[part.path] == "up to date" else "old"
        lines.append(
            f'<tr><td><a href="#{_anchor(part)}">{part.path}</a></td><td>{escape(_title(part, abouts[part.path]))}</td>'
            f'<td class="{mark}">{escape(status[part.path])}</td></tr>'
        )
    return f'<div class="wide prose" id="top"><table><tbody>{"".join(lines)}</tbody></table></div>'


def _title(part: Part, about: Mapping[str, Any]) -> str:
    return str(about.get("title", part.verb))


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


def _section(
    part: Part,
    folder: Path,
    entry: Mapping[str, Any],
    about: Mapping[str, Any],
    status: str,
    drawing: str,
    room: _Room,
) -> str:
    """All of one part."""
    html = [f'<section id="{_anchor(part)}"><h2>{escape(_title(part, about))}</h2><p class="about">{part.path}</p>']
    if status != "up to date":
        html.append(f'<p class="failed">{escape(status)}</p>')
    if about:
        html += [drawing, _listed(about["notes"])]
        filled = {name for row in about["rows"] for name, value in flattened(row).items() if value is not None}
        columns = [Column(*column) for column in about["columns"] if column[0] in filled]
        if columns:
            title = f"Table, {about['count']} rows"
            html.append(_folded(title, about["rows"], columns, [], "wide", about["count"], opened=True))
        shown = _drawn(entry) if drawing else None
        kept = [name for name in entry["files"] if name != shown and not name.endswith(".about.json")]
        files = [name for name in kept if (folder / name).is_file()]
        html.append(f"<p>Files: {', '.join(_download(folder, name, room) for name in files)}</p>")
        html.append(_likelihoods(about.get("likelihoods")))
        html.append(f"<p>To make it again, in the folder of this page:</p><pre>{escape(_commands(part, about))}</pre>")
        settings = [{"setting": key, **value} for key, value in about["run"].get("settings", {}).items()]
        if settings:
            names = [Column(name, "", "") for name in ("setting", "value", "unit", "tag")]
            html.append(_folded(f"Settings, {len(settings)}", settings, names, [], "wide prose"))
        audit = about["audit"]
        names = [Column(name, "", "") for name in AUDITED]
        html.append(
            _folded(f"To be checked: {audit['title']}", audit["rows"], names, audit["notes"], "wide prose audit")
        )
        if keys := about["references"]:
            html.append(f"<details><summary>References, {len(keys)}</summary>{_citations(keys)}</details>")
    return "".join([*html, "</section>"])


def _listed(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""


def _drawn(entry: Mapping[str, Any]) -> str | None:
    """The file that the page shows."""
    return next((name for ending in MIME for name in entry.get("files", ()) if name.endswith(ending)), None)


def _drawing(folder: Path, entry: Mapping[str, Any], about: Mapping[str, Any], room: _Room) -> str:
    """The drawing, inside the page if it fits."""
    drawn = _drawn(entry) if about else None
    there = drawn is not None and (folder / drawn).is_file()
    source = room.embedded((folder / drawn).read_bytes(), MIME[Path(drawn).suffix]) if drawn and there else None
    return f'<figure><img alt="{escape(about["title"])}" src="{source}"></figure>' if source else ""


def _download(folder: Path, name: str, room: _Room) -> str:
    """Link to a file that is inside the page, large tables packed; to the file beside it if it does not fit."""
    content, shown = (folder / name).read_bytes(), Path(name).name
    if len(content) > PLAIN and shown.endswith((".csv", ".json", ".bib")):
        content, shown = packed({shown: content}), f"{shown}.zip"
    size = f"{max(len(content) / 1000, 0.1):.3g} kB"
    source = room.embedded(content, "application/octet-stream")
    if source is None:
        return f'<a href="{quote(name)}">{escape(shown)}</a> (beside this page, {size})'
    return f'<a download="{escape(shown)}" href="{source}">{escape(shown)}</a> ({size})'


def _likelihoods(found: Mapping[str, Any] | None) -> str:
    """What the archive of likelihoods of a reach holds, and why it holds no others."""
    if found is None:
        return ""
    masses = ", ".join(f"{mass:g}" for mass in found["masses"])
    held = [f"Likelihoods in .pyhf.zip, a workspace of pyhf for each mass: {masses} MeV"] if masses else []
    return _listed([*held, *(f"Without a likelihood: {reason}" for reason in found["missing"])])


def _commands(part: Part, about: Mapping[str, Any]) -> str:
    """What makes the same again: as a command where it is one, in Python, and from the file."""
    found = []
    if part.section == "figures":
        words = ["darkfactory", "figure", part.arguments["name"]]
        for key, value in part.arguments["settings"].items():
            words += ["--set", f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}"]
        words += [] if part.style == "default" else ["--style", part.style]
        found.append(shlex.join([*words, "--format", ",".join(part.formats)]))
    return "\n".join([*found, about["run"]["command"], f"darkfactory rerun {part.path}.json"])


def _folded(
    title: str,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    notes: Sequence[str],
    look: str,
    count: int = 0,
    opened: bool = False,
) -> str:
    """A table that is opened by a click, or is open."""
    table = to_html("", rows, columns, notes, most=len(rows), count=count)
    mark = " open" if opened else ""
    return f'<details{mark}><summary>{escape(title)}</summary><div class="{look}">{table}</div></details>'


def _citations(keys: Any) -> str:
    """Citations, with links to publication and preprint."""
    found = []
    for key in keys:
        one = cited(key)
        doi = numbers_in(one.bibtex).get("doi")
        links = {f"https://doi.org/{quote(doi)}": f"doi:{doi}"} if doi else {}
        links |= {f"https://arxiv.org/abs/{quote(one.eprint)}": f"arXiv:{one.eprint}"} if one.eprint else {}
        title = f", {escape(one.title)}" if one.title else ""
        linked = "".join(f' <a href="{address}">{escape(text)}</a>' for address, text in links.items())
        found.append(f"<li>{escape(one.short)}{title}{linked}</li>")
    return f"<ul>{''.join(found)}</ul>"
