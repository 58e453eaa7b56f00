"""Tables of neutrino fluxes: those that are shipped, with their attribution, and files of a user. Energies in GeV."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import CardError, InvalidInput, shortened
from darkfactory.parsing import as_number
from darkfactory.yaml_files import plain_file

__all__ = ["SPECIES", "FluxTable", "read_flux", "shipped_flux", "shipped_fluxes"]

Array = NDArray[np.float64]
FOLDER = Path(__file__).parent / "fluxes"
SPECIES = ("nue", "numu", "nutau", "nuebar", "numubar", "nutaubar")
"""Names of neutrinos and antineutrinos, in the order of all lists and files."""
FEWEST = 100
"""Steps of a table with which the trapezoidal rule is good enough; one with fewer points is interpolated."""
_ATTRIBUTION = {
    "mhostert/DarkNews-generator": "from DarkNews, Copyright (c) 2021 Matheus Hostert, MIT License; cite arXiv:2207.04137",
    "KlingFelix/FastNeutrinoFluxSimulation": "from FastNeutrinoFluxSimulation, Copyright (c) 2020 Felix Kling and Sebastian "
    "Trojanowski, MIT License; cite arXiv:2105.08270 and arXiv:2402.13318",
}


@dataclass(frozen=True, eq=False)
class FluxTable:
    """Flux of neutrinos against energy, linear between the points and zero outside; or numbers at single energies.

    Parameters
    ----------
    name : str
        What it is called.
    energies_gev : ndarray, shape (n,)
        Rising energies [GeV], > 0.
    columns : dict
        Flux of every species, shape (n,); a file of two columns has one that is called ``flux``, of whatever is asked.
    interactions : bool
        Whether the columns count charged-current interactions, one number per energy point and no density.
    attribution : str
        Whom to name.

    Raises
    ------
    InvalidInput
        For energies that do not rise, or are not positive, and for negative fluxes; all must be finite.
    """

    name: str
    energies_gev: Array
    columns: Mapping[str, Array]
    interactions: bool = False
    attribution: str = ""

    def __post_init__(self) -> None:
        E = self.energies_gev
        if E.size == 0 or not np.all(np.isfinite(E)) or E[0] <= 0 or np.any(np.diff(E) <= 0):
            bad = E[np.argmax(~(np.diff(E, prepend=0.0) > 0))] if E.size else np.nan
            raise InvalidInput(
                f"{self.name}: E_GeV = {bad:g}: allowed energies > 0 that rise from line to line; sort the table"
            )
        for species, flux in self.columns.items():
            good = np.isfinite(flux) & (flux >= 0)
            if not good.all():
                at, which = int(np.argmin(good)), "" if species == "flux" else f" of {species}"
                raise InvalidInput(
                    f"{self.name}: flux{which} = {flux[at]:g} at E_GeV = {E[at]:g}: allowed finite numbers >= 0"
                )

    def points(self, species: str) -> tuple[Array, Array]:
        """Energies [GeV] and weights: a sum over them is the integral of flux times anything, or the sum over its points.

        Parameters
        ----------
        species : str
            One of ``SPECIES``.

        Returns
        -------
        tuple of ndarray
            Points without flux are left out.
        """
        E, flux = (
            self.energies_gev,
            self.columns.get(species, self.columns.get("flux", np.zeros(self.energies_gev.size))),
        )
        if not self.interactions:
            if E.size < 2:
                raise InvalidInput(
                    f"{self.name}: {E.size} line: a flux needs at least two; take beam.flux = monochromatic"
                )
            index = np.arange(E.size)
            parts = max(-(-FEWEST // (E.size - 1)), 1)
            finer = np.linspace(0, E.size - 1, parts * (E.size - 1) + 1)
            E, flux = np.interp(finer, index, E), np.interp(finer, index, flux)
            steps = np.diff(E)
            flux = flux * (np.append(steps, 0.0) + np.append(0.0, steps)) / 2
        if not np.any(flux > 0):
            raise InvalidInput(f"{self.name}: no flux of {species}; take another flavor, or another beam.flux")
        return E[flux > 0], flux[flux > 0]


def shipped_fluxes() -> tuple[str, ...]:
    """Names of the tables of this package."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.csv")))


@functools.cache
def shipped_flux(name: str) -> FluxTable | None:
    """Table of this package, None if there is none of that name.

    Examples
    --------
    >>> table = shipped_flux("fasernu2_fpf")
    >>> f"{table.points('numu')[1].sum():.4g}", table.interactions
    ('3.147e+05', True)
    """
    path = FOLDER / f"{name}.csv"
    if path.parent != FOLDER or not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    header = dict(line[2:].partition(": ")[::2] for line in lines if line.startswith("# "))
    names = header["columns"].split(",")
    rows = np.array([[float(cell) for cell in line.split(",")] for line in lines if not line.startswith("#")])
    found = dict(zip(names, rows.T, strict=True))
    counted = "NCC_numu" in found
    columns = {species: found[f"NCC_{species}" if counted else species] for species in SPECIES}
    about = f"flux {name}: {_ATTRIBUTION[header['source repository']]}; {header['original publication']}"
    return FluxTable(name, found["E_GeV"], columns, counted, about)


def read_flux(path: str) -> FluxTable:
    """Flux from a user's text file: two columns ``E_GeV flux``, or the seven of GLoBES (E and the six of ``SPECIES``).

    Parameters
    ----------
    path : str
        File; commas are blanks, and lines that begin with ``#`` are left out. Words above the numbers name the columns;
        of seven they are E_GeV and ``SPECIES``, in any order.

    Raises
    ------
    CardError
        If the file cannot be read, or a line is not two or seven numbers.
    InvalidInput
        For numbers that are no flux, see :class:`FluxTable`.
    """
    try:
        text = plain_file(Path(path).expanduser()).decode("utf-8")
    except (OSError, ValueError) as error:
        raise CardError(f"beam.flux_file = {path!r}: {error}; it is a text file of two or seven columns") from None
    rows: list[list[float]] = []
    header: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.partition("#")[0].replace(",", " ").split()
        values = [value for cell in cells if (value := as_number(cell)) is not None]
        if not cells:
            continue
        if not (rows or header or values):
            header = cells
            continue
        if len(values) != len(cells) or len(cells) not in (2, 7) or (rows and len(cells) != len(rows[0])):
            raise CardError(
                f"{path}: line {number}: {line.strip()[:60]!r}: allowed two numbers (E_GeV and flux) or seven (E_GeV and "
                f"{', '.join(SPECIES)}), as many in every line"
            )
        rows.append(values)
    if not rows:
        raise CardError(f"{path}: no numbers; a flux has two or seven columns")
    columns = np.array(rows).T
    usual = ("E_GeV", *(("flux",) if len(columns) == 2 else SPECIES))
    names = [*usual] if len(columns) == 2 and len(header) == 2 else header or [*usual]
    if sorted(names) != sorted(usual):
        raise CardError(
            f"{path}: columns {shortened(' '.join(header), quoted=False)!r}: allowed {', '.join(usual)}; leave the line out, or "
            "begin it with #, if they are in this order"
        )
    found = dict(zip(names, columns, strict=True))
    return FluxTable(path, found.pop(usual[0]), found)
