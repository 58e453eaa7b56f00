"""The documentation site: ``make docs``."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import pages  # noqa: E402

from darkfactory.version import __version__  # noqa: E402

project, author, release = "darkfactory", "The darkfactory developers", __version__
extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinxcontrib.bibtex",
    "sphinx_design",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "darkfactory"
templates_path: list[str] = []
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
bibtex_bibfiles = ["../src/darkfactory/references.bib"]
suppress_warnings = ["bibtex.missing_field"]


def setup(app):
    """Write the pages that are made from the package before Sphinx looks for pages."""
    pages.write(HERE / "pages")
    return {"parallel_read_safe": True}
