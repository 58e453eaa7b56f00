"""Records of limits on l_i -> l_j a in YAML (see :mod:`darkfactory.bounds.schema`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from darkfactory.bounds.branching_ratios import ASYMMETRY, Measured, PhotonCuts, PublishedLimit
from darkfactory.bounds.recast import Bound
from darkfactory.bounds.records import Number, Record
from darkfactory.bounds.schema import (
    Band,
    LimitCard,
    Mass,
    Points,
    Positive,
    Real,
    RecastCard,
    RecordCard,
    Tagged,
    Value,
    check_table,
    decay_or_words,
)
from darkfactory.constants import LEPTON_MASS
from darkfactory.processes.muon_decay.photon_nodes import heaviest_mass
from darkfactory.processes.muon_decay.scales import CHANNELS

__all__ = ["BranchingRatioRecord"]

Fraction = Annotated[Real, Field(gt=0, le=1, description="(0, 1]")]


class _Value(Value):
    value: Fraction


class _Points(Points):
    values: list[Fraction] = Field(min_length=2, description="one number in (0, 1] per mass")


class _Steps(Tagged):
    edges: list[Mass] = Field(min_length=2, description="at least 2 masses, [0, inf) MeV")
    values: list[Fraction] = Field(min_length=1, description="one number in (0, 1] per interval of edges")

    @model_validator(mode="after")
    def _matching(self) -> _Steps:
        check_table(self.edges, self.values, len(self.edges) - 1, "one less than edges")
        return self

    def numbers(self, folder: Path) -> dict[str, Any]:
        return {"masses": tuple(self.edges), "values": tuple(self.values)}


class _Range(Band):
    strongest: Fraction
    weakest: Fraction

    @model_validator(mode="after")
    def _ordered(self) -> _Range:
        if self.strongest > self.weakest:
            raise ValueError(f"strongest = {self.strongest:g}: allowed up to weakest = {self.weakest:g}")
        return self


class _Number(Tagged):
    value: Real

    def number(self) -> Number:
        return Number(self.value, self.tag, self.source, self.provenance or "")


class _Polarization(_Number):
    value: Annotated[Real, Field(ge=0, le=1, description="[0, 1]")]


class _MeanCosine(_Number):
    value: Annotated[Real, Field(gt=-1, lt=1, description="(-1, 1)")]


class _PhotonCuts(Tagged):
    electron_min: Annotated[Real, Field(gt=0, lt=60, description="(0, 60) MeV")]
    photon_min: Annotated[Real, Field(gt=0, lt=60, description="(0, 60) MeV")]
    opening_angle_min: Annotated[Real, Field(gt=0, lt=3.141592653589793, description="(0, pi) rad")]

    def cuts(self) -> PhotonCuts:
        edges = self.electron_min, self.photon_min, self.opening_angle_min
        return PhotonCuts(*edges, self.tag, self.source, self.provenance or "")


Count = Annotated[Real, Field(ge=0, description="a number >= 0")]


class _Measured(Tagged):
    best_fit: Real | None = Field(default=None, description="a branching ratio, of either sign")
    error: Positive | None = Field(default=None, description="its standard deviation, > 0")
    observed: Annotated[int, Field(ge=0)] | None = Field(default=None, description="events, a whole number >= 0")
    background: Count | None = Field(default=None, description="expected events, >= 0")
    events_per_branching_ratio: Positive | None = Field(default=None, description="decays times efficiency, > 0")

    @model_validator(mode="after")
    def _complete(self) -> _Measured:
        gaussian, counts = (
            (self.best_fit, self.error),
            (self.observed, self.background, self.events_per_branching_ratio),
        )
        some = [[number is not None for number in given] for given in (gaussian, counts)]
        if [all(one) for one in some] != [any(one) for one in some] or all(some[0]) == all(some[1]):
            raise ValueError("give best_fit and error, or observed, background and events_per_branching_ratio")
        return self

    def made(self) -> Measured:
        return Measured(**{**self.model_dump(), "provenance": self.provenance or ""})


class _Recast(RecastCard):
    rule: Literal["none", "angular", "by-chirality"] = Field(description="none, angular, by-chirality")
    polarization: _Polarization | None = Field(default=None, description="{value: ..., tag: ..., source: ...}")
    mean_cosine: _MeanCosine | None = Field(default=None, description="{value: ..., tag: ..., source: ...}")


class _Limit(LimitCard):
    forms: ClassVar = ("value", "points", "steps", "range")

    channel: Annotated[Literal[tuple(CHANNELS)], BeforeValidator(decay_or_words)] = Field(  # type: ignore[valid-type]
        description=", ".join(CHANNELS)
    )
    observable: Literal["branching_ratio", "ratio", "with_photon"] = Field(
        default="branching_ratio",
        description="branching_ratio, ratio (to tau -> l nu nu), with_photon (mu -> e a gamma within cuts)",
    )
    cl: Real = Field(gt=0.5, lt=1, description="(0.5, 1), e.g. 0.90")
    chirality: Literal["any", "isotropic", "V+A", "V-A"] = Field(description=f"any, {', '.join(ASYMMETRY)}")
    value: _Value | None = Field(default=None, description="{value: 1e-5, tag: paper, provenance: quoted, source: ...}")
    points: _Points | None = Field(default=None, description="{masses: [...], values: [...], tag: ..., source: ...}")
    steps: _Steps | None = Field(default=None, description="{edges: [...], values: [...], tag: ..., source: ...}")
    range: _Range | None = Field(default=None, description="{strongest: ..., weakest: ..., tag: ..., source: ...}")
    cuts: _PhotonCuts | None = Field(default=None, description="{electron_min: ..., photon_min: ..., ...}")
    measured: _Measured | None = Field(default=None, description="{best_fit: ..., error: ..., tag: ..., source: ...}")
    recast: _Recast = Field(description="{rule: none | angular | by-chirality, ...}")
    no_cl_rescaling: str = Field(default="", description="the reason, as text")
    alternative: str = Field(default="", description="text that says what it is the alternative to")

    def _threshold(self) -> float:
        parent, daughter = CHANNELS[self.channel]
        return LEPTON_MASS[parent] - LEPTON_MASS[daughter]

    def _table(self) -> Sequence[float]:
        return self.steps.edges if self.steps else super()._table()

    def _problems(self) -> list[str]:
        problems = self._problems_of_rule()
        if self.observable == "ratio" and not self.channel.startswith("tau"):
            problems.append("observable = ratio: allowed for tau channels, it is the ratio to tau -> l nu nu")
        if self.measured and self.observable != "branching_ratio":
            problems.append(f"measured: allowed of a branching ratio, not with observable {self.observable}")
        return problems + self._problems_of_photon()

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

    def limit(self, folder: Path) -> PublishedLimit:
        return PublishedLimit(
            **self.fields(folder),
            channel=self.channel,
            observable=self.observable,
            rule=self.recast.rule,
            polarization=self.recast.polarization.number() if self.recast.polarization else None,
            mean_cosine=self.recast.mean_cosine.number() if self.recast.mean_cosine else None,
            no_cl_rescaling=self.no_cl_rescaling,
            alternative=self.alternative,
            cuts=self.cuts.cuts() if self.cuts else None,
            measured=self.measured.made() if self.measured else None,
        )


class BranchingRatioRecord(RecordCard):
    """Limits of one publication on LFV decays."""

    record: ClassVar[type[Record]] = Bound

    limits: list[_Limit] = Field(min_length=1, description="a list of limits")

    @model_validator(mode="after")
    def _with_a_default(self) -> BranchingRatioRecord:
        for channel in dict.fromkeys(limit.channel for limit in self.limits):
            if all(limit.alternative for limit in self.limits if limit.channel == channel):
                raise ValueError(f"limits on {channel}: all are alternatives; allowed with at least one that is not")
        return self
