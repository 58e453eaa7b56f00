"""Process ``SM SM -> DS``: production of a dark sector through a portal, by power counting."""

from __future__ import annotations

from dataclasses import replace

from darkfactory.models.portal import Portal
from darkfactory.processes.base import Estimate
from darkfactory.processes.scattering import Scattering
from darkfactory.settings import Settings

__all__ = ["PROCESSES"]

ENERGY = next(key for key in Portal.keys if key.name == "sqrt_s_gev")


class _Portal(Scattering):
    def total(self, model: Portal, settings: Settings) -> Estimate:
        """Order of magnitude of the cross section [cm^2]."""
        sqrt_s_gev = settings["model.sqrt_s_gev"]
        couplings = {key: getattr(model, key) for key in ("d_ds", "d_sm", "c", "cutoff_gev")}
        return Estimate(
            float(model.cross_section_cm2(sqrt_s_gev)),
            0.0,
            "power counting",
            notes=(model.unitarity_note,),
            unit=self.unit,
            parameters=couplings | {"sqrt_s_gev": sqrt_s_gev},
            references=self.references,
        )


PROCESSES = (
    _Portal(
        name="SM SM -> DS",
        title="a dark sector through a portal, by power counting",
        table=(replace(ENERGY, name="model.sqrt_s_gev"),),
        takes="portal",
    ),
)
