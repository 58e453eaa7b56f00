"""The command ``darkfactory``: the verbs of the Python API with the same words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from darkfactory.cli import inspect as inspect_commands
from darkfactory.cli.bounds import bounds
from darkfactory.cli.cache import cache
from darkfactory.cli.combine import combine
from darkfactory.cli.data import data_options, in_short, keep, require_single, write_beside
from darkfactory.cli.explore import explore
from darkfactory.cli.figure import figure
from darkfactory.cli.impacts import impacts_of, optimise_of
from darkfactory.cli.names import Name
from darkfactory.cli.options import (
    OutFile,
    assigned,
    decay_options,
    examples,
    given_options,
    output_options,
    say,
    say_options,
    set_option,
    spin_of,
    with_run,
    working,
    written,
)
from darkfactory.cli.printing import both_edges, emit_result, intervals_in_words, print_table
from darkfactory.cli.program import run_program
from darkfactory.cli.scan import scan_of
from darkfactory.cli.study import report, run, schema
from darkfactory.cli.survey import survey
from darkfactory.cli.theory import model, target, validate
from darkfactory.version import __version__

__all__ = ["cli", "main"]


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=examples(
        "list searches",
        "show meg2",
        'rate "mu -> e a" --set model.mass=50',
        "reach forward-positron --experiment megii-fwd --mass 0:40:5",
        "figure what-can-we-test --out output/what-can-we-test",
    ),
)
@click.version_option(__version__, prog_name="darkfactory")
def cli() -> None:
    """Dark sectors at flavor and neutrino factories: rates, spectra, limits and figures."""


@cli.command(
    epilog=examples(
        'rate "mu -> e a" --set model.mass=50 --set model.F_gev=1e10',
        'rate "mu -> e nu nu gamma" --cut "E_gamma > 10 and E_e > 45"',
        'rate "mu -> e nu nu X" --model dark-photon --set model.mass=20',
    )
)
@click.argument("process", type=Name("processes"))
@click.option("--model", type=Name("models"), help="Model; the process's own by default.")
@click.option(
    "--norm", type=click.Choice(["exp", "lo"]), default="exp", show_default=True, help="hbar/tau or tree level."
)
@click.option(
    "--relative-to",
    type=Name("processes"),
    metavar="PROCESS",
    help="Divide by the rate of another process of the same model.",
)
@click.option("--precision", type=float, default=1e-3, show_default=True, help="Relative error of a Monte Carlo.")
@decay_options
@set_option("Setting of the model, model.KEY=VALUE (`darkfactory show MODEL` lists them), or search.background_order")
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
    """Branching ratio, width or cross section of PROCESS, within a cut.

    PROCESS is written as physicists do: "mu -> e a".
    """
    from darkfactory.verbs.rate import rate as compute

    if "charge" in (given := given_options({**options, "charge": charge})):
        given["charge"] = int(charge)
    with working("integrating"):
        result = compute(
            process, model=model, settings=assigned(assignments), polarization=spin_of(polarization), **given
        )
    (row,) = result.rows
    shown = {key: row[key] for key in ("value", "error", "unit", "norm", "order", "method") if row[key] is not None}
    shown |= {**result.collision, **{key: value for key, value in result.parameters.items() if key != "order"}}
    emit_result(result, as_json, out, shown=[shown])


@cli.command(
    epilog=examples(
        'spectrum "mu -> e nu nu" --observable E_e --bins 20 --set beam.polarization=0.99',
        'spectrum "mu -> e a" --observable m_miss2 --experiment megii-fwd --set model.mass=30 --bins 20',
    )
)
@click.argument("process", type=Name("processes"))
@click.option(
    "--observable", help="Any observable of the process; x, of a photon at an experiment m_miss2, by default."
)
@click.option(
    "--experiment", type=Name("experiments"), help="Card whose beam, acceptance and resolution apply; counts then."
)
@click.option("--model", type=Name("models"), help="Model; the process's own by default.")
@click.option("--bins", type=int, default=50, show_default=True, help="Number of bins.")
@click.option("--low", type=float, help="Lower end of the observable.")
@click.option("--high", type=float, help="Upper end.")
@click.option("--events", type=int, default=2**20, show_default=True, help="Weighted events of a Monte Carlo.")
@decay_options
@set_option("Setting: model.*, beam.polarization, search.*; at an experiment also beam.*, detector.*, trigger.*")
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
    from darkfactory.verbs.spectrum import spectrum as compute

    if "charge" in (given := given_options({**options, "charge": charge})):
        given["charge"] = int(charge)
    with working("generating"):
        result = compute(
            process,
            observable=observable,
            bins=bins,
            settings=assigned(assignments),
            polarization=spin_of(polarization),
            **given,
        )
    unit = "" if result.unit == "1" else f" [{result.unit}]"
    quantity = result.quantity.split(" per bin")[0]
    shown = [
        {
            f"low{unit}": row["low"],
            f"high{unit}": row["high"],
            quantity: row["value"],
            **({"error": row["error"]} if "error" in row else {}),
            **{name: row[name] for name in result.components},
        }
        for row in result.rows
    ]
    emit_result(result, as_json, out, shown=shown)


@cli.command(
    epilog=examples(
        'events "mu -> e nu nu gamma" -n 1000 --seed 1 --cut "E_gamma > 40" --out rmd.parquet',
        'events "mu -> e e e a" -n 1000 --experiment mu3e-phase1 --out signal.parquet',
    )
)
@click.argument("process", type=Name("processes"))
@click.option("-n", "n", type=int, default=10000, show_default=True, help="Number of events.")
@click.option(
    "--format", "file_format", type=click.Choice(["parquet", "lhe", "hepmc"]), help="By the ending otherwise."
)
@click.option("--out", required=True, type=OutFile(), help="File to write.")
@click.option("--model", type=Name("models"), help="Model; the process's own by default.")
@click.option("--weighted", is_flag=True, help="Keep every trial with its weight.")
@click.option(
    "--experiment",
    type=Name("experiments"),
    help="Card whose tracks are measured and selected, for decays with three tracks.",
)
@click.option("--keep-rejected", is_flag=True, help="Also events that the experiment rejects, with weight 0.")
@click.option(
    "--neutrinos", type=click.Choice(["pair", "two"]), default="pair", show_default=True, help="One particle, or two."
)
@click.option("--norm", type=click.Choice(["exp", "lo"]), default="exp", show_default=True, help="As for rate.")
@say_options
@decay_options
@set_option("Setting: model.*; with --experiment also beam.*, detector.*")
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
    from darkfactory.eventfiles.export import FORMATS
    from darkfactory.verbs.events import events as generate

    if file_format is None:
        OutFile(*(ending for endings in FORMATS.values() for ending in endings)).convert(out, None, None)

    with working("generating"):
        record = generate(
            process,
            settings=assigned(assignments),
            polarization=spin_of(polarization),
            charge=int(charge),
            **options,
        )
        record = replace(record, run=with_run({"run": record.run})["run"])
        file = write_events(record, out, file_format)
    data = record.metadata() | {"file": str(file)}
    written(file)
    if as_json:
        say(output.to_json(data))
        return
    shown = {"process": data["process"], "events": data["events"], "rate": data["rate"], "unit": record.unit}
    kept = {"rate_error": "rate_error", "efficiency": "efficiency", "overweight": "overweight", "trials": "trials"}
    if record.recorded is not None:
        seen = record.recorded
        shown |= {"before response": seen.generated_rate, "recorded": record.rate / seen.generated_rate}
        shown |= {"accepted": data["recorded"]["accepted"]}
        kept["efficiency"] = "kept/trials"
        if "neutrinos" in record.model:
            shown |= {"expected events": record.rate * record.model["events per cm2"]}
            kept |= {key: key for key in ("neutrinos", "doubts") if key in record.model}
    print_table(f"events in {file}", [shown | {title: data["model"][key] for key, title in kept.items()}])


@cli.command(
    epilog=examples(
        "reach forward-positron --experiment megii-fwd --mass 0:40:5 --set search.focus=100",
        "reach ee-resonance --model dark-photon --mass 10,20,40 --out reach.json",
        "reach missing-mass-photon --experiment my-card.yaml --mass 0:30:4 --set beam.days=30",
        "reach missing-mass-photon --mass 0:60:4 --template counts.csv",
        "reach missing-mass-photon --mass 0:60:4 --data counts.csv --figure counts.pdf",
        "reach missing-mass-photon --mass 0:60:13 --discovery 5 --look-elsewhere gross-vitells",
    )
)
@click.argument("search", type=Name("searches"))
@click.option(
    "--experiment",
    type=Name("experiments"),
    help="Shipped card or path of your own; the search's first card by default.",
)
@click.option("--model", type=Name("models"), help="Model; the search's first by default.")
@click.option("--mass", help="Mass [MeV], list, START:STOP:N or START:STOP:N:log; the model's by default.")
@click.option("--coupling", help="Coupling that is scanned, where a search offers several: epsilon2, g_ee, g_mumu ...")
@click.option("--cl", type=float, help="Confidence level; the card's or the search's own by default.")
@click.option("--method", help="Statistical method: window, kappa, fisher, profile or cls.")
@data_options
@click.option(
    "--discovery", type=float, metavar="Z", help="Also the weakest signal seen with Z standard deviations, e.g. 3 or 5."
)
@click.option(
    "--look-elsewhere",
    type=click.Choice(["none", "gross-vitells", "toys"]),
    default="none",
    show_default=True,
    help="Z of --discovery, or the p-value of --data, is that of a scan over the range of --mass.",
)
@click.option("--export-pyhf", type=OutFile(".json"), help="Also write the model of one mass for pyhf (.json).")
@set_option("Setting: model.*, beam.*, detector.*, trigger.*, search.*; `darkfactory show NAME` of each lists them")
@output_options
def reach(
    search: str,
    experiment: str | None,
    model: str | None,
    mass: str | None,
    coupling: str | None,
    cl: float | None,
    method: str | None,
    template: Path | None,
    figure: Path | None,
    export_pyhf: Path | None,
    assignments: tuple[str, ...],
    as_json: bool,
    out: Path | None,
    **counts: Any,
) -> None:
    """Expected reach of SEARCH at an experiment, against mass."""
    from darkfactory.searches.registry import find_search
    from darkfactory.verbs.reach import reach as compute

    keep(counts["data"], template, figure, export_pyhf, out)
    if export_pyhf is not None:
        require_single(mass)
    with working("fitting"):
        result = compute(
            search,
            experiment,
            model=model,
            mass=mass,
            cl=cl,
            method=method,
            coupling=coupling,
            settings=assigned(assignments),
            **counts,
        )
    write_beside(result, template, figure)
    if export_pyhf is not None:
        from darkfactory.output import save_text, to_json

        save_text(export_pyhf, to_json(result.to_pyhf()) + "\n")
        written(export_pyhf)
    both = both_edges(result.rows)
    shown = [
        {"mass": point["mass"], "BR limit": point["expected"]["branching_ratio"]}
        | ({} if both else {"-1 sigma": point["band"]["m1"], "+1 sigma": point["band"]["p1"]})
        | {name: point["expected"][name] for name in result.couplings}
        | (intervals_in_words(point["excluded"]) if both else {})
        | in_short(point)
        | {f"seen {name}": point["discovery"][name] for name in result.couplings if result.discovery}
        | {name: point[name] for name in find_search(search).shown}
        | {"limited by": point["limited_by"], "status": point["status"]}
        for point in result.rows
    ]
    priors = result.words["nuisances"]
    nuisances = ", ".join(f"{name} {prior}" for name, prior in priors.items()) or "none (statistics only)"
    notes = [f"{result.cl:g} CL, method {result.method}, z = {result.z:.4f}; nuisances: {nuisances}", *result.notes]
    emit_result(result, as_json, out, shown=shown, notes=notes)


@cli.command(epilog=examples("trigger meg2 --threshold 5:45:9", "trigger meg2 --trigger standard --stopping-rate 3e7"))
@click.argument("experiment", type=Name("experiments"))
@click.option("--threshold", help="Photon threshold [MeV], list or START:STOP:N; the card's by default.")
@click.option("--stopping-rate", type=float, help="Muons per second; the card's by default.")
@click.option("--trigger", "mode", help="standard (match of directions) or proposed; the card's by default.")
@set_option("Setting of the card: beam.*, detector.*, trigger.*; `darkfactory show EXPERIMENT` lists them")
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
    from darkfactory.verbs.trigger import trigger as compute

    settings = assigned(assignments)
    result = compute(experiment, threshold=threshold, stopping_rate=stopping_rate, mode=mode, settings=settings)
    columns = {
        "threshold": "E_gamma > [MeV]",
        "stopping_rate": "beam [muons/s]",
        "rmd_rate": "RMD [Hz]",
        "rc_rate": "RC [Hz]",
        "equal_rate": "RMD = RC at [muons/s]",
        "max_stopping_rate": "full at, A [muons/s]",
    }
    shown = [
        {title: point[key] for key, title in columns.items()} | {"full at, B [muons/s]": point["band"]["low"]}
        for point in result.points
    ]
    emit_result(result, as_json, out, shown=shown)


inspecting = [getattr(inspect_commands, name) for name in inspect_commands.__all__]
scan = scan_of((rate, spectrum, reach, survey, trigger, target, model, bounds))
sensitivity = (impacts_of((reach,)), optimise_of((reach,)))
tables = (survey, combine, bounds, target, model, validate, figure, scan, *sensitivity)
for command in (*tables, cache, run, report, explore, schema, *inspecting):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; a user's mistake is a message and exit code 2, never a traceback."""
    run_program(cli, arguments)


if __name__ == "__main__":
    main()
