r"""Search for mu -> e a (tau -> e a, mu a) as a line over the polarised Michel spectrum.

The lepton energy is binned in one or several angular and spin samples, which are fitted together. Couplings to
right-handed leptons (V+A) put the line where the Michel spectrum of a polarised beam vanishes: forward at the endpoint.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput
from darkfactory.experiments import Card
from darkfactory.experiments.beams.stopped_muons import StoppedMuons
from darkfactory.experiments.beams.tau_pairs import TauPairs
from darkfactory.experiments.detectors.lepton_energy import LeptonDetector
from darkfactory.models import LfvAlp
from darkfactory.numerics.optimum import bounded_minimum
from darkfactory.processes.muon_decay.scales import leptons, scales_from_branching_ratios
from darkfactory.recorded.lepton_setup import LEPTON_KEYS
from darkfactory.searches.base import LFV_SCANNED, Example, Search
from darkfactory.searches.expectations import Binned
from darkfactory.searches.forward_positron.likelihood import CHANNELS, ForwardPositron
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings
from darkfactory.statistics.fisher import fisher_information

__all__ = ["KEYS", "SEARCH", "energy_scale_bias", "optimal_flipped_fraction"]

Array = NDArray[np.float64]
WINDOW = 1.4
"""Half width, in resolutions, of the counting window and of the quoted background under the line."""
LOWEST_X = 0.05
"""Reduced energy below which the O(alpha) spectrum, with m_e in logarithms only, is not valid."""
EDGE_MASS = 25.0
"""Mass [MeV] below which a line cannot be told from the Michel edge, if that edge calibrates the energy."""

KEYS = (
    *STATISTICS_KEYS,
    Setting("channel", "mu-e", "decay that is searched for", "choice", choices=CHANNELS),
    *LEPTON_KEYS,
    Setting("mixed_orders", False, "allow a tail without radiative background or the reverse", "flag"),
    Setting(
        "x_low",
        None,
        "lower end of the fit range in x = E/W",
        low=0.0,
        high=1.0,
        open_high=True,
        instead_of=("window", "window_resolutions"),
    ),
    Setting(
        "window",
        None,
        "half width in x of a range around each line",
        low=0.0,
        open_low=True,
        instead_of=("x_low", "window_resolutions"),
    ),
    Setting(
        "window_resolutions",
        None,
        "the same in units of the resolution",
        low=0.0,
        open_low=True,
        instead_of=("x_low", "window"),
    ),
    Setting("bins_per_resolution", 4.0, "bins per resolution", low=0.5, instead_of=("bins",)),
    Setting("bins", None, "number of bins", "integer", low=2, instead_of=("bins_per_resolution",)),
    Setting("calibration", "external", "who calibrates the energy scale", "choice", choices=("edge", "external")),
    Setting("kappa", 0.0, "relative background systematic of the method kappa", low=0.0),
    Setting("unmodelled_scale", 0.0, "relative energy-scale error for which the bias is reported", low=-0.1, high=0.1),
    Setting("systematics.normalization", math.inf, "relative, of the background", "prior"),
    Setting("systematics.polarization", 0.01, "absolute, of the degree of polarization", "prior"),
    Setting("systematics.energy_scale", 1e-5, "relative", "prior"),
    Setting("systematics.resolution", 0.05, "relative", "prior"),
    Setting("systematics.radiative", 0.0, "in units of (exp - oalpha) background", "prior"),
)


def energy_scale_bias(setup: ForwardPositron, model: LfvAlp, masses: Array, scale: float) -> Array:
    r"""Branching ratio that a fit without an energy-scale nuisance finds in data whose scale is off by ``scale``.

    The linear bias of the Asimov fit, (I^-1 D^T V^-1 [b(scale) - b(0)])_BR, with all other active systematics in D.

    Parameters
    ----------
    setup : ForwardPositron
        The search.
    model : LfvAlp
        Fixes the asymmetry of the signal.
    masses : ndarray, shape (H,)
        Mass hypotheses [MeV].
    scale : float
        Relative shift of the energy scale, small against the resolution.

    Returns
    -------
    ndarray
        Shape (H,), with sign; 0 for closed masses.
    """
    fixed = replace(setup, systematics={**setup.systematics, "energy_scale": 0.0})
    fit = fixed.binned_model(model, masses, linear=True)
    signal, tables = np.asarray(fit.signal), np.asarray(fit.templates)
    edges = setup.edges(masses)
    rows = edges if edges.ndim == 2 else [edges]
    shifts = [setup.counts.background(row, scale=scale) - setup.counts.background(row) for row in rows]
    bias = np.zeros(len(masses))
    for h in np.flatnonzero(setup.is_open(masses)):
        templates = tables[h] if tables.ndim == 3 else tables
        shift = shifts[h] if edges.ndim == 2 else shifts[0]
        root = np.sqrt(np.where(templates[0] > 0, templates[0], 1.0))
        priors = [nuisance.prior for nuisance in fit.nuisances]
        design = np.column_stack([signal[h], *templates[1:]]) / root[:, None]
        constraints = np.column_stack([np.zeros(len(priors)), np.diag(1 / np.array(priors))])
        design = np.vstack([design, constraints])
        norm = np.linalg.norm(design, axis=0)
        target = np.concatenate([shift / root, np.zeros(len(priors))])
        bias[h] = (np.linalg.lstsq(design / norm, target, rcond=None)[0] / norm)[0]
    return bias


def optimal_flipped_fraction(setup: ForwardPositron, model: LfvAlp, mass: float) -> float:
    """Fraction of the muons to take with reversed spin for the best expected limit (Fisher) at one mass.

    Parameters
    ----------
    setup : ForwardPositron
        A search with a single cone; its spin samples are replaced.
    model : LfvAlp
        Fixes the asymmetry of the signal.
    mass : float
        Mass hypothesis [MeV].

    Returns
    -------
    float
        Fraction in [0, 0.95], good to 1% of the limit; 0 if reversed data do not help.

    Examples
    --------
    >>> from darkfactory.experiments import load_card
    >>> from darkfactory.searches.settings import card_settings
    >>> card = load_card("megii-fwd", {"search.focus": 100, "search.systematics.energy_scale": "free"})
    >>> setup = ForwardPositron.from_card(card, card_settings(card, KEYS, "forward-positron"))
    >>> 0.1 < optimal_flipped_fraction(setup, LfvAlp(), 0.0) < 0.3
    True
    """

    def sigma(logit: float) -> float:
        trial = with_flipped_fraction(setup, 1 / (1 + math.exp(-logit)))
        return float(np.log(fisher_information(trial.binned_model(model, np.array([mass]), linear=True)).sigma[0]))

    logit, best = bounded_minimum(sigma, -7.0, 3.0, 0.02)
    return 0.0 if sigma(-30.0) <= best else 1 / (1 + math.exp(-logit))


def with_flipped_fraction(setup: ForwardPositron, fraction: float) -> ForwardPositron:
    """Return the same search with ``fraction`` of the muons taken with reversed spin."""
    base = setup.counts.samples[0]
    samples = (replace(base, spin=1, fraction=1 - fraction), replace(base, spin=-1, fraction=fraction))
    taken = tuple(sample for sample in samples if sample.fraction > 0)
    return replace(setup, counts=replace(setup.counts, samples=taken))


def _window_counts(setup: ForwardPositron, model: LfvAlp, masses: Array) -> tuple[Array, Array]:
    """Signal per unit branching ratio and background within the counting window around each line."""
    half = WINDOW * setup.counts.response.resolution
    signal, background = np.zeros(len(masses)), np.zeros(len(masses))
    A, lines, is_open = setup.asymmetry(model, masses), setup.line(masses), setup.is_open(masses)
    for h in np.flatnonzero(is_open):
        edges = np.array([lines[h] - half, lines[h] + half])
        signal[h] = setup.counts.signal(edges, lines[h], A[h]).sum()
        background[h] = setup.counts.background(edges).sum()
    return signal, background


def _background(channel: str) -> str:
    parent, daughter = leptons(channel)
    return f"{parent} -> {daughter} nu nu"


def _set_up(card: Card, settings: Settings, model: LfvAlp, masses: Array, cl: float, method: str) -> Binned:
    setup = ForwardPositron.from_card(card, settings)
    is_open = setup.is_open(masses)
    used = setup.settings.echo()
    if settings["flipped_fraction"] == "optimal":
        if len(setup.counts.samples) > 1:
            raise InvalidInput(
                "search.flipped_fraction = optimal: allowed with a single cone, not with several samples"
            )
        lightest = float(np.min(masses[is_open], initial=np.inf))
        fraction = optimal_flipped_fraction(setup, model, lightest) if np.isfinite(lightest) else 0.0
        setup, used["flipped_fraction"] = with_flipped_fraction(setup, fraction), fraction
    signal_in_window, background = _window_counts(setup, model, masses)
    binned = setup.binned_model(model, masses, linear=method in ("fisher", "window", "kappa"))
    shift = settings["unmodelled_scale"]
    parent, daughter = leptons(setup.channel)
    return Binned(
        settings=used,
        process=f"{parent} -> {daughter} a",
        model=binned,
        signal_efficiency=np.asarray(binned.signal).sum(axis=1) / setup.counts.exposure,
        window_signal=signal_in_window,
        background=background,
        backgrounds={_background(setup.channel): background},
        couplings=lambda limit: {"F_gev": scales_from_branching_ratios(setup.channel, limit, masses, model)},
        bins=setup.bins(masses),
        kappa={"window": 0.0, "kappa": settings["kappa"] if method == "kappa" else 0.0}.get(method),
        unquoted={"uncalibrated": is_open & (masses < EDGE_MASS)} if settings["calibration"] == "edge" else {},
        extra={"scale_bias": energy_scale_bias(setup, model, masses, shift)} if shift else {},
        notes=lambda found: _notes(setup, masses, method, found.status),
        scanned=LFV_SCANNED,
    )


def _notes(setup: ForwardPositron, masses: Array, method: str, status: NDArray[np.str_]) -> tuple[str, ...]:
    """What a reader of the numbers must know."""
    s = setup.settings
    notes = []
    if s["focus"] != 1:
        meaning = {"cone": "widens the accepted cone", "lumi": "multiplies the rate in the bare cone (optimistic)"}
        notes.append(f"focusing {s['focus']:g} ({s['focus_mode']}): {meaning[s['focus_mode']]}")
    if setup.channel != "mu-e":
        notes.append(
            "tau channels: a model of the pseudo-rest-frame search; published limits (bounds) are to be preferred"
        )
    if method in ("window", "kappa"):
        notes.append(f"counting within {WINDOW} resolutions of the line; nuisances are not fitted")
    if "uncalibrated" in status:
        notes.append(
            f"masses below {EDGE_MASS:g} MeV: the Michel edge calibrates the energy, so no limit; "
            "search.calibration=external with an independent calibration"
        )
    if "nonlinear" in status:
        remedy = {
            "fisher": "the fit would move a nuisance out of the linear regime; use method profile",
        }.get(method, "the fit moves a nuisance to the end of its range; give it a prior or take spin-flipped data")
        notes.append(f"nonlinear: {remedy}")
    lowest = min((float(setup.line(m)) for m in masses[setup.is_open(masses)]), default=1.0)
    if setup.counts.order != "born" and lowest < LOWEST_X:
        notes.append(
            f"lines below x = {LOWEST_X}: the O(alpha) spectrum does not hold there; search.background_order=born"
        )
    if "degenerate" in status:
        notes.append("degenerate: signal and nuisances cannot be told apart; give a prior or take spin-flipped data")
    return tuple(notes)


SEARCH = Search(
    name="forward-positron",
    title="line of mu -> e a (tau -> l a) over the polarised Michel spectrum",
    process="mu -> e a",
    bins="x, cos_theta (two spin samples)",
    cards=("megii-fwd", "jodidio", "twist", "mu3e-phase1", "argus", "belle2", "belle"),
    backgrounds=tuple(map(_background, CHANNELS)),
    keys=KEYS,
    takes="lfv-alp",
    methods=("window", "kappa", "fisher", "profile", "cls"),
    cl=0.95,
    method="profile",
    couplings=("F_gev",),
    set_up=_set_up,
    example=Example(20.0, plain={"search.systematics": "none"}),
    references=("Calibbi:2020jvd", "Kinoshita:1958ru", "Cowan:2010js"),
    needs=(StoppedMuons, TauPairs, LeptonDetector),
    together=True,  # the heaviest mass says where the fit begins
)
