"""Particles of spin 0 with Yukawa couplings to electron and muon: models ``scalar`` and ``pseudoscalar``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from darkfactory.models.base import WIDTH, mass_key
from darkfactory.models.mediator import Mediator, per_lepton, scalar_width
from darkfactory.models.scan import CouplingScan
from darkfactory.settings import Setting

__all__ = ["Pseudoscalar", "Scalar"]


@dataclass(frozen=True, kw_only=True)
class _Yukawa(Mediator):
    """What both share."""

    g_e: float = 0.0
    g_mu: float = 0.0

    kind: ClassVar[str] = "scalar"
    coupling_names: ClassVar[tuple[str, ...]] = ("g_e", "g_mu")
    scannable: ClassVar[tuple[str, ...]] = ("g_ee", "g_mumu")
    pair_coupling: ClassVar[str | None] = "g_ee"

    @property
    def width_ee(self) -> float:
        """Width into e+ e- [MeV], exactly 0 where closed."""
        return scalar_width(self.mass, *self.vertices[:2])

    def quantities(self) -> dict[str, float]:
        """Sizes of its couplings (see :meth:`darkfactory.models.base.Model.quantities`)."""
        return {"g_ee": abs(self.g_e), "g_mumu": abs(self.g_mu)}

    def scan(self, coupling: str | None = None, lifetime: str = "model") -> CouplingScan:
        """Scan of g_e, of g_mu if that is asked for or alone set, or of both at their ``ratio`` (see :class:`Mediator`)."""
        if coupling == "ratio":
            return replace(super().scan(None, lifetime), kind=replace(self, total_width=None, g_e=1.0, g_mu=1.0))
        self._check_scan(coupling)
        kept = replace(self, total_width=None)
        kind = replace(kept, g_e=1.0, g_mu=1.0)
        by_default = "g_mumu" if self.g_mu and not self.g_e else "g_ee"
        if (coupling or by_default) == "g_ee":
            return CouplingScan(self, kind, lambda x: replace(kept, g_e=x), 1e-4, lambda x: {"g_ee": x}, ("g_e",))
        self._require_electrons(lifetime)
        scanned = ("g_mu",) if coupling else ()  # unasked, it was chosen because it is given
        return CouplingScan(self, kind, lambda x: replace(kept, g_mu=x), 1e-4, lambda x: {"g_mumu": x}, scanned)


@dataclass(frozen=True, kw_only=True)
class Scalar(_Yukawa):
    """Scalar with Yukawa couplings to electron and muon.

    Parameters
    ----------
    mass : float
        Mass [MeV], >= 0.
    g_e, g_mu : float
        Couplings of phi lbar l.
    total_width : float, optional
        As in :class:`Mediator`.
    """

    name: ClassVar[str] = "scalar"
    title: ClassVar[str] = "scalar with Yukawa couplings to e and mu"
    keys: ClassVar[tuple[Setting, ...]] = (mass_key(20.0), *per_lepton("g", "scalar"), WIDTH)

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (g_S_e, g_P_e, g_S_mu, g_P_mu)."""
        return (couplings["g_e"], 0.0, couplings["g_mu"], 0.0)


@dataclass(frozen=True, kw_only=True)
class Pseudoscalar(_Yukawa):
    """Pseudoscalar with Yukawa couplings i g_P g5; the "lepton-flavor-conserving ALP" of the literature.

    Parameters
    ----------
    mass : float
        Mass [MeV], >= 0.
    g_e, g_mu : float
        Couplings of phi lbar i g5 l.
    total_width : float, optional
        As in :class:`Mediator`.
    """

    name: ClassVar[str] = "pseudoscalar"
    title: ClassVar[str] = "lepton-flavor-conserving ALP with Yukawa couplings to e and mu"
    keys: ClassVar[tuple[Setting, ...]] = (mass_key(20.0), *per_lepton("g", "pseudoscalar"), WIDTH)

    def vertices_of(self, couplings: Mapping[str, float]) -> tuple[float, ...]:
        """Vertices (g_S_e, g_P_e, g_S_mu, g_P_mu)."""
        return (0.0, couplings["g_e"], 0.0, couplings["g_mu"])

    def quantities(self) -> dict[str, float]:
        """Sizes of its couplings (see :meth:`darkfactory.models.base.Model.quantities`)."""
        return super().quantities() | {"g_aee": abs(self.g_e), "g_amumu": abs(self.g_mu)}


MODELS = (Scalar, Pseudoscalar)
