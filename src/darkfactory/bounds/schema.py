"""The border of the registry: YAML text -> checked record. Only :mod:`darkfactory.bounds.registry` imports this.

Every key's description is the text of its allowed values, so that a problem can name them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from darkfactory.bounds.records import ASYMMETRY, Number, PhotonCuts, PublishedLimit
from darkfactory.constants import LEPTON_MASS
from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.processes.electron_photon import heaviest_mass
from darkfactory.processes.lfv_decay import CHANNELS, canonical
from darkfactory.references import load_references

__all__ = ["parse"]

KINDS = ("observed", "projected")


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("number", "not a number")
    return value  # text such as 1e-5, which YAML 1.1 does not read as a number, is one for pydantic


def _channel(value: Any) -> Any:
    try:
        return canonical(value)
    except UnknownName:
        return value


Text = Annotated[str, Field(min_length=1, description="text")]
Real = Annotated[float, BeforeValidator(_number)]
Fraction = Annotated[Real, Field(gt=0, le=1, description="(0, 1]")]
Mass = Annotated[Real, Field(ge=0, description="[0, inf) MeV")]
Tag = Annotated[Literal["paper", "derived", "assumed"], Field(description="paper, derived, assumed")]
Provenance = Literal["quoted", "recalled", "digitised"]


class Card(BaseModel):
    """Part of a record: unknown keys, infinities and NaN are errors."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Tagged(Card):
    """Part of a record that says where its numbers are from."""

    tag: Tag
    provenance: Provenance | None = Field(default=None, description="quoted, recalled, digitised")
    source: Text

    @model_validator(mode="after")
    def _provenance_of_papers(self) -> Tagged:
        if (self.tag == "paper") != (self.provenance is not None):
            allowed = "quoted, recalled or digitised with tag paper, else absent"
            raise ValueError(f"provenance = {self.provenance} with tag {self.tag}: allowed {allowed}")
        return self


class _Value(Tagged):
    value: Fraction


class _Points(Tagged):
    masses: list[Mass] = Field(min_length=2, description="at least 2 masses, [0, inf) MeV")
    values: list[Fraction] = Field(min_length=2, description="one number in (0, 1] per mass")

    @model_validator(mode="after")
    def _matching(self) -> _Points:
        check_table(self.masses, self.values, len(self.masses), "as many as masses")
        return self


class _Steps(Tagged):
    edges: list[Mass] = Field(min_length=2, description="at least 2 masses, [0, inf) MeV")
    values: list[Fraction] = Field(min_length=1, description="one number in (0, 1] per interval of edges")

    @model_validator(mode="after")
    def _matching(self) -> _Steps:
        check_table(self.edges, self.values, len(self.edges) - 1, "one less than edges")
        return self


def check_table(masses: list[float], values: list[float], expected: int, rule: str) -> None:
    """Raise ValueError unless ``masses`` increase and there are as many ``values`` as ``expected`` (see ``rule``)."""
    if len(values) != expected:
        raise ValueError(f"values has {len(values)} numbers: allowed {expected}, {rule}")
    for low, high in pairwise(masses):
        if high <= low:
            raise ValueError(f"mass {high:g} MeV follows {low:g} MeV: masses must increase")


class _Range(Tagged):
    strongest: Fraction
    weakest: Fraction

    @model_validator(mode="after")
    def _ordered(self) -> _Range:
        if self.strongest > self.weakest:
            raise ValueError(f"strongest = {self.strongest:g}: allowed up to weakest = {self.weakest:g}")
        return self


class MassRange(Tagged):
    """Masses for which a limit holds."""

    value: list[Mass] = Field(min_length=2, max_length=2, description="[lowest, highest] MeV")
    unit: Literal["MeV"] = Field(description="MeV")


class _Polarization(Tagged):
    value: Annotated[Real, Field(ge=0, le=1, description="[0, 1]")]


class _MeanCosine(Tagged):
    value: Annotated[Real, Field(gt=-1, lt=1, description="(-1, 1)")]


class _PhotonCuts(Tagged):
    electron_min: Annotated[Real, Field(gt=0, lt=60, description="(0, 60) MeV")]
    photon_min: Annotated[Real, Field(gt=0, lt=60, description="(0, 60) MeV")]
    opening_angle_min: Annotated[Real, Field(gt=0, lt=3.141592653589793, description="(0, pi) rad")]

    def as_record(self) -> PhotonCuts:
        edges = self.electron_min, self.photon_min, self.opening_angle_min
        return PhotonCuts(*edges, self.tag, self.source, self.provenance or "")


class _Recast(Card):
    rule: Literal["none", "angular", "by-chirality"] = Field(description="none, angular, by-chirality")
    because: str = Field(default="", description="text")
    polarization: _Polarization | None = Field(default=None, description="{value: ..., tag: ..., source: ...}")
    mean_cosine: _MeanCosine | None = Field(default=None, description="{value: ..., tag: ..., source: ...}")


class _Limit(Card):
    channel: Annotated[Literal[tuple(CHANNELS)], BeforeValidator(_channel)] = Field(description=", ".join(CHANNELS))  # type: ignore[valid-type]
    observable: Literal["branching_ratio", "ratio", "with_photon"] = Field(
        default="branching_ratio",
        description="branching_ratio, ratio (to tau -> l nu nu), with_photon (mu -> e a gamma within cuts)",
    )
    cl: Real = Field(gt=0.5, lt=1, description="(0.5, 1), e.g. 0.90")
    mass_range: MassRange = Field(description="{value: [lowest, highest], unit: MeV, tag: ..., source: ...}")
    chirality: Literal["any", "isotropic", "V+A", "V-A"] = Field(description=f"any, {', '.join(ASYMMETRY)}")
    value: _Value | None = Field(default=None, description="{value: 1e-5, tag: paper, provenance: quoted, source: ...}")
    points: _Points | None = Field(default=None, description="{masses: [...], values: [...], tag: ..., source: ...}")
    steps: _Steps | None = Field(default=None, description="{edges: [...], values: [...], tag: ..., source: ...}")
    range: _Range | None = Field(default=None, description="{strongest: ..., weakest: ..., tag: ..., source: ...}")
    cuts: _PhotonCuts | None = Field(default=None, description="{electron_min: ..., photon_min: ..., ...}")
    recast: _Recast = Field(description="{rule: none | angular | by-chirality, ...}")
    no_cl_rescaling: str = Field(default="", description="the reason, as text")
    alternative: str = Field(default="", description="text that says what it is the alternative to")
    note: str = Field(default="", description="text")

    @model_validator(mode="after")
    def _consistent(self) -> _Limit:
        problems = [*self._problems_of_rule(), *self._problems_of_masses()]
        if self.observable == "ratio" and not self.channel.startswith("tau"):
            problems.append("observable = ratio: allowed for tau channels, it is the ratio to tau -> l nu nu")
        problems += self._problems_of_photon()
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _problems_of_photon(self) -> list[str]:
        if (self.observable == "with_photon") != (self.cuts is not None):
            return ["cuts: needed with observable with_photon and allowed only there"]
        if self.cuts is None:
            return []
        closure = heaviest_mass(self.cuts.electron_min, self.cuts.photon_min)
        problems = []
        if self.channel != "mu -> e a":
            problems.append(f"observable = with_photon: allowed for mu -> e a, not {self.channel}")
        if self.mass_range.value[1] >= closure:
            problems.append(f"mass_range: allowed below {closure:.5g} MeV, where the cuts leave nothing")
        return problems

    def _problems_of_rule(self) -> list[str]:
        problems = []
        given = self.recast.polarization is not None and self.recast.mean_cosine is not None
        absent = self.recast.polarization is None and self.recast.mean_cosine is None
        if self.recast.rule == "angular" and not given:
            problems.append("recast.rule = angular: needs recast.polarization and recast.mean_cosine")
        if self.recast.rule != "angular" and not absent:
            problems.append(f"recast.rule = {self.recast.rule}: polarization, mean_cosine belong to rule angular")
        if self.recast.rule != "none" and self.chirality == "any":
            problems.append(f"chirality = any: recast.rule {self.recast.rule} allows {', '.join(ASYMMETRY)}")
        return problems

    def _problems_of_masses(self) -> list[str]:
        forms = [name for name in ("value", "points", "steps", "range") if getattr(self, name) is not None]
        if len(forms) != 1:
            return [f"{', '.join(forms) or 'no value'}: give exactly one of value, points, steps, range"]
        low, high = self.mass_range.value
        parent, daughter = CHANNELS[self.channel]
        threshold = LEPTON_MASS[parent] - LEPTON_MASS[daughter]
        problems = []
        if not low <= high < threshold:
            problems.append(f"mass_range = [{low:g}, {high:g}] MeV: allowed lowest <= highest < {threshold:.6g} MeV")
        table = self.points.masses if self.points else self.steps.edges if self.steps else None
        if table and (low < table[0] or high > table[-1]):
            problems.append(f"mass_range = [{low:g}, {high:g}] MeV: allowed within [{table[0]:g}, {table[-1]:g}] MeV")
        return problems


class _Record(Card):
    name: Text
    label: Text
    reference: str = Field(default="", description="a citation key of references.bib")
    citation: str = Field(default="", description="text such as 'Doe 2031 [3101.01234]', instead of reference")
    kind: Literal["observed", "projected"] = Field(description="observed, projected")
    assumes: Text
    notes: str = Field(default="", description="text")
    limits: list[_Limit] = Field(min_length=1, description="a list of limits")

    @model_validator(mode="after")
    def _cited(self) -> _Record:
        if bool(self.reference) == bool(self.citation):
            raise ValueError("reference: give a citation key, or citation: 'Author Year [arXiv]', one of the two")
        known = load_references()
        if self.reference and self.reference not in known:
            hint = did_you_mean(self.reference, list(known))
            raise ValueError(f"reference = {self.reference!r}: not in references.bib (or give citation: text){hint}")
        for channel in dict.fromkeys(limit.channel for limit in self.limits):
            if all(limit.alternative for limit in self.limits if limit.channel == channel):
                raise ValueError(f"limits on {channel}: all are alternatives; allowed with at least one that is not")
        return self


_NESTED: dict[str, type[Card]] = {
    "limits": _Limit,
    "mass_range": MassRange,
    "value": _Value,
    "points": _Points,
    "steps": _Steps,
    "range": _Range,
    "cuts": _PhotonCuts,
    "recast": _Recast,
    "polarization": _Polarization,
    "mean_cosine": _MeanCosine,
}


def _key(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def problem_text(error: Any, root: type[Card], nested: Mapping[str, type[Card]]) -> str:
    """One line of the house style from one error of pydantic; ``nested`` are the schemas of keys that hold mappings."""
    location, value = error["loc"], error.get("input")
    if error["type"] == "value_error":
        prefix = f"{_key(location)}: " if location else ""
        return "\n".join(prefix + line for line in str(error["ctx"]["error"]).splitlines())
    names = [part for part in location if isinstance(part, str)]
    parents = [nested[name] for name in names[:-1] if name in nested]
    keys = (parents[-1] if parents else root).model_fields
    last = names[-1] if names else ""
    allowed = keys[last].description if last in keys else ""
    if error["type"] == "extra_forbidden":
        return f"{_key(location)}: unknown key; keys: {', '.join(keys)}{did_you_mean(last, list(keys))}"
    if error["type"] == "missing":
        return f"{_key(location)}: missing; allowed {allowed}"
    options = [] if not isinstance(value, str) else [option.strip() for option in (allowed or "").split(",")]
    hint = did_you_mean(value, options) if isinstance(value, str) else ""
    return f"{_key(location)} = {value!r}: allowed {allowed or error['msg']}{hint}"


def read_yaml(path: Path) -> Any:
    """Content of a YAML file; a key that stands twice is an error, not the last one."""

    class Loader(yaml.SafeLoader):
        pass

    def mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value in node.value:
            key, line = loader.construct_object(key_node, deep=True), key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise yaml.YAMLError(f"key {key!r}, line {line}: must be text")
            if key in found:
                raise yaml.YAMLError(f"key {key!r} stands twice, again in line {line}")
            found[key] = loader.construct_object(value, deep=True)
        return found

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def _limit(card: _Limit) -> PublishedLimit:
    form = next(name for name in ("value", "points", "steps", "range") if getattr(card, name) is not None)
    data = getattr(card, form)
    masses = {"points": "masses", "steps": "edges"}.get(form)
    values: tuple[float, ...]
    if form == "value":
        values = (data.value,)
    elif form == "range":
        values = (data.strongest, data.weakest)
    else:
        values = tuple(data.values)

    def number(tagged: Any) -> Number | None:
        return tagged and Number(tagged.value, tagged.tag, tagged.source, tagged.provenance or "")

    return PublishedLimit(
        channel=card.channel,
        observable=card.observable,
        cl=card.cl,
        mass_min=card.mass_range.value[0],
        mass_max=card.mass_range.value[1],
        mass_range_tag=card.mass_range.tag,
        mass_range_source=card.mass_range.source,
        chirality=card.chirality,
        rule=card.recast.rule,
        form=form,
        values=values,
        masses=tuple(getattr(data, masses)) if masses else (),
        tag=data.tag,
        source=data.source,
        provenance=data.provenance or "",
        because=card.recast.because,
        polarization=number(card.recast.polarization),
        mean_cosine=number(card.recast.mean_cosine),
        no_cl_rescaling=card.no_cl_rescaling,
        alternative=card.alternative,
        note=card.note,
        cuts=card.cuts.as_record() if card.cuts else None,
    )


def parse(path: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Fields of the record in a file (None if it has problems), and the problems, each beginning with the file."""
    try:
        raw = read_yaml(path)
    except (OSError, UnicodeDecodeError) as error:
        return None, [f"{path}: cannot be read ({error})"]
    except yaml.YAMLError as error:
        return None, [f"{path}: not valid YAML: {' '.join(str(error).split())}"]
    if not isinstance(raw, dict):
        return None, [f"{path}: must hold the keys {', '.join(_Record.model_fields)}"]
    problems = []
    if "name" in raw and raw["name"] != path.stem:
        problems.append(f"name = {raw['name']!r}: allowed {path.stem!r}, the name of the file")
    record = None
    try:
        record = _Record.model_validate(raw)
    except ValidationError as error:
        problems += [problem_text(one, _Record, _NESTED) for one in error.errors()]
    if problems or record is None:
        return None, [f"{path}: {line}" for problem in problems for line in problem.splitlines()]
    fields = record.model_dump(include={"name", "label", "kind", "assumes", "notes"})
    limits = tuple(_limit(card) for card in record.limits)
    return {**fields, "reference": record.reference or record.citation, "limits": limits}, []
