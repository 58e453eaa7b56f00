"""How each record on a visible vector is recast: what makes the vector there, what of it is seen, and how far it may fly.

Where a record has several productions or final states whose shares are not published, all of them are listed, and a coupling is
excluded if it is with each of them. Lengths and energies of the table are assumed (orders of magnitude from the publications).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["NO_RULE", "RULES", "VectorRule"]

Way = tuple[str, float, float]
"""Production (see :meth:`darkfactory.bounds.vector_charges.VectorCharges.production`) between two masses [MeV]."""
_PI0, _ETA = 134.9768, 547.862


Two = tuple[float, float]


@dataclass(frozen=True)
class VectorRule:
    """How one record is recast; a magnetic moment, which asks for no decay, has neither flight nor geometry.

    Attributes
    ----------
    ways : tuple
        Productions, each between two masses [MeV].
    seen : tuple of tuple of str
        Sets of final states; widths of one set add.
    prompt : tuple of float, optional
        Energy of the vector [GeV], and the mean flight [mm] up to which it is taken for prompt.
    displaced : tuple of float, optional
        Length of the shield, and of the decay volume behind it [m].
    dump : str
        Card of the same experiment, where its dump is computed.
    """

    ways: tuple[Way, ...]
    seen: tuple[tuple[str, ...], ...] = (("ee",),)
    prompt: Two | None = None
    displaced: Two | None = None
    dump: str = ""

    @property
    def decays(self) -> bool:
        """Whether the vector must decay."""
        return bool(self.prompt or self.displaced)

    @property
    def of_any_spin(self) -> bool:
        """Whether a dump of electrons is computed, which makes scalars too."""
        return bool(self.dump) and self.ways == _ELECTRON

    def candidates(self, mass: float) -> list[tuple[str, tuple[str, ...]]]:
        """Productions and sets of final states that are possible at a mass [MeV]; none of an unknown production."""
        open_here = [mode for mode, low, high in self.ways if low <= mass < high]
        return [(mode, states) for mode in open_here for states in self.seen]


def _always(mode: str) -> tuple[Way, ...]:
    return ((mode, 0.0, 1e9),)


_ELECTRON = _always("electron")
_PIONS: tuple[Way, ...] = (("pi0", 0.0, _PI0),)
_MESONS: tuple[Way, ...] = (*_PIONS, ("eta", _PI0, _ETA))  # as long as pions can, they make most
# the form factor of the proton: where rho and omega come near, their currents are no longer of one size
_PROTON: tuple[Way, ...] = (("proton", 0.0, 2000.0), ("rho", 600.0, 2000.0), ("omega", 600.0, 2000.0))
_PROTON_DUMP = (*_MESONS, *_PROTON)
_QUARKS: tuple[Way, ...] = (
    ("eta", 0.0, _ETA),
    *((mode, 0.0, 1200.0) for mode in ("rho", "omega", "phi")),
    ("up", 1000.0, 1e9),
    ("down", 1000.0, 1e9),
)
_LEPTONS = (("ee", "mumu"),)
_EITHER = (("ee",), *_LEPTONS)
_EE, _MUMU, _PIPI = (("ee",),), (("mumu",),), (("pipi",),)
_VISIBLE = (*_LEPTONS, ("ee", "mumu", "pipi", "hadrons"))
_BABAR = VectorRule(_ELECTRON, _LEPTONS, (5.0, 10.0))
_NA48 = VectorRule(_PIONS, _EE, (30.0, 100.0))
_FASER = VectorRule(_PROTON_DUMP, _EE, displaced=(476.0, 1.5))
_LHCB = VectorRule(_QUARKS, _MUMU, (50.0, 1.0))
_KLOE = (0.5, 80.0)
_NA62, _NUCAL, _CHARM = (82.0, 75.0), (64.0, 23.0), (480.0, 35.0)
RULES: Mapping[str, VectorRule] = {
    "a1-2014": VectorRule(_ELECTRON, _EE, (0.8, 10.0)),
    "apex-2011": VectorRule(_ELECTRON, _EE, (2.2, 10.0)),
    "babar-2014": _BABAR,
    "babar-2014-fine": _BABAR,
    "babar-2016-4mu": VectorRule(_always("muon"), _MUMU, (5.0, 10.0)),
    "belle2-projected": _BABAR,
    "charm": VectorRule((("eta", 0.0, _ETA),), _EITHER, displaced=_CHARM),
    "charm-tsai2019": VectorRule(_PROTON_DUMP, _EITHER, displaced=_CHARM),
    "cms-2023-scouting": VectorRule(_QUARKS, _MUMU, (30.0, 1.0)),
    "e137": VectorRule(_ELECTRON, _EITHER, displaced=(179.0, 204.0), dump="e137"),
    "e141": VectorRule(_ELECTRON, _EE, displaced=(0.12, 35.0), dump="e141"),
    "e774": VectorRule(_ELECTRON, _EE, displaced=(0.3, 2.0), dump="e774"),
    "electron-magnetic-moment": VectorRule(_ELECTRON),
    "faser-2023-27fb": _FASER,
    "faser-2024-57fb": _FASER,
    "faser-run3-projected": _FASER,
    "hades-2013": VectorRule((*_MESONS, ("rho", _PI0, 1e9)), _EE, (0.5, 10.0)),
    "kloe-2012-phi-eta": VectorRule(_always("phi"), _EE, _KLOE),
    "kloe-2014-mumugamma": VectorRule(_ELECTRON, _MUMU, _KLOE),
    "kloe-2015-eegamma": VectorRule(_ELECTRON, _EE, _KLOE),
    "kloe-2016-pipigamma": VectorRule(_ELECTRON, _PIPI, _KLOE),
    "lhcb-2019-prompt": _LHCB,
    "lhcb-mumu-prompt-projected": _LHCB,
    "lsnd": VectorRule(_PIONS, _EE, displaced=(26.0, 8.3)),
    "mesa-projected": VectorRule(_ELECTRON, _EE, (0.1, 10.0)),
    "na48-2-2015": _NA48,
    "na48-2-2015-fine": _NA48,
    "na62-dump-2025": VectorRule(_PROTON_DUMP, _VISIBLE, displaced=_NA62),
    "na62-dump-ee-2023": VectorRule(_PROTON_DUMP, _EE, displaced=_NA62),
    "na62-dump-mumu-2023": VectorRule(_PROTON_DUMP, _MUMU, displaced=_NA62),
    "na62-dump-projected": VectorRule(_PROTON_DUMP, _EITHER, displaced=_NA62),
    "na64-visible-2020": VectorRule(_ELECTRON, _EE, displaced=(0.22, 4.5), dump="na64"),
    "nucal": VectorRule((*_PIONS, *_PROTON), _EITHER, displaced=_NUCAL, dump="nucal"),
    "nucal-tsai2019": VectorRule(_PROTON_DUMP, _EITHER, displaced=_NUCAL),
    "orsay": VectorRule(_ELECTRON, _EE, displaced=(1.0, 2.0), dump="orsay"),
    "phenix-2014": VectorRule(_MESONS, _EE, (2.0, 10.0)),
    "wasa-2013": VectorRule(_PIONS, _EE, (0.3, 10.0)),
}
"""By the name of the record."""
NO_RULE = {
    "kloe-combined": "combines four searches of different production; recast its parts, kloe-2012-phi-eta to kloe-2016-pipigamma",
    "sn1987a": "what a supernova makes and keeps needs its plasma",
    "sn1987a-foresee": "what a supernova makes and keeps needs its plasma",
    "mu3e-phase1-projected": "couplings to e and mu interfere in muon decay; take `reach ee-resonance --model vector`",
    "mu3e-phase2-projected": "couplings to e and mu interfere in muon decay; take `reach ee-resonance --model vector`",
}
"""Why some have none, beside those whose production or geometry nobody put in."""
