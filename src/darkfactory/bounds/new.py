"""A record of one's own: a text with every key and its meaning, to be filled in."""

from __future__ import annotations

import re

from darkfactory.bounds.quantities import QUANTITIES
from darkfactory.errors import one_of, require
from darkfactory.processes.muon_decay.scales import CHANNELS, canonical

__all__ = ["new_record"]

_HEAD = """\
# A published limit. Fill in what is empty; lines that begin with # are other choices. Then:
#   darkfactory bounds check {name}.yaml
name: {name}                # the name of this file
label: {name}               # in legends
citation: ''                # the publication, such as Doe 2031 [3101.01234]; or reference: a key that `darkfactory cite` knows
licence: ''                 # of the numbers, if they are from somebody's files; may stay empty
kind: observed              # observed or projected
"""
_QUANTITY = """\
quantity: {quantity}        # {title} [{unit}], {sense} limits; others: {others}
channel: ''                 # process, in words{decay}
default: true               # false: figures draw it only when asked
"""
_LIMIT = """\
assumes: ''                 # what the limit takes for granted, e.g. decays into known particles only
notes: ''                   # what else a reader should know; may stay empty
limits:
  - {channel}cl: 0.90                # published confidence level{without_cl}
    chirality: {chirality}
    mass_range: {{value: [null, null], unit: MeV, {origin}}}  # lowest, highest
    # tag: paper, with provenance quoted (read in the publication), digitised or recalled; or derived, assumed (without provenance)
    value: {{value: null, {origin}}}  # one number for all masses; or one of:
    # points: {{masses: [10, 20], values: [1e-6, 2e-6], {origin}}}  # log-log in between
    {more}
    recast: {recast}
"""
_ORIGIN = "tag: paper, provenance: quoted, source: ''"


def new_record(name: str, quantity: str = "", channel: str = "") -> str:
    """Text of a record with every key and its meaning; good once what is empty is filled in.

    Parameters
    ----------
    name : str
        Name of the record: letters, digits, hyphens.
    quantity : str
        What it limits, a key of :data:`~darkfactory.bounds.quantities.QUANTITIES`; or
    channel : str
        the decay whose branching ratio it limits, e.g. ``mu-e``.

    Raises
    ------
    InvalidInput, UnknownName
        If the name cannot be one; without quantity and channel, or with both; for an unknown one.

    Examples
    --------
    >>> print(new_record("doe-2031", "epsilon").splitlines()[7].partition(";")[0])
    quantity: epsilon           # kinetic mixing of a dark photon [1], upper limits
    """
    require(
        None
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}", name)
        else f"name {name!r}: allowed letters, digits, hyphens and underscores, e.g. doe-2031",
        None if bool(quantity) != bool(channel) else "quantity, channel: give one of them",
        one_of("quantity", quantity, QUANTITIES) if quantity else None,
    )
    if quantity:
        of = QUANTITIES[quantity]
        others = ", ".join(other for other in QUANTITIES if other != quantity)
        one = f"; one of {', '.join(CHANNELS)}" if quantity == "F_gev" else ""
        told = _QUANTITY.format(
            quantity=quantity, title=of.title, unit=of.unit, sense=of.sense, others=others, decay=one
        )
        more = (
            "# contour: {file: curve.csv, sha256: ...}  # digitised: `darkfactory bounds from-csv` prints the whole record\n"
            f"    # band: {{strongest: 1e-6, weakest: 1e-5, {_ORIGIN}}}  # an order of magnitude, excludes nothing"
        )
        recast = "{rule: fixed, because: ''}  # why no other CL; or {rule: power, power: 2}: rate ~ quantity^power"
        limit = {"channel": "", "without_cl": "; null without one", "chirality": "n/a"}
    else:
        told = ""
        more = f"# steps: {{edges: [0, 10, 20], values: [1e-6, 2e-6], {_ORIGIN}}}  # one number between two masses"
        recast = "{rule: none}  # or angular, with polarization and mean_cosine of the positrons that were looked at"
        decay = f"channel: {canonical(channel)}       # others: {', '.join(CHANNELS)}\n    "
        limit = {"channel": decay, "without_cl": "", "chirality": "any                  # or isotropic, V+A, V-A"}
    text = _HEAD.format(name=name) + told + _LIMIT.format(origin=_ORIGIN, more=more, recast=recast, **limit)
    return re.sub(r"(?m)^( *[a-z-][^#\n]{0,30}?) +# ", lambda line: f"{line[1]:<28}# ", text)
