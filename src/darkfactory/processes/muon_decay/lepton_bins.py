"""Spectra of decays at rest: by quadrature of a lepton that is all that is seen, else by Monte Carlo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel
from darkfactory.errors import InfraredDivergence, InvalidInput, in_range, one_of, require
from darkfactory.kinematics.observables import OBSERVABLES, find_observable
from darkfactory.processes.branching import ORDER_KEY, TAIL_KEY
from darkfactory.processes.generator.histograms import histogram
from darkfactory.processes.inputs import NORMS, spin_vector
from darkfactory.processes.muon_decay.lepton_alone import spectrum_fractions
from darkfactory.processes.requests import excess_notes, parameters
from darkfactory.settings import Settings

if TYPE_CHECKING:
    from darkfactory.processes.decay import Decay

__all__ = ["bin_edges", "cleaned", "spectrum_at_rest"]

Array = NDArray[np.float64]
Binning = tuple[int, float | None, float | None]


def cleaned(values: Array) -> Array:
    """Values without what is only rounding of their sum."""
    return np.where(np.abs(values) > 1e-15 * np.sum(np.abs(values)), values, 0.0)


def bin_edges(
    process: Decay,
    observable: str,
    bins: int,
    low: float | None,
    high: float | None,
    unit: float | None = None,
    limits: tuple[float, float] = (-np.inf, np.inf),
    measured: bool = False,
) -> Array:
    """Bin edges; by default the whole spectrum, and what a resolution adds above the endpoint.

    Parameters
    ----------
    process : Decay
        The decay.
    observable : str
        What is binned.
    bins : int
        Number of bins.
    low, high : float or None
        Ends that the user gives.
    unit : float, optional
        Energy [MeV] at x = 1, where that is not the endpoint.
    limits : tuple of float
        Range by default of observables whose range depends on nothing else.
    measured : bool
        Whether a resolution carries events beyond the endpoint.

    Returns
    -------
    ndarray, shape (bins + 1,)
        Finite, rising edges.
    """
    m_i, m_j = process.masses if process.total_width is not None else (1.0, 0.0)
    top = 1.05 if measured else 1.0
    default = limits
    if process.alone is not None:
        default = {
            "x": (0.0, top),
            "E_e": (0.0, top * (unit or michel.endpoint_energy(m_i, m_j))),
            "m_miss2": ((1 - top) * (m_i**2 + m_j**2), m_i**2 + m_j**2),
        }.get(observable, limits)
    start, stop = default[0] if low is None else low, default[1] if high is None else high
    ends = (-1.0, 1.0) if observable.startswith("cos") else (-np.inf, np.inf)
    unit_name = _unit(observable)
    require(in_range("low", start, unit=unit_name), in_range("high", stop, unit=unit_name))
    start, stop = float(start), float(stop)
    require(
        in_range("low", start, ends[0], stop, open_high=True, unit=unit_name),
        in_range("high", stop, start, ends[1], open_low=True, unit=unit_name),
    )
    return np.linspace(start, stop, bins + 1)


def _unit(observable: str) -> str:
    """Unit of an observable for messages; empty for a pure number."""
    unit = OBSERVABLES[observable].unit
    return "" if unit == "1" else unit


def _spin(process: Decay, given: Settings, polarization: Any) -> Any:
    """Spin of the parent: of the option, or of the setting, which may also be along the beam (negative)."""
    if "beam.polarization" not in given.origins:
        return 0.0 if polarization is None else polarization
    if polarization is not None:
        raise InvalidInput(
            f"polarization = {polarization!r}, beam.polarization = {given['beam.polarization']}: give one"
        )
    return (0.0, 0.0, -float(given["beam.polarization"]) + 0.0)


def spectrum_at_rest(
    process: Decay, observable: str, model: Any, given: Settings, binning: Binning, **options: Any
) -> dict[str, Any]:
    """Spectrum of a decay at rest.

    Parameters
    ----------
    process : Decay
        The decay.
    observable : str
        Any of its observables.
    model : object
        Its model, or None.
    given : Settings
        Settings ``beam.polarization``, ``search.background_order``, ``search.signal_tail``.
    binning : tuple
        Number of bins, lower and upper end or None.
    **options
        norm, cut, polarization, charge, events and seed, as for :func:`darkfactory.spectrum`.

    Returns
    -------
    dict
        Fields of a spectrum by name.

    Raises
    ------
    DarkfactoryError
        For unknown names and values outside their domain.
    """
    make = _by_monte_carlo if process.alone is None else _by_quadrature
    return make(process, observable, model, given, binning, **options)


def _by_quadrature(
    process: Decay,
    observable: str,
    model: Any,
    given: Settings,
    binning: Binning,
    *,
    norm: str = "exp",
    cut: str | None = None,
    polarization: Any = None,
    charge: int = 1,
    **unused: Any,
) -> dict[str, Any]:
    """Spectrum at rest of a lepton that is all that is seen."""
    require(one_of("norm", norm, NORMS), one_of("charge", charge, (1, -1)))
    order, tail = str(given.get(ORDER_KEY, process.default_order)), str(given.get(TAIL_KEY, "none"))
    spin = spin_vector(_spin(process, given, polarization))
    state = process.state(model)
    known = find_observable(observable, state)
    edges = bin_edges(process, observable, *binning, limits=known.limits(state))
    condition = process.cut(cut, model)
    total = process.partial_width(model, order) / process.denominator(norm)
    values = np.zeros(len(edges) - 1)
    if total > 0 and not condition.empty:
        assert process.alone is not None
        density = process.alone(process, model, order, spin[2] * charge, tail)
        values = total * cleaned(spectrum_fractions(density, state, condition, observable, edges))
    used = {"polarization": list(spin), "charge": charge, "cut": cut or ""}
    used |= {key.split(".")[1]: value for key, value in ((ORDER_KEY, order), (TAIL_KEY, tail)) if key in given}
    return dict(  # noqa: C408
        process=process.name,
        observable=observable,
        unit=known.unit,
        edges=edges,
        values=values,
        experiment=None,
        settings={**used, **parameters(model)},
        references=process.references,
        norm=norm,
        order=order,
        notes=excess_notes(process, float(values.sum()), norm, order),
    )


def _by_monte_carlo(
    process: Decay,
    observable: str,
    model: Any,
    given: Settings,
    binning: Binning,
    *,
    norm: str = "exp",
    cut: str | None = None,
    polarization: Any = None,
    charge: int = 1,
    events: int = 2**20,
    seed: int = 0,
) -> dict[str, Any]:
    """Spectrum of any observable at rest from weighted events, streamed into the histogram."""
    require(
        in_range("events", events, 1, 1e10, remedy="a million take about a second"),
        in_range("seed", seed, 0),
        one_of("norm", norm, NORMS),
    )
    spin = spin_vector(_spin(process, given, polarization))
    state = process.state(model)
    known = find_observable(observable, state)
    denominator = process.denominator(norm)
    try:
        closed = process.rate(model, cut=cut, polarization=spin, charge=charge, precision=0.5).value
    except InfraredDivergence as error:
        hint = (
            f"; low = {binning[1]:g} is the lower end of {observable}, no threshold" if binning[1] is not None else ""
        )
        raise InfraredDivergence(f"{error}{hint}") from None
    edges = bin_edges(process, observable, *binning, limits=known.limits(state))
    values = errors = np.zeros(len(edges) - 1)
    if closed > 0:
        run = process.run(model, cut=cut, polarization=spin, charge=charge)
        values, errors = histogram(run, observable, edges, int(events), int(seed))
    used = {
        "polarization": list(spin),
        "charge": charge,
        "cut": cut or "",
        "seed": seed,
        "events": events,
    }
    return dict(  # noqa: C408
        process=process.name,
        observable=observable,
        unit=known.unit,
        edges=edges,
        values=values / denominator,
        experiment=None,
        settings={**used, **parameters(model)},
        references=process.references,
        errors=errors / denominator,
        norm="mev" if process.total_width is None else norm,
    )
