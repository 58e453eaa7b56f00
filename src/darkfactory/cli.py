"""The command ``darkfactory``: the verbs of the Python API with the same words."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from darkfactory.bounds_commands import bounds
from darkfactory.command_line import decay_options, emit, given_options, output_options, set_option, spin_of, working
from darkfactory.errors import DarkfactoryError, DarkfactoryWarning
from darkfactory.theory_commands import model, target
from darkfactory.version import __version__

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="darkfactory")
def cli() -> None:
    """Dark sectors at flavor and neutrino factories: rates, spectra, limits and figures."""


cli.add_command(bounds)
cli.add_command(target)
cli.add_command(model)

LISTS = ("processes", "models", "experiments", "searches", "bounds", "targets", "figures")


@cli.command("list")
@click.argument("kind", type=click.Choice(LISTS))
@output_options
def list_command(kind: str, as_json: bool, out: Path | None) -> None:
    """Say what exists: processes, models, experiments, searches, bounds, targets or figures."""
    from darkfactory import catalogue

    rows = catalogue.entries(kind)
    shown = [{key: value for key, value in row.items() if key not in ("keys", "references")} for row in rows]
    emit(
        {kind: rows}, rows, kind, as_json, out, shown=shown, notes=[key for row in rows for key in row.get("keys", ())]
    )


@cli.command()
@click.argument("process")
@click.option("--model", help="Model; the process's own by default.")
@click.option(
    "--norm", type=click.Choice(["exp", "lo"]), default="exp", show_default=True, help="hbar/tau or tree level."
)
@click.option("--relative-to", metavar="PROCESS", help="Divide by the rate of another process of the same model.")
@click.option("--precision", type=float, default=1e-3, show_default=True, help="Relative error of a Monte Carlo.")
@decay_options
@set_option
@output_options
def rate(
    process: str,
    model: str | None,
    assignments: tuple[str, ...],
    polarization: str | None,
    charge: str,
    as_json: bool,
    out: Path | None,
    **options: Any,
) -> None:
    """Branching ratio of PROCESS, e.g. "mu -> e a", of what passes a cut."""
    from darkfactory.rates import rate as compute
    from darkfactory.settings import parse_assignments

    if "charge" in (given := given_options({**options, "charge": charge})):
        given["charge"] = int(charge)
    with working("integrating"):
        data = compute(
            process, model=model, settings=parse_assignments(assignments), polarization=spin_of(polarization), **given
        ).to_dict()
    row = {
        key: data[key] for key in ("process", "model", "value", "error", "unit", "norm", "order", "width_mev", "method")
    }
    title = f"rate of {data['process']}" + (f" with {data['cut']}" if data["cut"] else "")
    title += f" over {data['relative_to']}" if data["relative_to"] else ""
    emit(data, [row | data["model_parameters"]], title, as_json, out, notes=data["notes"])


@cli.command()
@click.argument("process")
@click.option(
    "--observable", help="Any observable of the process; x, of a photon at an experiment m_miss2, by default."
)
@click.option("--experiment", help="Card whose beam, acceptance and resolution apply; counts then.")
@click.option("--model", help="Model; the process's own by default.")
@click.option("--bins", type=int, default=50, show_default=True, help="Number of bins.")
@click.option("--low", type=float, help="Lower end of the observable.")
@click.option("--high", type=float, help="Upper end.")
@click.option("--events", type=int, default=2**20, show_default=True, help="Weighted events of a Monte Carlo.")
@decay_options
@set_option
@output_options
def spectrum(
    process: str,
    observable: str | None,
    bins: int,
    assignments: tuple[str, ...],
    polarization: str | None,
    charge: str,
    as_json: bool,
    out: Path | None,
    **options: Any,
) -> None:
    """Spectrum of an observable of PROCESS, at rest, or of its lepton as an experiment records it."""
    from darkfactory.settings import parse_assignments
    from darkfactory.spectra import spectrum as compute

    if "charge" in (given := given_options({**options, "charge": charge})):
        given["charge"] = int(charge)
    with working("generating"):
        result = compute(
            process,
            observable=observable,
            bins=bins,
            settings=parse_assignments(assignments),
            polarization=spin_of(polarization),
            **given,
        )
    data = result.to_dict()
    title = f"{data['process']}: {data['quantity']} against {result.observable} [{result.unit}], order {result.order}"
    emit(data, data["bins"], title, as_json, out, notes=data["notes"])


@cli.command()
@click.argument("process")
@click.option("-n", "n", type=int, default=10000, show_default=True, help="Number of events.")
@click.option(
    "--format", "file_format", type=click.Choice(["parquet", "lhe", "hepmc"]), help="By the ending otherwise."
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.option("--model", help="Model; the process's own by default.")
@click.option("--weighted", is_flag=True, help="Keep every trial with its weight.")
@click.option("--experiment", help="Card whose tracks are measured and selected, for decays with three tracks.")
@click.option("--keep-rejected", is_flag=True, help="Also events that the experiment rejects, with weight 0.")
@click.option(
    "--neutrinos", type=click.Choice(["pair", "two"]), default="pair", show_default=True, help="One particle, or two."
)
@click.option("--norm", type=click.Choice(["exp", "lo"]), default="exp", show_default=True, help="As for rate.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@decay_options
@set_option
def events(
    process: str,
    file_format: str | None,
    out: Path,
    assignments: tuple[str, ...],
    polarization: str | None,
    charge: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Events of PROCESS at rest as a file; the sum of their weights is the rate, at an experiment the recorded one."""
    from darkfactory import output
    from darkfactory.eventfiles import write_events
    from darkfactory.generation import events as generate
    from darkfactory.settings import parse_assignments

    with working("generating"):
        record = generate(
            process,
            settings=parse_assignments(assignments),
            polarization=spin_of(polarization),
            charge=int(charge),
            **options,
        )
        file = write_events(record, out, file_format)
    data = record.metadata() | {"file": str(file)}
    if as_json:
        click.echo(output.to_json(data))
        return
    shown = {"process": data["process"], "events": data["events"], "rate": data["rate"]}
    kept = {"rate_error": "rate_error", "efficiency": "efficiency", "overweight": "overweight", "trials": "trials"}
    if record.recorded is not None:
        seen = record.recorded
        shown |= {"before response": seen.generated_rate, "recorded": record.rate / seen.generated_rate}
        shown |= {"accepted": data["recorded"]["accepted"]}
        kept["efficiency"] = "kept/trials"
    output.print_table(f"written: {file}", [shown | {title: data["model"][key] for key, title in kept.items()}])


@cli.command()
@click.argument("search")
@click.option("--experiment", help="Shipped card or path of your own; the search's first card by default.")
@click.option("--model", help="Model; the search's first by default.")
@click.option("--mass", help="Mass [MeV], or START:STOP:N; the model's by default.")
@click.option("--coupling", help="Coupling that is scanned, where a search offers several: epsilon2, g_ee, g_mumu ...")
@click.option("--cl", type=float, help="Confidence level; the card's or the search's own by default.")
@click.option("--method", help="Statistical method: window, kappa, fisher, profile or cls.")
@click.option(
    "--export-pyhf", type=click.Path(dir_okay=False, path_type=Path), help="Also write the model of one mass for pyhf."
)
@set_option
@output_options
def reach(
    search: str,
    experiment: str | None,
    model: str | None,
    mass: str | None,
    coupling: str | None,
    cl: float | None,
    method: str | None,
    export_pyhf: Path | None,
    assignments: tuple[str, ...],
    as_json: bool,
    out: Path | None,
) -> None:
    """Expected reach of SEARCH at an experiment, against mass."""
    from darkfactory.output import heading
    from darkfactory.reaches import reach as compute
    from darkfactory.settings import parse_assignments

    with working("fitting"):
        result = compute(
            search,
            experiment,
            model=model,
            mass=mass,
            cl=cl,
            method=method,
            coupling=coupling,
            settings=parse_assignments(assignments),
        )
    data = result.to_dict()
    if export_pyhf is not None:
        from darkfactory.output import save_text, to_json

        save_text(export_pyhf, to_json(result.to_pyhf()))
    shown = [
        {
            "mass [MeV]": point["mass"],
            "BR limit": point["expected"]["branching_ratio"],
            "-1 sigma": point["band"]["m1"],
            "+1 sigma": point["band"]["p1"],
        }
        | {heading(name): point["expected"][name] for name in result.couplings}
        | {"limited by": point["limited_by"], "status": point["status"]}
        | {name: point[name] for name in result.result.extra}
        for point in data["points"]
    ]
    nuisances = ", ".join(f"{name} {prior}" for name, prior in data["nuisances"].items()) or "none (statistics only)"
    notes = [f"{result.cl:g} CL, method {result.method}, z = {result.z:.4f}; nuisances: {nuisances}", *data["notes"]]
    named = result.parameters.get("chirality", result.model)
    title = f"{data['process']} at {result.experiment}, {named}"
    emit(data, data["points"], title, as_json, out, shown=shown, notes=notes)


@cli.command()
@click.argument("experiment")
@click.option("--threshold", help="Photon threshold [MeV], or START:STOP:N; the card's by default.")
@click.option("--stopping-rate", type=float, help="Muons per second; the card's by default.")
@click.option("--trigger", "mode", help="standard (match of directions) or proposed; the card's by default.")
@set_option
@output_options
def trigger(
    experiment: str,
    threshold: str | None,
    stopping_rate: float | None,
    mode: str | None,
    assignments: tuple[str, ...],
    as_json: bool,
    out: Path | None,
) -> None:
    """Trigger rates of EXPERIMENT, and the muon rate that fills its bandwidth, against photon threshold."""
    from darkfactory.settings import parse_assignments
    from darkfactory.triggers import trigger as compute

    result = compute(
        experiment,
        threshold=threshold,
        stopping_rate=stopping_rate,
        mode=mode,
        settings=parse_assignments(assignments),
    )
    data = result.to_dict()
    columns = {
        "threshold": "E_gamma > [MeV]",
        "stopping_rate": "muons/s",
        "rmd_rate": "RMD [Hz]",
        "rc_rate": "RC [Hz]",
        "max_stopping_rate": "filling muons/s",
        "equal_rate": "RMD = RC at muons/s",
    }
    shown = [
        {title: point[key] for key, title in columns.items()} | {"filling, B": point["band"]["low"]}
        for point in data["points"]
    ]
    title = f"trigger rates of {result.experiment}, {result.mode} trigger"
    emit(data, data["points"], title, as_json, out, shown=shown, notes=data["notes"])


@cli.command()
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write, without ending; the name by default.")
@click.option(
    "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Setting of the figure, see `list figures`."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def figure(name: str, out: Path | None, assignments: tuple[str, ...], as_json: bool) -> None:
    """Draw the figure NAME: PDF and PNG, and the numbers behind it as CSV and JSON with references."""
    from darkfactory import output
    from darkfactory.figures import figure as draw
    from darkfactory.settings import parse_assignments

    with working(f"computing {name}"):
        result = draw(name, out, parse_assignments(assignments))
    if as_json:
        click.echo(output.to_json(result.to_dict()))
        return
    output.print_table(
        result.title, result.summary, notes=[*result.notes, f"written: {', '.join(map(str, result.files))}"]
    )


@cli.command()
@click.argument("names", nargs=-1, metavar="[RESULT.json | NAME | KEY]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write FILE (BibTeX).")
def cite(names: tuple[str, ...], as_json: bool, out: Path | None) -> None:
    """BibTeX of what a run used: give its JSON file, a name (experiment, search, bound, process), or citation keys."""
    from darkfactory import catalogue, output
    from darkfactory.references import bibtex, lookup

    keys = catalogue.cited_keys(*names)
    text = bibtex(keys)
    if out is not None:
        output.save_text(out, text + "\n")
    if as_json:
        found = [lookup(key) for key in keys]
        text = output.to_json({"references": [{"key": r.key, "short": r.short, "bibtex": r.bibtex} for r in found]})
    click.echo(text)


def _shown(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
    """A warning as one line on standard error; of other packages only in a debugger's setting."""
    if issubclass(category, DarkfactoryWarning):
        click.echo(f"warning: {message}", err=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; a user's mistake is a message and exit code 2, never a traceback."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", DarkfactoryWarning)
        warnings.showwarning = _shown
        try:
            cli.main(args=arguments, prog_name="darkfactory", standalone_mode=True)
        except DarkfactoryError as error:
            for line in str(error).splitlines():
                click.echo(f"error: {line}", err=True)
            sys.exit(2)
