"""The verbs ``target`` and ``model`` of the command line."""

from __future__ import annotations

from pathlib import Path

import click

from darkfactory.cli.names import Name
from darkfactory.cli.options import assigned, examples, output_options, set_option, working
from darkfactory.cli.printing import emit_result

__all__ = ["model", "target"]


@click.command(
    epilog=examples(
        "target freeze-in --channel mu-e --mass 0.02:0.1:9", "target freeze-out --dm scalar --mass 1:1000:7:log"
    )
)
@click.argument("name", type=Name("targets"))
@click.option("--mass", help="Mass [MeV], list, START:STOP:N or START:STOP:N:log; the target's own range by default.")
@click.option("--channel", help="mu-e, tau-mu or tau-e (freeze-in, x-ray-lines, warmness).")
@click.option("--mode", help="quantum, mb or paper (freeze-in, x-ray-lines, warmness).")
@click.option("--dm", help="scalar, majorana, pseudo-dirac or asymmetric (freeze-out).")
@set_option("Setting of the target; `darkfactory show NAME` lists them")
@output_options
def target(
    name: str,
    mass: str | None,
    channel: str | None,
    mode: str | None,
    dm: str | None,
    assignments: tuple[str, ...],
    as_json: bool,
    out: Path | None,
) -> None:
    """Cosmological target NAME: freeze-in, freeze-out, x-ray-lines, warmness or inverse-seesaw, against mass."""
    from darkfactory.targets import target as compute

    given = {"channel": channel, "mode": mode, "dm": dm}
    options = {key: value for key, value in given.items() if value is not None}
    with working("integrating"):
        result = compute(name, mass, settings=assigned(assignments), **options)
    emit_result(result, as_json, out)


@click.command(epilog=examples("model anarchy --set f_a_gev=5e9", "model inverse-seesaw --set mass_N=50 --set U2=1e-6"))
@click.argument("name", type=Name("models"))
@set_option("Setting of the model; `darkfactory show NAME` lists them")
@output_options
def model(name: str, assignments: tuple[str, ...], as_json: bool, out: Path | None) -> None:
    """What model NAME predicts: coupling matrices, scales and branching ratios, neutrino masses, cross sections."""
    from darkfactory.verbs.model import model as compute

    result = compute(name, assigned(assignments))
    emit_result(result, as_json, out)
