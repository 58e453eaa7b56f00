"""Write the collection of published curves, src/darkfactory/bounds/data/collection, from a folder of annotated CSV files.

    python tools/collect_limits.py FOLDER

Every file says in its header what it is, where it was published, who digitised it and under which licence. What is decided
here and not there: names, which of two versions is the default and why, and what is left out and why. Words of the header
are kept as they are; a confidence level or a publication that the header does not state is not filled in.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).parents[1] / "src/darkfactory/bounds/data/collection"

FOLDERS = {
    "visible_dark_photon": ("epsilon", "A' -> visible", "kinetic mixing only, decays into known particles only"),
    "hnl_U_e": ("U2_e", "heavy neutral lepton mixed with nu_e", "mixing with nu_e only"),
    "hnl_U_mu": ("U2_mu", "heavy neutral lepton mixed with nu_mu", "mixing with nu_mu only"),
    "hnl_U_tau": ("U2_tau", "heavy neutral lepton mixed with nu_tau", "mixing with nu_tau only"),
    "alp_electron": ("g_aee", "ALP coupled to electrons", "coupling to electrons only"),
    "alp_photon": ("g_agamma", "ALP coupled to photons", "coupling to photons only"),
    "muon_coupled": ("g_mu_tau", "vector of L_mu - L_tau", "gauged L_mu - L_tau"),
}
LEFT_OUT = {
    "visible_dark_photon/electron_g-2": "from old values; computed here, see electron-magnetic-moment",
    "visible_dark_photon/proj_na64e_visible": "its publication is mis-attributed in the source",
    "alp_electron/electron_g-2": "from old values, and its mass range is not included in the source",
    "alp_electron/red_giants": "red-giants-2020 holds the published number and its masses",
    "alp_electron/white_dwarf_hint_band": "a preferred band, no limit",
}
NAMES = {
    "visible_dark_photon/a1_mami_2014": "a1-2014",
    "visible_dark_photon/na48_2": "na48-2-2015",
    "visible_dark_photon/na48_2_fine": "na48-2-2015-fine",
    "hnl_U_mu/pienu_2019_mass16-29": "pienu-2019",
    "hnl_U_mu/pienu_2019_mass28-34": "pienu-2019",
    "hnl_U_mu/psi_1987": "sin-1987",
    "muon_coupled/babar_2016_4mu_lmu-ltau": "babar-2016-4mu",
}
SECOND = "another version of {0} is the default: "
NOT_DEFAULT = {
    "babar-2014-fine": SECOND.format("babar-2014") + "one source for all dark photons",
    "na48-2-2015-fine": SECOND.format("na48-2-2015") + "one source for all dark photons",
    "charm-tsai2019": SECOND.format("charm") + "a later recast, its publication is inferred from a file name",
    "nucal-tsai2019": SECOND.format("nucal") + "a later recast, its publication is inferred from a file name",
    "faser-2024-57fb": "its publication is doubtful: the number given is of a search for ALPs",
    "kloe-2012-phi-eta": "part of kloe-combined; its publication is doubtful",
    "kloe-2014-mumugamma": "part of kloe-combined",
    "kloe-2015-eegamma": "part of kloe-combined",
    "kloe-2016-pipigamma": "part of kloe-combined",
    "na62-dump-ee-2023": "part of na62-dump-2025",
    "na62-dump-mumu-2023": "part of na62-dump-2025",
    "sn1987a": "the model of the supernova",
    "sn1987a-foresee": SECOND.format("sn1987a") + "its publication is not stated",
    "sn1987a-photon": "the model of the supernova; its publication is not stated",
    "lsnd": "a recast whose publication is not stated",
    "solar-neutrinos": "the model of the sun",
    "bbn-sabti2020-e": "a standard thermal history",
    "bbn-sabti2020-mu": "a standard thermal history",
    "bbn-sabti2020-tau": "a standard thermal history",
    "atlas-2025-displaced-e": "its publication is not named in the source",
    "atlas-2025-displaced-mu": "its publication is not named in the source",
    "t2k-2019-marginalised": SECOND.format("t2k-2019-profiled-e") + "profiled, as for nu_mu",
    "lhcb-2020-lnv": "a Majorana neutrino: lepton number is violated",
    "cms-2018-dilepton": "a Majorana neutrino: leptons of the same sign",
    "sin-1987-v2": SECOND.format("sin-1987") + "a second digitisation",
    "kek-mu-bryman-shrock": SECOND.format("kek-1982") + "a recast of the same data",
    "bes3-2022": SECOND.format("bes3-2024") + "later data",
    "charm-nomad-2002": SECOND.format("charm-boiarska2021") + "an earlier reanalysis",
    "borexino-plestid": "a phenomenological recast",
    "ship-2018-mu-projected": SECOND.format("ship-espp25-projected") + "an earlier design",
}
DISORDERED = {"visible_dark_photon/orsay"}
"""Outlines whose first side, from the lightest to the heaviest mass, has some neighbours in the wrong order."""
INVISIBLE = {"pienu-2017", "pienu-2019", "na62-2020", "na62-2021", "na62-2018-k-mu", "na62-pion-2025", "e949-2014"}
"""Searches for a peak: N leaves the detector before it decays; 'lifetime > 50 ns' of NA62 stands in abstracts."""
READ = {
    "a1-2014": {"confidence level": "95% (PDG 2026)"},
    "belle2-2020": {"confidence level": "95% (abstract of arXiv:2007.13071)"},
    "microboone-2019": {
        "model and coupling": "Majorana",
        "note": "abstract of arXiv:1911.10545: (4.7 to 0.7)e-7 for Majorana neutrinos, as here, (6.6 to 0.9)e-7 for Dirac",
    },
    "kloe-2012-phi-eta": {
        "note": "abstract of arXiv:1210.3927: epsilon^2 < 8e-6 for 50 to 210 MeV, as here; that of arXiv:1110.0411: 2e-5"
    },
}
"""What was read in publications since, in place of words of the header."""
LABELS = {
    "nu-Cal I (outline of pi0 and proton bremsstrahlung recasts)": "nuCal",
    "NA62 beam-dump mode, A' -> e+e-": "NA62 dump ee",
    "NA62 beam-dump mode, A' -> mu+mu-": "NA62 dump \N{GREEK SMALL LETTER MU}\N{GREEK SMALL LETTER MU}",
    "NA62 beam-dump mode, 1.4e17 POT (combined final states)": "NA62 dump",
    "electroweak precision / PMNS non-unitarity": "non-unitarity",
    "superallowed beta decay Ft values (BD2)": "beta decays",
    "20F beta spectrum (kink search)": "\N{SUPERSCRIPT TWO}\N{SUPERSCRIPT ZERO}F",
    "pi -> e nu branching ratio / PIENU (recast)": "PIENU ratio",
    "K -> e nu universality and peak search recast": "K ratio",
    "atmospheric oscillation data": "atmospheric",
    "solar neutrino flux (energy loss)": "solar neutrinos",
}
KINDS = ("displaced", "prompt", "long_lived", "short_lived", "muon_system", "b_parking")
"""Words of the name of a file that tell curves of one experiment apart."""
_REST = re.compile(
    r"( (e\+e-|pi0|pi\+|K\+|phi|W ->|N ->|8B|J/psi|a ->|prompt|A' ->|D\*|tau|displaced|beam.dump|electron beam|dump"
    r"|low-mass|inclusive|cooling|Z decays|single|muon-system|B-parking|same-sign|trilepton|2015 data|luminous"
    r"|atmospheric|reanalysis|recast|NuMI|visible|test run|ND280|on axis)| \(|, ).*"
)


def _label(experiment: str, stem: str, projected: bool) -> str:
    """Text beside a curve: the experiment, and the year if the name of the file has one."""
    if experiment in LABELS:
        return LABELS[experiment]
    words = re.sub(r"^(SLAC|Fermilab|BNL) ", "", _REST.sub("", experiment))
    kind = [word.replace("_", "-") for word in KINDS if word in stem.lower()]
    year = re.search(r"(?:^|_)(19\d\d|20\d\d)(?:_|$)", stem)
    return " ".join([words, *kind, *([year[1]] if year and not projected else []), *(["(proj.)"] if projected else [])])


def _read(file: Path) -> tuple[dict[str, str], np.ndarray]:
    """Header and rows (mass [MeV], coupling) of a file."""
    lines = file.read_text(encoding="utf-8").splitlines()
    header = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# ") and ": " in line)
    rows = [line.split(",")[:2] for line in lines if line and not line.startswith("#")]
    return header, np.array(rows, dtype=float)


def _pieces(curve: np.ndarray) -> list[np.ndarray]:
    """An edge without the rows of coupling 1, which mark masses without a limit: neighbours are not joined over them."""
    gaps = np.flatnonzero(curve[:, 1] == 1)
    pieces = np.split(curve, gaps)
    return [piece for k, some in enumerate(pieces) if len(piece := some[1:] if k else some) > 1]


def _named(folder: str, stem: str, flavors: dict[str, set[str]]) -> str:
    key = re.sub(r"_(lower|upper)$", "", stem)
    if f"{folder}/{key}" in NAMES:
        return NAMES[f"{folder}/{key}"]
    projected = key.startswith("proj_")
    words = key.removeprefix("proj_").replace("_", "-").lower()
    shared = len(flavors[key]) > 1
    if folder.startswith("hnl") and shared:
        words += "-" + folder.rsplit("_", 1)[1]
    if folder == "alp_photon" and shared:
        words += "-photon"
    return words + ("-projected" if projected else "")


def collect(source: Path) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    """Records in the order of their names, and the columns of all curves."""
    files = [file for folder in FOLDERS for file in sorted((source / folder).glob("*.csv"))]
    files = [file for file in files if f"{file.parent.name}/{file.stem}" not in LEFT_OUT]
    flavors: dict[str, set[str]] = {}
    for file in files:
        flavors.setdefault(re.sub(r"_(lower|upper)$", "", file.stem), set()).add(file.parent.name)
    records: dict[str, dict[str, Any]] = {}
    curves: list[np.ndarray] = []
    for file in files:
        header, rows = _read(file)
        folder, stem = file.parent.name, file.stem
        name = _named(folder, stem, flavors)
        if name not in records:
            records[name] = _record(name, folder, stem, header)
        kind = header["region kind"].split(" ")[0]
        part = {"lower": "lower", "upper": "upper", "closed": "outlines"}[kind]
        if f"{folder}/{stem}" in DISORDERED:
            tip = int(np.argmax(rows[:, 0]))
            rows[:tip] = rows[:tip][np.argsort(rows[:tip, 0], kind="stable")]
        for piece in [rows] if kind == "closed" else _pieces(rows):
            records[name].setdefault(part, []).append(len(curves))
            curves.append(piece)
    joined = np.concatenate(curves)
    start = np.cumsum([0, *map(len, curves)])
    return [records[name] for name in sorted(records)], {"mass": joined[:, 0], "value": joined[:, 1], "start": start}


def _record(name: str, folder: str, stem: str, header: dict[str, str]) -> dict[str, Any]:
    quantity, channel, assumes = FOLDERS[folder]
    header = header | READ.get(name, {})
    level = re.match(r"(\d+)%", header["confidence level"])
    how = header["how the numbers came to be"]
    model = re.search(r"(Majorana|Dirac)", header["model and coupling"])
    why = NOT_DEFAULT.get(name, "")
    notes = [f"confidence level: {header['confidence level']}", how]
    notes += [header["note"]] if header.get("note", "-") != "-" else []
    assumes = ", ".join(
        [assumes, *([model[1]] if model else []), *(["invisible or long-lived N"] if name in INVISIBLE else [])]
    )
    projected = header["status"] == "projection"
    found = {
        "name": name,
        "label": _label(header["experiment"], stem, projected),
        "quantity": quantity,
        "channel": f"{channel}: {header['experiment']}",
        "kind": "projected" if projected else "observed",
        "citation": header["original publication"],
        "assumes": assumes,
        "cl": float(level[1]) / 100 if level else None,
        "provenance": "quoted" if how.startswith("HEPData table") else "digitised",
        "source": f"{header['source repository']} ({header['source licence'].split(' ')[0]}), {header['source path']}",
        "notes": "; ".join(notes),
    }
    return found | ({"default": False, "why": why} if why else {})


def main() -> None:
    """Write the index and the columns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="folder with the annotated CSV files")
    records, columns = collect(parser.parse_args().source)
    TARGET.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (TARGET / "index.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    np.savez_compressed(TARGET / "columns.npz", **columns)
    print(f"{len(records)} records, {len(columns['start']) - 1} curves, {len(columns['mass'])} points")


if __name__ == "__main__":
    main()
