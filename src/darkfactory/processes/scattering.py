"""Scattering of a beam off a target: cross sections at an energy."""

from __future__ import annotations

from darkfactory.processes.production import Production

__all__ = ["Scattering"]


class Scattering(Production):
    """Scattering of which the cross section is known; one that knows more has spectra and events too."""

    quantity = "cross section"
    unit = "cm2"
