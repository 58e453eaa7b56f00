"""Records from curves that users have: text files, Darkcast, AxionLimits, HEPData.

Every importer prints a record that names the user's file with its checksum; nothing is copied.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from darkfactory.bounds.darkcast import Definition, read_definition, refuse_ratios
from darkfactory.bounds.files import MASS_UNITS, Contour, read_curve, text_pieces
from darkfactory.bounds.hepdata import choose_column, read_table
from darkfactory.bounds.quantities import QUANTITIES, ROOTS, Quantity
from darkfactory.bounds.records import same_cl
from darkfactory.errors import in_range, one_of, require, shortened
from darkfactory.processes.muon_decay.scales import canonical
from darkfactory.references import numbers_in
from darkfactory.yaml_files import dump_yaml

__all__ = ["from_axionlimits", "from_csv", "from_darkcast", "from_hepdata"]

BRANCHING_RATIO = "branching_ratio"
MADE_BY = {
    "darkcast": "Darkcast, GPL-2.0-or-later: of your own copy; cite arXiv:1801.04847",
    "axionlimits": "AxionLimits, MIT, C. O'Hare; cite doi:10.5281/zenodo.3932430",
    "hepdata": "HEPData, see the record there; cite its DOI",
}
"""Licences, and what those who made the files ask to be cited."""


def from_csv(
    path: str | Path,
    name: str,
    quantity: str,
    *,
    citation: str,
    cl: float | None = 0.90,
    channel: str = "",
    source: str = "",
    mass_unit: str = "MeV",
    outline: bool = False,
) -> str:
    r"""YAML text of a record for a digitised curve that stands beside it, with the checksum of the file.

    Parameters
    ----------
    path : path
        Text file that :func:`~darkfactory.bounds.files.read_curve` reads: mass, limit and, for a closed region, its far
        side, or an outline; blank lines separate pieces.
    name : str
        Name of the record; save the text as NAME.yaml in the folder of the curve.
    quantity : str
        A key of :data:`darkfactory.bounds.quantities.QUANTITIES`, or ``epsilon2``, whose root the record is about; or
        ``branching_ratio`` of a decay with an invisible ALP, whose numbers then stand in the record itself.
    citation : str
        Such as ``Doe 2031 [3101.01234]``.
    cl : float, optional
        Published confidence level; None where there is none.
    channel, source : str
        Process in words (of a branching ratio ``mu-e``, ``tau-e`` or ``tau-mu``); where the curve is from.
    mass_unit : str
        Unit of the masses in the file: ``eV``, ``keV``, ``MeV``, ``GeV``.
    outline : bool
        Whether the rows go once round a region though the last is not the first.

    Returns
    -------
    str
        The record, which :func:`darkfactory.bounds.check_file` finds good.

    Raises
    ------
    InvalidInput
        For an unknown quantity or unit, an empty name, a file that is refused.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "figure-3.csv")
    >>> _ = file.write_text("0.01 1e-6\n0.05 4e-6\n")
    >>> print(from_csv(file, "doe-2031", "epsilon2", citation="Doe 2031", mass_unit="GeV").splitlines()[4])
    quantity: epsilon
    """
    of = _quantity(name, quantity, citation, channel, source, cl, mass_unit, (BRANCHING_RATIO,))
    if of is None:
        found = read_curve(Path(path), "upper", mass_unit, outline=outline, massless=True)
        return _of_decay(Path(path), name, found, canonical(channel), citation, cl, source)
    found = read_curve(Path(path), of.sense, mass_unit, root=quantity in ROOTS, outline=outline)
    contour = {"mass_unit": mass_unit, "quantity": quantity, "outline": outline}
    return _record(Path(path), name, of, found, contour, citation=citation, cl=cl, channel=channel, source=source)


def from_darkcast(
    path: str | Path,
    name: str,
    *,
    citation: str = "",
    cl: float | None = None,
    definition: str | Path | None = None,
) -> str:
    r"""Record for a limit on dark photons of the user's own copy of Darkcast.

    Parameters
    ----------
    path : path
        File ``.lmt``: mass [GeV], lower and, of two sides, upper coupling.
    name : str
        Name of the record; save the text as NAME.yaml in the folder of the file.
    citation : str
        Publication; that of the definition by default.
    cl : float, optional
        Published confidence level, which Darkcast does not say.
    definition : path, optional
        Python file that defines the limit; the one beside it with the same name by default. It is read, not run.

    Returns
    -------
    str
        The record; of a boson that decays invisibly one that figures draw only when asked.

    Raises
    ------
    InvalidInput
        For a file that is refused: ratios on a grid, another model than the dark photon.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "Lab_Doe2031.lmt")
    >>> _ = file.write_text("# mass lower upper\n1e-3 1e-6 1e-3\n5e-2 2e-6 1e-5\n")
    >>> from_darkcast(file, "doe", citation="Doe 2031").splitlines()[4]
    'quantity: epsilon'
    """
    file = Path(path)
    beside = file.with_suffix(".py")
    told = Definition()
    if definition is not None or beside.is_file():
        told = read_definition(Path(definition or beside))
    recast = file.absolute().parent
    model = recast.name if "recast" in recast.parts else told.model
    require(
        None
        if model == "dark_photon"
        else f"{file}: limit on the coupling of {model}: allowed dark_photon; others have no quantity here",
        None if citation or told.citation else "citation: missing; give --citation, or --definition FILE.py",
    )
    text = citation or told.citation
    of = _quantity(name, "epsilon", text, told.channel, "", cl, "GeV")
    refuse_ratios(file, text_pieces(file, "GeV")[0])
    found = read_curve(file, of.sense, "GeV")
    about: dict[str, Any] = {"licence": MADE_BY["darkcast"], "notes": told.notes}
    if told.decay == ("invisible",):
        about |= {"default": False, "assumes": "decays into invisible particles alone"}
    return _record(file, name, of, found, {"mass_unit": "GeV"}, citation=text, cl=cl, channel=told.channel, **about)


def from_axionlimits(
    path: str | Path,
    name: str,
    quantity: str,
    *,
    citation: str = "",
    cl: float | None = None,
    channel: str = "",
    outline: bool = False,
) -> str:
    r"""Record for a table of AxionLimits: mass [eV], coupling.

    Parameters
    ----------
    path : path
        Text file; its comments say the publication and sometimes the confidence level.
    name : str
        Name of the record; save the text as NAME.yaml in the folder of the file.
    quantity : str
        Which coupling it is, e.g. ``g_agamma`` [1/GeV], ``g_aee``, ``epsilon``.
    citation, cl, channel, outline
        As of :func:`from_csv`; the first two from the comments by default.

    Returns
    -------
    str
        The record.

    Raises
    ------
    InvalidInput
        For a file that is refused, or without a publication.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "Lab.txt")
    >>> _ = file.write_text("# Lab 95% CL, https://arxiv.org/abs/3101.01234\n1e6\t1e-4\n2e6\t3e-4\n")
    >>> print(from_axionlimits(file, "lab", "g_agamma").splitlines()[2])
    citation: Lab 95% CL, https://arxiv.org/abs/3101.01234
    """
    file = Path(path)
    _, data = text_pieces(file, "eV")
    lines = [line.strip("# \t") for line in data.decode("utf-8-sig").splitlines() if line.startswith("#")]
    comments = [line for line in lines if line and not re.search(r"\b[kMG]?eV\b.*\[|\[[^]]*eV", line)]
    cl = _stated_cl(" ".join(comments)) if cl is None else cl
    text = citation or (", ".join(comments) if any(map(numbers_in, comments)) else "")
    require(None if text else f"{file}: no comment names an arXiv number or a DOI; give --citation")
    of = _quantity(name, quantity, text, channel, "", cl, "eV")
    found = read_curve(file, of.sense, "eV", root=quantity in ROOTS, outline=outline)
    contour = {"mass_unit": "eV", "quantity": quantity, "outline": outline}
    licence = MADE_BY["axionlimits"]
    return _record(file, name, of, found, contour, citation=text, cl=cl, channel=channel, licence=licence)


def from_hepdata(
    path: str | Path,
    name: str,
    quantity: str,
    *,
    citation: str,
    cl: float | None = None,
    channel: str = "",
    column: str = "",
    mass_unit: str = "",
    outline: bool = False,
) -> str:
    """Record for a column of a table of HEPData.

    Parameters
    ----------
    path : path
        Data file (YAML) with one independent variable, the mass.
    name : str
        Name of the record; save the text as NAME.yaml in the folder of the file.
    quantity : str
        What the column limits, as of :func:`from_csv`.
    citation, channel, outline
        As of :func:`from_csv`.
    cl : float, optional
        Confidence level; what the name or a qualifier of the column says by default.
    column : str
        Number of the column, or a part of its name or qualifiers; the only one, or the only observed one by default.
    mass_unit : str
        Unit of the masses where the table says none.

    Returns
    -------
    str
        The record; of an expected limit a projection.

    Raises
    ------
    InvalidInput
        For a file that is refused, or where several columns fit; they are listed.
    """
    file = Path(path)
    number, chosen, unit = choose_column(file, column, mass_unit)
    said = _stated_cl(chosen.about)
    require(
        None
        if None in (cl, said) or same_cl(cl, said)
        else f"cl = {cl}: the column says {said:g} ({shortened(chosen.about, quoted=False)}); leave one out"
    )
    cl = said if cl is None else cl
    of = _quantity(name, quantity, citation, channel, "", cl, unit)
    read = {"root": quantity in ROOTS, "outline": outline}
    found = read_table(file, of.sense, unit, of.unit, number, **read)
    contour = {"mass_unit": unit, "quantity": quantity, "outline": outline, "column": number}
    about: dict[str, Any] = {"notes": f"column: {chosen.about}", "licence": MADE_BY["hepdata"]}
    about |= {"kind": "projected" if "expected" in chosen.about.lower() else "observed"}
    return _record(file, name, of, found, contour, citation=citation, cl=cl, channel=channel, **about)


def _stated_cl(text: str) -> float | None:
    """Confidence level in a text, e.g. ``95% CL`` or ``CL 0.9``; None if there is none."""
    number = r"(0?\.\d+|\d\d(?:\.\d+)?)\s*\\?%?"
    found = re.search(rf"{number}\s*(?:C\.?L|confidence level)|\bC\.?L\.?\W*{number}", text, re.I)
    value = float(found[1] or found[2]) if found else 0.0
    value = round(value / 100 if value > 1 else value, 6)
    return value if 0.5 < value < 1 else None


def _quantity(
    name: str,
    quantity: str,
    citation: str,
    channel: str,
    source: str,
    cl: float | None,
    mass_unit: str,
    others: tuple[str, ...] = (),
) -> Any:
    """The quantity of a record, None for one of the others; what is wrong with its words in one error."""
    words = (("name", name), ("citation", citation), ("channel", channel or "unknown"), ("source", source or citation))
    require(
        *(_problem_of_words(what, text) for what, text in words),
        None
        if not set(name) & set("/\\")
        else f"name = {shortened(name)}: allowed the name of a file, without / and \\",
        one_of("quantity", quantity, (*QUANTITIES, *ROOTS, *others)),
        None if cl is None else in_range("cl", cl, 0.5, 1, open_low=True, open_high=True),
        one_of("mass_unit", mass_unit, MASS_UNITS),
    )
    return QUANTITIES.get(ROOTS.get(quantity, quantity))


def _problem_of_words(what: str, text: str) -> str | None:
    if text.strip() and text.isprintable():
        return None
    return f"{what} = {shortened(text)}: allowed a text that can be printed"


def _of_decay(file: Path, name: str, found: Contour, channel: str, citation: str, cl: float | None, source: str) -> str:
    """Text of a record for a curve of branching ratios, which holds the numbers."""
    require(
        "cl = None: allowed (0.5, 1) for a branching ratio" if cl is None else None,
        f"{file}: a region: allowed one curve, mass and branching ratio" if found.far or not found.masses else None,
        in_range("branching_ratio", found.values, 0, 1, open_low=True) if found.values else None,
    )
    origin = {"tag": "paper", "provenance": "digitised", "source": source or citation}
    limit = {
        "channel": channel,
        "cl": cl,
        "chirality": "any",
        "mass_range": {"value": list(found.ends), "unit": "MeV", **origin},
        "points": {"masses": list(found.masses), "values": list(found.values), **origin},
        "recast": {"rule": "none", "because": "the curve does not say how it depends on the chirality"},
    }
    words = {"name": name, "label": name, "citation": citation, "kind": "observed", "assumes": "as in the paper"}
    return dump_yaml({**words, "limits": [limit]})


def _record(
    file: Path,
    name: str,
    of: Quantity,
    found: Contour,
    contour: dict[str, Any],
    *,
    citation: str,
    cl: float | None,
    channel: str,
    source: str = "",
    kind: str = "observed",
    assumes: str = "as in the paper",
    default: bool = True,
    licence: str = "",
    notes: str = "",
) -> str:
    """Text of a record for the contour in a file, without keys that say what holds anyway."""
    usual = {"mass_unit": "MeV", "quantity": of.name, "outline": False}
    origin = {"tag": "paper", "provenance": "digitised", "source": source or citation}
    used = {key: value for key, value in contour.items() if value != usual.get(key)}
    more: dict[str, Any] = {} if default else {"default": False}
    more |= {key: text for key, text in (("licence", licence), ("notes", notes)) if text}
    return dump_yaml(
        {
            "name": name,
            "label": name,
            "citation": citation,
            "kind": kind,
            "quantity": of.name,
            "channel": channel or "unknown",
            "assumes": assumes,
            **more,
            "limits": [
                {
                    "cl": None if cl is None else float(cl),
                    "mass_range": {"value": list(found.ends), "unit": "MeV", **origin},
                    "contour": {"file": file.name, "sha256": found.checksum, **used} | origin,
                    "recast": {"rule": "fixed", "because": "a digitised curve is used at its own confidence level"},
                }
            ],
        }
    )
