"""The documentation site: ``make docs``."""

import re
import subprocess
import sys
from pathlib import Path

from darkfactory.version import __version__, code_fingerprint

HERE = Path(__file__).parent
project, author, release = "darkfactory", "The darkfactory developers", __version__
copyright = author
extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinxcontrib.bibtex",
    "sphinx_design",
]
exclude_patterns = ["_build", "pages/columns.md"]
html_theme = "furo"
html_title = "darkfactory"
html_static_path, html_css_files = ["static"], ["tables.css"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True
# notebooks are run again where they, or the code of the package, have changed
nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE / "_build" / "notebooks" / code_fingerprint())
autodoc_typehints = "none"
numpydoc_show_class_members = False
bibtex_bibfiles = ["../src/darkfactory/references.bib"]
suppress_warnings = ["bibtex.missing_field"]


def bars_are_bars(app, what, name, obj, options, lines):
    """Formulas in docstrings hold |C| and C*; reStructuredText takes these for substitutions and emphasis."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...", "..")):
            parts = re.split(r"(``.*?``|:[a-z]+:`.*?`)", line)
            parts[::2] = [re.sub(r"(?<!\\)([|*]|_(?=\W|$))", r"\\\1", part) for part in parts[::2]]
            lines[number] = "".join(parts)


def guides(app, name, source):
    """Pages of this folder that the first page does not name stand under its guides."""
    if name == "index":
        named = set(re.findall(r"^[a-z-]+$", source[0], flags=re.MULTILINE)) | {"index"}
        source[0] = source[0].replace("GUIDES", "\n".join(sorted({p.stem for p in HERE.glob("*.md")} - named)))


def setup(app):
    """Write the pages that are made from the package before Sphinx looks for pages.

    In a process of its own: kernels of notebooks cannot be started beside the threads of JAX.
    """
    app.connect("source-read", guides)
    app.connect("autodoc-process-docstring", bars_are_bars, priority=100)
    subprocess.run([sys.executable, HERE / "pages.py", HERE / "pages"], check=True)
    return {"parallel_read_safe": True}
