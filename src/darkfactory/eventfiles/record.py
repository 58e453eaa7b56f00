"""A sample of events of one process with all that is needed to use it: momenta, weights, spin and coupling pieces."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, in_range, one_of, require
from darkfactory.eventfiles.particles import DECAYED, FINAL, PSI, Particle, particle_problems, together
from darkfactory.eventfiles.recorded import Recorded
from darkfactory.kinematics.flight import MM_PER_NS
from darkfactory.result import Made, timeless
from darkfactory.version import __version__

__all__ = ["EventRecord"]

Array = NDArray[np.float64]

LAYOUT = "darkfactory events 2"
_OLD_LAYOUT = "darkfactory events 1"
WEIGHT_MEANING = "the sum of the weights is the rate"
RECORDED_MEANING = (
    "the sum of the weights is the recorded rate, with acceptance and efficiency; rejected events weigh 0"
)
STOKES_MEANING = "squared amplitude is S0 + P.S for polarization P of the parent; any common unit"
FLIGHTS_MEANING = "proper decay length c tau [mm] of every event; the vertex is c tau p/m from where it was made"
ORIGIN_MEANING = "where and when the parent decays: x, y, z [mm], t [ns]; without it at 0"
IDS_MEANING = "number of the Particle Data Group, where a particle is not the same in every event"
PIECES_MEANING = "the weight is the sum over pieces of the coupling combination that names it, times the piece"


@dataclass(frozen=True, eq=False, repr=False)
class EventRecord(Made):
    """Events of one process.

    Attributes
    ----------
    process : str
        As physicists write it.
    particles : tuple of Particle
        Incoming first; mothers stand before their daughters.
    momenta : ndarray, shape (n, particles, 4)
        Four-momenta (E, px, py, pz) [MeV].
    weights : ndarray, shape (n,)
        Their sum is the rate, in ``unit`` and with ``normalization``.
    unit : str
        Unit of the rate, e.g. ``MeV`` for a width or ``1`` for a branching ratio.
    normalization : str
        What the rate is divided by, e.g. ``exp`` (hbar/tau), ``lo`` (tree-level width); empty for a width.
    stokes : ndarray, shape (n, 4) or (0, 4)
        (S0, Sx, Sy, Sz) of the squared amplitude: S0 + P.S for a polarization P; empty if there is none.
    pieces : ndarray, shape (n, len(piece_names))
        Parts of the weight by combination of couplings: weight = sum of combination x piece.
    piece_names : tuple of str
        The combinations, e.g. ``|C_V|^2``.
    polarization : tuple of float
        Spin vector of the parent with which the weights were made.
    charge : int
        Of the parent, +1 or -1 (0 for a neutral one).
    seed : int or None
        Seed of the generator.
    model : dict
        Name and parameters of the model, numbers or text.
    references : tuple of str
        Citation keys.
    version : str
        Of darkfactory.
    recorded : Recorded, optional
        What a detector measures; the weights then add up to the recorded rate, and ``momenta`` stay the true ones.
    flights : dict
        Proper decay lengths c tau [mm], shape (n,), by name of what flies: an intermediate particle, or a psi.
    origin : ndarray, shape (n, 4) or (0, 4)
        Where and when the parent decays: (x, y, z, t) [mm, ns], such as a stop on a target; at 0 if empty.
    pdg_ids : dict
        Numbers of the Particle Data Group, shape (n,), by name of a particle that is not the same in every event, such as
        the neutrino of a beam that has antineutrinos too; ``particles`` has that of the first kind.

    Raises
    ------
    InvalidInput
        If shapes, mothers, names or numbers do not fit together; all problems are listed.
    """

    process: str
    particles: tuple[Particle, ...]
    momenta: Array
    weights: Array
    unit: str = "1"
    normalization: str = ""
    stokes: Array = field(default_factory=lambda: np.zeros((0, 4)))
    pieces: Array = field(default_factory=lambda: np.zeros((0, 0)))
    piece_names: tuple[str, ...] = ()
    polarization: tuple[float, float, float] = (0.0, 0.0, 0.0)
    charge: int = 0
    seed: int | None = None
    model: Mapping[str, Any] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    version: str = field(default_factory=lambda: __version__)
    recorded: Recorded | None = None
    flights: Mapping[str, Array] = field(default_factory=dict)
    origin: Array = field(default_factory=lambda: np.zeros((0, 4)))
    pdg_ids: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("momenta", "weights", "stokes", "pieces", "origin"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype=float))
        if self.pieces.size == 0:
            object.__setattr__(self, "pieces", np.zeros((len(self.weights), len(self.piece_names))))
        flights = {name: np.asarray(ctau, dtype=float) for name, ctau in self.flights.items()}
        object.__setattr__(self, "flights", flights)
        pdg_ids = {name: np.asarray(ids, dtype=np.int64) for name, ids in self.pdg_ids.items()}
        object.__setattr__(self, "pdg_ids", pdg_ids)
        require(
            *_shape_problems(self), *particle_problems(self.particles), *_flight_problems(self), *_id_problems(self)
        )
        require(
            *(in_range(name, getattr(self, name)) for name in ("momenta", "weights", "stokes", "pieces", "origin")),
            in_range("|polarization|", np.linalg.norm(self.polarization), 0, 1 + 1e-12),
            one_of("charge", self.charge, (-1, 0, 1)),
            *([] if self.recorded is None else self.recorded.problems(len(self), self.names)),
        )

    def __len__(self) -> int:
        return len(self.weights)

    def __repr__(self) -> str:
        measured = f" at {self.recorded.experiment}" if self.recorded else ""
        rate = f"{self.rate:.4g} +- {self.rate_error:.1g}{'' if self.unit == '1' else f' {self.unit}'}"
        return f"EventRecord: {len(self)} events of {self.process}{measured}, rate {rate}\n  {', '.join(self.names)}"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the particles."""
        return tuple(particle.name for particle in self.particles)

    @property
    def present(self) -> Any:
        """Whether each event has each particle, (n, particles): it may lack some of the last ones."""
        return np.logical_or.accumulate(self.momenta[:, ::-1, 0] > 0, axis=1)[:, ::-1]

    def mass(self, name: str) -> Array:
        """Mass (n,) [MeV] of one particle; 0 where an event lacks it."""
        place = self.names.index(name)
        known, p = self.particles[place].mass, self.momenta[:, place]
        if known is None:
            return np.asarray(np.sqrt(np.maximum(p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=-1), 0.0)))
        return np.where(self.present[:, place], known, 0.0)

    @property
    def rate(self) -> float:
        """Sum of the weights."""
        return float(np.sum(self.weights))

    @property
    def rate_error(self) -> float:
        """Error of the rate: what the generator says, or else the statistical one of the weights."""
        if "rate_error" in self.model:
            return float(self.model["rate_error"])
        squares = float(self.weights @ self.weights)
        return math.sqrt(max(squares - self.rate**2 / max(len(self), 1), 0.0))

    @property
    def pdg_table(self) -> NDArray[np.int64]:
        """Number of every particle in every event, (n, particles)."""
        fixed = [np.full(len(self), particle.pdg_id) for particle in self.particles]
        return np.stack([self.pdg_ids.get(name, ids) for name, ids in zip(self.names, fixed, strict=True)], axis=1)

    def momentum(self, name: str) -> Array:
        """Four-momenta (n, 4) [MeV] of one particle.

        Raises
        ------
        InvalidInput
            If there is none of that name; the names are listed.
        """
        require(one_of("particle", name, self.names))
        return np.asarray(self.momenta[:, self.names.index(name)])

    def decay(self, name: str, *, time_in: str = "ns") -> Array:
        """Where and when a particle decays: (x, y, z, t), shape (n, 4) [mm, ns], or the time as ct with ``"mm"``.

        Particles without an entry in :attr:`flights` decay where they are made. Raises :class:`InvalidInput` for a
        particle that is not there or does not decay.
        """
        decaying = [p.name for p in self.particles if p.status != FINAL or p.name in self.flights]
        require(one_of("particle that decays", name, decaying))
        require(one_of("time_in", time_in, ("ns", "mm")))
        place = self.names.index(name)
        position = np.zeros((len(self), 4))
        if name in self.flights:
            proper = self.flights[name] / np.where(self.present[:, place], self.mass(name), 1.0)
            position = np.roll(self.momenta[:, place], -1, axis=-1) * proper[:, None]
        mother = self.particles[place].mother
        if mother is not None:
            position = position + self.decay(self.particles[mother].name, time_in="mm")
        elif len(self.origin):
            position = self.origin * [1.0, 1.0, 1.0, MM_PER_NS]
        return position if time_in == "mm" else position / [1.0, 1.0, 1.0, MM_PER_NS]

    def production(self, name: str, *, time_in: str = "ns") -> Array:
        """Where and when a particle is made, or one at rest or of a beam decays; as :meth:`decay`."""
        require(one_of("particle", name, self.names))
        mother = self.particles[self.names.index(name)].mother
        return self.decay(self.particles[mother or 0].name, time_in=time_in)

    def observables(self, *names: str, measured: bool = False) -> dict[str, Array]:
        """Named observables of every event, such as ``m_ee`` or ``E_gamma``; ``list processes`` tells all of them.

        Parameters
        ----------
        *names : str
            Observables of the decay, as in cuts.
        measured : bool
            Of the measured tracks instead of the true ones, for records of an experiment.

        Returns
        -------
        dict
            By name, shape (n,), or (n, tracks or pairs) where there are several.

        Raises
        ------
        DarkfactoryError
            For an observable that the decay does not have.
        """
        from darkfactory.eventfiles.views import observables

        return observables(self, names, measured)

    def to_awkward(self) -> Any:
        """The record as an awkward array: ``weight``, ``stokes``, ``pieces``, and a momentum record per particle.

        Names as in :func:`darkfactory.eventfiles.column_name`, e.g. ``array.ep1.E``; the momenta are ``Momentum4D``,
        which the package vector knows. A flight gives ``array.X.decay.x`` (mm, ns). Raises :class:`DarkfactoryError`
        without the package awkward.
        """
        from darkfactory.eventfiles.views import to_awkward

        return to_awkward(self)

    def imbalance(self) -> float:
        """Largest violation of four-momentum conservation in any component, vertex and event [MeV]."""
        worst = 0.0
        for mother in {p.mother for p in self.particles if p.mother is not None}:
            daughters = [i for i, p in enumerate(self.particles) if p.mother == mother]
            difference = self.momenta[:, daughters].sum(axis=1) - self.momenta[:, together(self.particles, mother)].sum(
                axis=1
            )
            worst = max(worst, float(np.max(np.abs(difference), initial=0.0)))
        return worst

    def metadata(self) -> dict[str, Any]:
        """Everything but the arrays, with the meaning and unit of each array, ready for JSON."""
        meaning = WEIGHT_MEANING if self.recorded is None else RECORDED_MEANING
        found = {
            "layout": LAYOUT,
            "process": self.process,
            "particles": [
                {"name": p.name, "pdg_id": p.pdg_id, "status": p.status, "mother": p.mother, "mass": p.mass}
                for p in self.particles
            ],
            "weight": {"meaning": meaning, "unit": self.unit, "normalization": self.normalization},
            "stokes": {"meaning": STOKES_MEANING, "present": len(self.stokes) > 0},
            "pieces": {"meaning": PIECES_MEANING, "names": list(self.piece_names)},
            "polarization": [float(p) for p in self.polarization],
            "charge": int(self.charge),
            "seed": self.seed,
            "events": len(self),
            "rate": self.rate,
            "rate_error": self.rate_error,
            "model": dict(self.model),
            "references": list(self.references),
            "version": self.version,
        }
        if self.run:
            found["run"] = timeless(self.run)  # the same events give the same file
        if self.flights:
            found["flights"] = {"meaning": FLIGHTS_MEANING, "names": list(self.flights)}
        if len(self.origin):
            found["origin"] = {"meaning": ORIGIN_MEANING}
        if self.pdg_ids:
            found["pdg_ids"] = {"meaning": IDS_MEANING, "names": list(self.pdg_ids)}
        return found if self.recorded is None else found | {"recorded": self.recorded.metadata()}

    @staticmethod
    def is_old(metadata: Mapping[str, Any]) -> bool:
        """Whether metadata are those of version 0.1, whose files have other columns, norms and no checksum."""
        return metadata.get("layout") == _OLD_LAYOUT

    @staticmethod
    def require_layout(metadata: Mapping[str, Any]) -> None:
        """Raise :class:`InvalidInput` unless metadata are of a layout that this version knows."""
        if metadata.get("layout") not in (LAYOUT, _OLD_LAYOUT):
            raise InvalidInput(
                f"layout = {metadata.get('layout')!r}: this version reads {_OLD_LAYOUT!r} and {LAYOUT!r}; "
                "use the version of darkfactory that wrote it"
            )

    @classmethod
    def from_parts(cls, metadata: Mapping[str, Any], **arrays: Any) -> EventRecord:
        """Record of what :meth:`metadata` returned and the arrays ``momenta``, ``weights``, ``stokes``, ``pieces``.

        With a detector also ``measured`` (n, tracks, 4), ``accepted`` and ``generated`` (n,); ``flights``, ``origin`` and
        ``pdg_ids`` where there are.

        Raises
        ------
        InvalidInput
            If the metadata are not those of this layout.
        """
        cls.require_layout(metadata)
        seen = {name: arrays.pop(name, None) for name in ("measured", "accepted", "generated")}
        recorded = None
        if "recorded" in metadata:
            recorded = Recorded.from_parts(metadata["recorded"], seen["measured"], seen["accepted"], seen["generated"])
        return cls(
            recorded=recorded,
            process=metadata["process"],
            particles=tuple(Particle(**entry) for entry in metadata["particles"]),
            unit=metadata["weight"]["unit"],
            normalization=metadata["weight"]["normalization"],
            piece_names=tuple(metadata["pieces"]["names"]),
            polarization=tuple(metadata["polarization"]),
            charge=metadata["charge"],
            seed=metadata["seed"],
            model=metadata["model"],
            references=tuple(metadata["references"]),
            version=metadata["version"],
            run=metadata.get("run", {}),
            **arrays,
        )


def _shape_problems(record: EventRecord) -> list[str | None]:
    n, particles = len(record.weights) if record.weights.ndim == 1 else -1, len(record.particles)
    stokes_rows, origin_rows = (a.shape[0] if a.ndim == 2 else -1 for a in (record.stokes, record.origin))
    wanted = {
        "weights": (n,),
        "momenta": (n, particles, 4),
        "stokes": (stokes_rows if stokes_rows in (0, n) else n, 4),
        "origin": (origin_rows if origin_rows in (0, n) else n, 4),
        "pieces": (n, len(record.piece_names)),
        "polarization": (3,),
    }
    return [
        f"{name}: shape {np.shape(getattr(record, name))}, must be {shape}"
        for name, shape in wanted.items()
        if np.shape(getattr(record, name)) != shape
    ]


def _flight_problems(record: EventRecord) -> list[str | None]:
    found: list[str | None] = []
    flying = [p.name for p in record.particles if (p.status == DECAYED and p.mass) or p.pdg_id == PSI]
    for name, ctau in record.flights.items():
        found.append(one_of("particle that flies", name, flying))
        shape = (len(record),)
        found.append(None if ctau.shape == shape else f"flights of {name}: shape {ctau.shape}, must be {shape}")
        found.append(in_range(f"flights of {name}", ctau, 0, unit="mm"))
    return found


def _id_problems(record: EventRecord) -> list[str | None]:
    named = [one_of("particle of several kinds", name, record.names) for name in record.pdg_ids]
    shapes = {name: ids.shape for name, ids in record.pdg_ids.items() if ids.shape != record.weights.shape}
    return [
        *named,
        *(f"pdg_ids of {name}: shape {shape}, must be {record.weights.shape}" for name, shape in shapes.items()),
    ]
