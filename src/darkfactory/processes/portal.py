"""Process ``SM SM -> DS``: production of a dark sector through a portal, by power counting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkfactory.models import build_model, find_model, given_settings
from darkfactory.models.portal import Portal

__all__ = ["PORTAL_PROCESS", "is_portal_process", "portal_cross_section"]

PORTAL_PROCESS = "SM SM -> DS"


def is_portal_process(name: str) -> bool:
    """Whether ``name`` is the portal process; blanks do not matter.

    Examples
    --------
    >>> is_portal_process("SM SM->DS")
    True
    """
    return "".join(name.split()) == "".join(PORTAL_PROCESS.split())


def portal_cross_section(settings: Mapping[str, Any]) -> tuple[float, dict[str, Any]]:
    """Order of magnitude of the cross section [cm^2] and the parameters of the model ``portal``.

    Raises
    ------
    DarkfactoryError
        For unknown keys and numbers outside their domain.

    Examples
    --------
    >>> value, _ = portal_cross_section({"portal": "axion", "cutoff_gev": 1e3})
    >>> f"{value:.3e}"
    '3.894e-34'
    """
    portal: Portal = build_model("portal", settings)
    sqrt_s_gev = given_settings(find_model("portal"), settings).get("sqrt_s_gev", 10.0)
    keys = ("d_ds", "d_sm", "c", "cutoff_gev")
    parameters = {key: getattr(portal, key) for key in keys} | {"sqrt_s_gev": sqrt_s_gev}
    return float(portal.cross_section_cm2(sqrt_s_gev)), parameters
