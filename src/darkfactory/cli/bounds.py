"""The verb ``bounds`` of the command line: list, show, recast, verdict; files of records in :mod:`.bound_files`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from darkfactory.cli import bound_files
from darkfactory.cli.names import Name
from darkfactory.cli.options import examples, extra_option, output_options, set_option
from darkfactory.cli.printing import emit_result, print_table

__all__ = ["bounds"]


@click.group(
    invoke_without_command=True,
    epilog=examples("bounds --channel mu-e", "bounds --quantity epsilon", "bounds recast twist-2015 --mass 0:80:9"),
)
@click.option("--channel", help="Only one channel, e.g. mu-e, tau-e, tau-mu.")
@click.option("--quantity", help="Limits on a quantity instead, e.g. g_aee, F_gev, epsilon, U2_e, lifetime_s, or all.")
@click.option("--kind", type=click.Choice(["observed", "projected"]), help="Only observed limits or projections.")
@extra_option
@output_options
@click.pass_context
def bounds(
    context: click.Context,
    channel: str | None,
    quantity: str | None,
    kind: str | None,
    extra: str | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Published limits, as they were published: CL, chirality, mass range, and whether quoted or recalled."""
    if context.invoked_subcommand is not None:
        given = [option.opts[0] for option in context.command.params if context.params.get(option.name or "")]
        if given:
            verb = context.invoked_subcommand
            raise click.UsageError(
                f"{', '.join(given)}: no effect before {verb}; write it behind {verb}, if {verb} has it"
            )
        return
    from darkfactory.bounds import table

    found = table(channel, quantity, kind, extra)
    if quantity is not None:
        notes = ["all columns: --full"]
        shown = [_short_coupling(row, quantity == "all") for row in found.rows]
    else:
        notes = ["limits on couplings, mixings, scales and lifetimes: bounds --quantity all; all columns: --full"]
        shown = [_short(row, channel is None) for row in found.rows]
    emit_result(found, as_json, out, shown=shown, notes=[*found.notes, *notes])


def _masses(row: dict[str, Any]) -> str:
    return f"{row['mass_min']:.4g}-{row['mass_max']:.4g}"


def _level(row: dict[str, Any]) -> str:
    return str(row["provenance"]) + (f", {100 * row['cl']:g}%" if row["cl"] else "")


def _short(row: dict[str, Any], with_channel: bool) -> dict[str, Any]:
    """The essential columns of a limit on a decay."""
    from darkfactory.processes.muon_decay.scales import leptons

    chirality = "" if row["chirality"] == "any" else f" {row['chirality']}"
    return {
        "limit": f"{row['name']}{chirality}{'*' if row['alternative'] else ''}",
        **({"channel": "-".join(leptons(row["channel"]))} if with_channel else {}),
        "mass [MeV]": _masses(row),
        "BR": row["branching_ratio"],
        "F_gev": row["F_gev"],
        "from": _level(row),
    }


def _short_coupling(row: dict[str, Any], with_quantity: bool) -> dict[str, Any]:
    """The essential columns of a limit on a quantity."""
    return {
        "limit": row["name"],
        **({"quantity": row["quantity"]} if with_quantity else {}),
        "mass [MeV]": _masses(row),
        "value": f"{row['value']} (band)" if row["form"] == "band" else row["value"],
        "from": _level(row),
    }


@bounds.command(
    epilog=examples(
        "bounds recast jodidio-1986 --set model.chirality=V+A --cl 0.95",
        "bounds recast red-giants-2020 --mass 0:0.06:4 --to f_a_gev --set model.C=0.1",
        "bounds recast pienu_2017 --model composite-neutrino --set model.dimension=2 --set model.flavor=e --mass 70",
        "bounds recast babar-2014 --model vector --set model.g_V_e=1 --set model.g_nu_e=1 --mass 50",
    )
)
@click.argument("name", type=Name("bounds"))
@click.option("--mass", help="Mass [MeV], list, START:STOP:N or START:STOP:N:log; 0 by default, of a model its own.")
@click.option(
    "--model",
    type=Name("models"),
    help="For a vector, scalar, pseudoscalar (of dark photons) or composite-neutrino (of |U|^2).",
)
@click.option("--rule", help="How: peak, displaced, displaced-inclusive or count; what fits the record by default.")
@click.option("--cl", type=float, help="Rescale to this confidence level; the published one by default.")
@click.option("--channel", help="Channel, where a record has several.")
@click.option("--alternative", default="", help="Another number of the same record, as `bounds` lists it.")
@click.option("--to", default="", help="Convert a coupling, e.g. to f_a_gev (with --set model.C=1), F_gev, epsilon2.")
@extra_option
@set_option
@output_options
def recast(
    name: str,
    mass: str | None,
    model: str | None,
    rule: str | None,
    cl: float | None,
    channel: str | None,
    alternative: str,
    to: str,
    extra: str | None,
    assignments: tuple[str, ...],
    as_json: bool,
    out: Path | None,
) -> None:
    """Turn the record NAME into limits for the couplings of --set model.chirality or model.C_V, model.C_A; model.C.

    With --model composite-neutrino, the record NAME on heavy neutral leptons, or all of the flavor, into limits on Lambda.
    With --model vector, the record NAME on dark photons, or all, into limits on the scale of the couplings of --set: g_V_e, g_A_e,
    g_V_mu, g_A_mu, g_V_tau, quarks g_V_u, g_V_d and neutrinos g_nu_e, g_nu_mu, g_nu_tau, each with the prefix model.
    """
    from darkfactory import recast as of_couplings
    from darkfactory.bounds import limits, limits_of_continuum
    from darkfactory.models import find_model
    from darkfactory.settings import parse_assignments

    if model is not None:
        unread = {"--cl": cl, "--channel": channel, "--alternative": alternative, "--to": to}
        for option, value in unread.items():
            if value not in (None, ""):
                raise click.UsageError(f"{option}: no effect with --model; a curve keeps its own confidence level")
        given = parse_assignments(assignments)
        made: Any
        if "continuum" in find_model(model).offers:
            made = limits_of_continuum(name, model, mass, rule=rule, settings=given, extra=extra)
            words = ["name", "mass", "rule", "cutoff_gev", "cl", "status"]
        else:
            if rule is not None:
                raise click.UsageError(f"--rule: no effect with --model {model}; each record has its own")
            made = of_couplings(name, model, mass, settings=given, extra=extra)
            words = ["name", "mass", "rule", "scale", "far_side", "cl", "status"]
        emit_result(made, as_json, out, shown=[{word: row.get(word) for word in words} for row in made.rows])
        return
    if rule is not None:
        raise click.UsageError("--rule: no effect without --model")
    found = limits(
        name,
        0.0 if mass is None else mass,
        cl=cl,
        channel=channel,
        alternative=alternative,
        to=to,
        settings=parse_assignments(assignments),
        extra=extra,
    )
    columns = ["mass", "branching_ratio", "F_gev", "cl", "rescaled", "provenance", "status"]
    if "quantity" in found.about:
        far = [] if all(row.get("far_side") is None for row in found.rows) else ["far_side"]
        columns = ["mass", "quantity", "value", *far, *(["converted"] if to else []), "cl", "provenance", "status"]
    emit_result(found, as_json, out, shown=[{column: row.get(column) for column in columns} for row in found.rows])


@bounds.command(epilog=examples("bounds verdict x-ray-lines --mass 0.02 --value 1e27"))
@click.argument("name", type=Name("bounds"))
@click.option("--mass", type=float, required=True, help="Mass [MeV].")
@click.option("--value", type=float, required=True, help="Value of the quantity that the record limits.")
@extra_option
@output_options
def verdict(name: str, mass: float, value: float, extra: str | None, as_json: bool, out: Path | None) -> None:
    """Say whether the record NAME excludes a point: excluded, allowed, no limit, or inconclusive."""
    from darkfactory.bounds import verdict as compute

    emit_result(compute(name, mass, value, extra=extra), as_json, out)


@bounds.command(epilog=examples("bounds show e137", "bounds show mine --extra my-limits --json"))
@click.argument("name", type=Name("bounds"))
@extra_option
@output_options
def show(name: str, extra: str | None, as_json: bool, out: Path | None) -> None:
    """Show the record NAME: publication, licence, provenance, and the points of its curve."""
    from darkfactory.bounds import show as compute

    found = compute(name, extra=extra)
    if not as_json:
        about = {key: value for key, value in found.about.items() if key != "limits" and value is not None}
        print_table(f"{found.about['kind']} limit {found.about['bound']}", [about])
        print_table("limits", found.about["limits"])
    emit_result(found, as_json, out)


for command in bound_files.COMMANDS:
    bounds.add_command(command)
