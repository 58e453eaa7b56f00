"""The verb ``bounds`` of the command line: list, recast, check, import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from darkfactory.command_line import emit, output_options, set_option
from darkfactory.errors import DarkfactoryError, NotInRecord

__all__ = ["bounds"]


@click.group(invoke_without_command=True)
@click.option("--channel", help="Only one channel, e.g. mu-e, tau-e, tau-mu.")
@click.option("--quantity", help="Limits on a quantity instead, e.g. g_aee, F_gev, epsilon, U2_e, lifetime_s, or all.")
@click.option("--kind", type=click.Choice(["observed", "projected"]), help="Only observed limits or projections.")
@click.option("--extra", type=click.Path(exists=True, path_type=Path), help="Folder of your own records (YAML).")
@output_options
@click.pass_context
def bounds(
    context: click.Context,
    channel: str | None,
    quantity: str | None,
    kind: str | None,
    extra: Path | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Published limits, as they were published: CL, chirality, mass range, and whether quoted or recalled."""
    if context.invoked_subcommand is not None:
        return
    from darkfactory import bounds as registry

    if quantity is not None:
        records = registry.load_coupling_bounds(extra=extra)
        table = registry.coupling_rows(None if quantity == "all" else quantity, kind, records)
        notes = ["band, user-file: only an order of magnitude or nothing is shipped, such a record excludes nothing"]
        emit({"bounds": table}, table, "published limits on couplings", as_json, out, notes=notes)
        return
    rows = registry.rows(channel, kind, bounds=registry.load_bounds(extra=extra))
    columns = (
        "name",
        "channel",
        "chirality",
        "mass [MeV]",
        "branching_ratio",
        "cl",
        "F_gev",
        "kind",
        "provenance",
        "alternative",
        "reference",
    )
    shown = [
        {c: f"{row['mass_min']:g}-{row['mass_max']:g}" if c == "mass [MeV]" else row[c] for c in columns}
        for row in rows
    ]
    notes = [
        "recalled: quoted from memory, never checked against the publication",
        "limits on couplings, mixings, scales and lifetimes: bounds --quantity all",
    ]
    emit({"bounds": rows}, rows, "published limits", as_json, out, shown=shown, notes=notes)


@bounds.command()
@click.argument("name")
@click.option("--mass", default="0", show_default=True, help="Mass [MeV], or START:STOP:N.")
@click.option("--cl", type=float, help="Rescale to this confidence level; the published one by default.")
@click.option("--channel", help="Channel, where a record has several.")
@click.option("--alternative", default="", help="Another number of the same record, as `bounds` lists it.")
@click.option("--to", default="", help="Convert a coupling, e.g. to f_a_gev (with --set model.C=1), F_gev, epsilon2.")
@click.option("--extra", type=click.Path(exists=True, path_type=Path), help="Folder of your own records (YAML).")
@set_option
@output_options
def recast(
    name: str,
    mass: str,
    cl: float | None,
    channel: str | None,
    alternative: str,
    to: str,
    extra: Path | None,
    assignments: tuple[str, ...],
    as_json: bool,
    out: Path | None,
) -> None:
    """Turn the record NAME into limits for the couplings of --set model.chirality or model.C_V, model.C_A; model.C."""
    from darkfactory import bounds as registry
    from darkfactory.models import build_model
    from darkfactory.settings import mass_points, parse_assignments, split_settings

    model_settings, rest = split_settings(parse_assignments(assignments))
    if rest:
        raise click.UsageError(f"--set {next(iter(rest))}: a recast takes model.* only")
    masses = [float(m) for m in mass_points(mass)]
    couplings = registry.load_coupling_bounds(extra=extra)
    if name.replace("_", "-") in couplings:
        if channel or alternative:
            raise click.UsageError(
                f"--channel, --alternative: {name} has one limit, on {couplings[name.replace('_', '-')].quantity}"
            )
        _recast_coupling(registry.get_coupling_bound(name, couplings), masses, cl, to, model_settings, as_json, out)
        return
    alp = build_model("lfv-alp", model_settings)
    bound = registry.get_bound(name, registry.load_bounds(extra=extra))
    rows = registry.curve(
        bound, masses, complex(alp.C_V), complex(alp.C_A), cl, channel=channel, alternative=alternative
    )
    data = {"bound": bound.name, "chirality": alp.chirality, "reference": bound.reference, "points": rows}
    columns = ("mass", "branching_ratio", "F_gev", "cl", "rescaled", "provenance", "status", "reason")
    shown = [{column: row[column] for column in columns} for row in rows]
    emit(data, rows, f"{bound.label}, {alp.chirality}", as_json, out, shown=shown)


def _recast_coupling(
    bound: Any, masses: list[float], cl: float | None, to: str, model: dict[str, Any], as_json: bool, out: Path | None
) -> None:
    """Print a record on a coupling against mass, null with the reason where it does not answer."""
    from darkfactory.settings import Setting, read_settings

    key = Setting("C", 1.0, "coupling that is not the recast one", low=0.0, open_low=True)
    coupling = read_settings((key,), bound.name, ("user", model), label="model.")["C"]
    rows: list[dict[str, Any]] = []
    for mass in masses:
        try:
            row = bound.row(mass, cl, to=to, coupling=coupling)
            rows.append(row | {"status": "ok", "reason": ""})
        except NotInRecord as refused:
            row = {"name": bound.name, "mass": mass, "quantity": bound.quantity, "value": None, "converted": None}
            rows.append(row | {"status": "not-in-record", "reason": str(refused)})
    data = {"bound": bound.name, "quantity": bound.quantity, "reference": bound.reference, "points": rows}
    columns = ["mass", "quantity", "value", *(["converted"] if to else []), "cl", "provenance", "status", "reason"]
    shown = [{column: row.get(column) for column in columns} for row in rows]
    emit(data, rows, f"{bound.label}, {bound.channel}", as_json, out, shown=shown, notes=[f"assumes: {bound.assumes}"])


@bounds.command()
@click.argument("name")
@click.option("--mass", type=float, required=True, help="Mass [MeV].")
@click.option("--value", type=float, required=True, help="Value of the quantity that the record limits.")
@click.option("--extra", type=click.Path(exists=True, path_type=Path), help="Folder of your own records (YAML).")
@output_options
def verdict(name: str, mass: float, value: float, extra: Path | None, as_json: bool, out: Path | None) -> None:
    """Say whether the record NAME excludes a point: excluded, allowed, no limit, or inconclusive."""
    from darkfactory import bounds as registry

    bound = registry.get_coupling_bound(name, registry.load_coupling_bounds(extra=extra))
    point = {"mass": mass, bound.quantity: value, "verdict": bound.verdict(mass, value), "limit": bound.value(mass)}
    data = {"bound": bound.name, "quantity": bound.quantity, "reference": bound.reference, **point}
    emit(data, [point], f"{bound.label}, {bound.channel}", as_json, out, notes=[f"assumes: {bound.assumes}"])


@bounds.command("from-csv")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Name of the record.")
@click.option("--quantity", required=True, help="What it limits, e.g. epsilon.")
@click.option("--citation", required=True, help="Such as 'Doe 2031 [3101.01234]'.")
@click.option("--cl", type=float, default=0.90, show_default=True, help="Published confidence level.")
@click.option("--channel", default="", help="Process in words.")
def from_csv(file: Path, name: str, quantity: str, citation: str, cl: float, channel: str) -> None:
    """Print a record (YAML) for a digitised curve in FILE: mass [MeV], limit and, if closed, its far side."""
    from darkfactory import bounds as registry

    click.echo(registry.from_csv(file, name, quantity, citation=citation, cl=cl, channel=channel), nl=False)


@bounds.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Say what is wrong with the record in FILE; exit code 2 if anything is."""
    from darkfactory import bounds as registry

    problems = registry.check_file(file)
    if problems:
        raise DarkfactoryError("\n".join(problems))
    click.echo(f"{file}: good")
