"""Process ``SM SM -> DS``: production of a dark sector through a portal, by power counting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from darkfactory.models import find_model, given_settings, offering
from darkfactory.models.portal import Portal

__all__ = ["PORTAL", "PORTAL_PROCESS", "PortalProcess"]


@dataclass(frozen=True)
class PortalProcess:
    """An order of magnitude of a cross section, beside the decays of :mod:`darkfactory.processes.registry`.

    Attributes
    ----------
    name, title, quantity : str
        As physicists write it, in words, and what its rate is.
    takes : str
        What a model must offer for it.
    options : frozenset of str
        Options of a rate that it understands: none.
    orders : tuple of str
        Orders in alpha: none but power counting.
    references : tuple of str
        Citation keys.
    """

    name: str = "SM SM -> DS"
    title: str = "a dark sector through a portal, by power counting"
    quantity: str = "cross section"
    takes: str = "portal"
    options: frozenset[str] = frozenset()
    orders: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that it takes."""
        return offering(self.takes)

    @property
    def model(self) -> str:
        """Model that it takes if none is given."""
        return self.models[0]

    def cross_section(self, model: Portal, settings: Mapping[str, Any]) -> tuple[float, dict[str, Any]]:
        """Order of magnitude of the cross section [cm^2] and the parameters of the model.

        Parameters
        ----------
        model : Portal
            The portal.
        settings : mapping
            ``sqrt_s_gev``, 10 by default; others belong to the model.

        Returns
        -------
        value : float
            Cross section [cm^2].
        parameters : dict
            What it was computed with.

        Raises
        ------
        DarkfactoryError
            For numbers outside their domain.

        Examples
        --------
        >>> value, _ = PORTAL.cross_section(Portal.named("axion"), {})
        >>> f"{value:.3e}"
        '3.894e-34'
        """
        sqrt_s_gev = given_settings(find_model(self.model), settings).get("sqrt_s_gev", 10.0)
        keys = ("d_ds", "d_sm", "c", "cutoff_gev")
        parameters = {key: getattr(model, key) for key in keys} | {"sqrt_s_gev": sqrt_s_gev}
        return float(model.cross_section_cm2(sqrt_s_gev)), parameters


PORTAL = PortalProcess()
PORTAL_PROCESS = PORTAL.name
