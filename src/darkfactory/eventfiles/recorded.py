"""What a detector records of every event of a sample: measured momenta, a flag, and the weights before the response."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import in_range, one_of, require

__all__ = ["Recorded"]

Array = NDArray[np.float64]
MEASURED_MEANING = "momenta of tracks as measured; those of the particles are the true ones"
GENERATED_MEANING = "weights before the response; over accepted and rejected events they add up to this rate"


@dataclass(frozen=True, eq=False)
class Recorded:
    """Response of a detector to the events of a sample.

    Attributes
    ----------
    experiment : str
        Its card.
    names : tuple of str
        Particles that are measured.
    momenta : ndarray, shape (n, len(names), 4)
        Their measured four-momenta (E, px, py, pz) [MeV].
    accepted : ndarray of bool, shape (n,)
        Whether the event is selected, by its measured momenta.
    generated : ndarray, shape (n,)
        Weights of the events before the response, in the unit of the weights of the sample.
    efficiency : float
        Flat efficiency of accepted events, in (0, 1].
    generated_rate : float
        Rate before the response: sum of ``generated`` over accepted and rejected events.
    settings : dict
        Numbers of the card that were used, by key.
    """

    experiment: str
    names: tuple[str, ...]
    momenta: Array = field(repr=False)
    accepted: NDArray[np.bool_] = field(repr=False)
    generated: Array = field(repr=False)
    efficiency: float
    generated_rate: float
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "settings", json.loads(json.dumps(dict(self.settings)))
        )  # lists, as they are read back
        object.__setattr__(self, "momenta", np.asarray(self.momenta, dtype=float))
        object.__setattr__(self, "accepted", np.asarray(self.accepted, dtype=bool))
        object.__setattr__(self, "generated", np.asarray(self.generated, dtype=float))

    def momentum(self, name: str) -> Array:
        """Measured four-momenta (n, 4) [MeV] of one particle of :attr:`names`.

        Raises
        ------
        InvalidInput
            If it is not measured; the names are listed.
        """
        require(one_of("measured particle", name, self.names))
        return np.asarray(self.momenta[:, self.names.index(name)])

    def metadata(self) -> dict[str, Any]:
        """Everything but the arrays, ready for JSON."""
        return {
            "measured": {"meaning": MEASURED_MEANING, "names": list(self.names)},
            "generated": {"meaning": GENERATED_MEANING, "rate": self.generated_rate},
            "experiment": self.experiment,
            "efficiency": self.efficiency,
            "accepted": int(self.accepted.sum()),
            "settings": dict(self.settings),
        }

    @classmethod
    def from_parts(cls, metadata: Mapping[str, Any], momenta: Array, accepted: Any, generated: Array) -> Recorded:
        """Inverse of :meth:`metadata`, with the arrays."""
        names = tuple(metadata["measured"]["names"])
        return cls(
            experiment=metadata["experiment"],
            names=names,
            momenta=np.asarray(momenta, dtype=float).reshape(len(generated), len(names), 4),
            accepted=accepted,
            generated=generated,
            efficiency=metadata["efficiency"],
            generated_rate=metadata["generated"]["rate"],
            settings=metadata["settings"],
        )

    def problems(self, n: int, particles: Sequence[str]) -> list[str | None]:
        """Texts of what does not fit to a sample of ``n`` events of some particles."""
        wanted = {"momenta": (n, len(self.names), 4), "accepted": (n,), "generated": (n,)}
        found: list[str | None] = [
            f"recorded.{name}: shape {np.shape(getattr(self, name))}, must be {shape}"
            for name, shape in wanted.items()
            if np.shape(getattr(self, name)) != shape
        ]
        found += [one_of("recorded particle", name, particles) for name in self.names]
        found += [in_range(f"recorded.{name}", getattr(self, name)) for name in ("momenta", "generated")]
        found.append(in_range("recorded.efficiency", self.efficiency, 0, 1, open_low=True))
        return found
