"""Which parton densities are used: a file, an installed set of LHAPDF, the grid of pythia8mc, or the fit."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import itertools
import warnings
from collections.abc import Iterator
from pathlib import Path

from darkfactory.errors import DarkfactoryWarning, InvalidInput
from darkfactory.partons.base import PartonDensities
from darkfactory.partons.fallback import FittedDensities
from darkfactory.partons.grid import read_grid
from darkfactory.settings import Setting

__all__ = ["PDF", "find_densities"]

PDF = Setting(
    "target.pdf",
    "auto",
    "parton densities of the proton: a .dat file or the name of a set of LHAPDF, `fit`, or `auto` (CT14qed, else its fit)",
    "text",
)
DEFAULT, PYTHIA = "CT14qed_proton", "pythia8mc"


def find_densities(pdf: str = "auto") -> PartonDensities:
    """Parton densities that a user asks for.

    Parameters
    ----------
    pdf : str
        A ``.dat`` file of an LHAPDF set; the name of a set that the installed ``lhapdf`` finds, of which the central member
        is read; ``fit``; or ``auto``: the grid CT14qed that comes with pythia8mc (extra ``pdf``; nothing of it but this file
        is read) or that LHAPDF finds, else the fit, with a warning.

    Returns
    -------
    PartonDensities
        Read when they are first needed.

    Raises
    ------
    InvalidInput
        If there are none of this name.

    Warns
    -----
    DarkfactoryWarning
        If ``auto`` finds no grid.
    """
    name = str(pdf).strip()
    if name == "fit":
        return FittedDensities()
    if name == "auto":
        for path in itertools.chain(_of_pythia(), _of_lhapdf(DEFAULT)):
            return read_grid(path)
        warnings.warn(
            f"pdf = auto: no grid of {DEFAULT} is installed (pip install 'darkfactory[pdf]'), the analytic fit is used",
            DarkfactoryWarning,
            stacklevel=2,
        )
        return FittedDensities()
    if name.endswith(".dat") or Path(name).is_file():
        return read_grid(name)
    for path in _of_lhapdf(name):
        return read_grid(path)
    raise InvalidInput(
        f"{PDF.name} = {pdf}: neither a .dat file nor a set that an installed lhapdf finds; allowed auto, fit, a file or such a set"
    )


@functools.cache
def _of_pythia() -> tuple[Path, ...]:
    """The grid among the data of pythia8mc, which is not imported."""
    try:
        files = importlib.metadata.files(PYTHIA) or ()
    except importlib.metadata.PackageNotFoundError:
        return ()
    paths = (Path(str(file.locate())) for file in files if file.name == f"{DEFAULT}_0000.dat")
    return tuple(path for path in paths if path.is_file())


def _of_lhapdf(name: str) -> Iterator[Path]:
    """Central member of a set, in the folders where lhapdf looks."""
    try:
        folders = importlib.import_module("lhapdf").paths()
    except ImportError:
        return
    for folder in folders:
        if (path := Path(folder) / name / f"{name}_0000.dat").is_file():
            yield path
