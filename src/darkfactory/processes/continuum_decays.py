"""Decays into the dark jets X of composite neutrinos: ``Z -> nu X``, ``W -> l X``, ``h -> nu X``, ``K -> l X`` and so on."""

from __future__ import annotations

from typing import Any

from darkfactory.amplitudes.continuum_decays import DECAYS
from darkfactory.processes.base import Estimate
from darkfactory.processes.production import Production
from darkfactory.settings import Settings

__all__ = ["PROCESSES"]

TITLES = {
    "Z -> nu X": "Z boson to a neutrino and a dark jet",
    "W -> l X": "W boson to a charged lepton and a dark jet",
    "h -> nu X": "Higgs boson to a neutrino and a dark jet",
    "pi -> l X": "charged pion to a lepton and a dark jet",
    "K -> l X": "charged kaon to a lepton and a dark jet",
    "D_s -> l X": "D_s meson to a lepton and a dark jet",
    "B -> l X": "charged B meson to a lepton and a dark jet",
    "mu -> e nu X": "muon decay with a dark jet in place of a neutrino",
    "tau -> e nu X": "tau decay to an electron with a dark jet in place of a neutrino",
    "tau -> mu nu X": "tau decay to a muon with a dark jet in place of a neutrino",
}


class _ToJets(Production):
    quantity = "branching ratio"
    unit = "1"

    def total(self, model: Any, settings: Settings) -> Estimate:
        """Branching ratio of the emission of jets, whatever light neutrinos lose."""
        decay = DECAYS[self.name](model.flavor)
        ratio = float(decay.ratio(model))
        if not ratio > 0:
            return Estimate(0.0, 0.0, "closed channel", norm="exp", order="born", **self._about(model))
        value = decay.branching_ratio(ratio)
        notes = [f"{ratio:.6g} of {decay.over}", *([str(decay.measured)] if decay.measured else [])]
        if decay.lost and model.unitarity == "complete":
            net = ratio - decay.lost * float(model.lost_mixing())
            notes.append(f"{net:.6g} of it with what light neutrinos lose (model.unitarity = complete)")
        notes += model.notes_to(decay.highest_gev)
        return Estimate(value, 0.0, "quadrature", norm="exp", order="born", notes=tuple(notes), **self._about(model))

    def _about(self, model: Any) -> dict[str, Any]:
        return {"unit": self.unit, "parameters": model.parameters(), "references": self.references}


PROCESSES = tuple(
    _ToJets(name=name, title=title, takes="continuum", references=("Borrello:2026", "ParticleDataGroup:2024cfk"))
    for name, title in TITLES.items()
)
