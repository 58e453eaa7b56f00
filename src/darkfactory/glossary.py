"""Words of all tables: one unit and one meaning for every name of a column, whatever verb or figure writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Column", "column", "heading", "named"]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        As it stands in CSV; of nested rows ``outer.inner``.
    unit : str
        ``1`` for pure numbers, empty for words.
    doc : str
        What it is.
    """

    name: str
    unit: str
    doc: str


ENDINGS = {
    "_gev": "GeV",
    "_mev": "MeV",
    "_kev": "keV",
    "_ev": "eV",
    "_s": "s",
    "_cm2": "cm2",
    "_gev2": "GeV^-2",
    "_mm": "mm",
}
"""Units at the end of a name."""

_WORDS = {
    "agrees": "whether the numbers agree",
    "allowed": "yes; warm (structure formation), x-rays or pairs (decays) where it is excluded",
    "alternative": "which other number of the same record",
    "angles": "angles that the fit uses",
    "assumes": "what a limit assumes",
    "basis": "published number that the limit is made from",
    "card": "experiment whose reach it is",
    "channel": "process that the record limits",
    "chirality": "of the coupling: V+A, V-A, V, A or mixed",
    "citation_key": "citation key",
    "conditional": "whether a limit holds only under what it assumes",
    "curve": "curve of the figure",
    "described": "whether states with M < cutoff alone give 99% of the limit",
    "edge": "end of a range",
    "eft_valid": "whether at least 95% of the signal at the limit has M < cutoff",
    "flavor": "generation",
    "form": "how a record says its numbers",
    "signal_class": "of displaced pairs: whole (no neutrinos), pointing (to the stop), missing (a sterile neutrino flies too)",
    "source": "source of the background",
    "kind": "observed, expected, projected, ...",
    "label": "name in figures",
    "limited_by": "what limits the reach",
    "message": "why a point of a scan failed",
    "method": "how it was computed; of a limit the statistical method",
    "model": "model",
    "name": "name of the record",
    "norm": "exp: over hbar/tau; lo: over the width at tree level",
    "order": "order in alpha; born is tree level",
    "pair": "pair of leptons",
    "panel": "panel of the figure",
    "phase": "phase of the experiment",
    "process": "process",
    "provenance": "computed, quoted, digitised, recalled or rescaled",
    "quantity": "what is limited",
    "reason": "why there is no number",
    "record": "record of the published limit",
    "reference": "where a published number is from",
    "relic": "limit on a thermal relic",
    "rescaled": "whether the confidence level is not the published one",
    "rule": "how a record on heavy neutral leptons is applied: peak, displaced, displaced-inclusive or count",
    "sample": "sample of events",
    "sense": "upper or lower limit",
    "status": "ok, or why there is no number",
    "systematics": "systematic uncertainties of the fit",
    "to": "quantity that the limit is converted to",
    "unit": "unit of value and error",
    "variable": "observable",
    "variant": "variant of the search",
    "verdict": "excluded, allowed, no limit or inconclusive",
    "where": "where the largest difference is",
}
_NUMBERS = {
    "C": ("1", "size of the coupling, sqrt(|C_V|^2 + |C_A|^2)"),
    "C_A": ("1", "axial coupling"),
    "C_V": ("1", "vector coupling"),
    "C_e": ("1", "diagonal coupling to electrons"),
    "cutoff_h_gev": ("GeV", "limit of invisible Higgs decays on the scale of the operator"),
    "cutoff_h_truncated_gev": ("GeV", "the same with states of M < cutoff alone"),
    "cutoff_k_gev": ("GeV", "limit of K -> mu X on the scale of the operator"),
    "cutoff_k_truncated_gev": ("GeV", "the same with states of M < cutoff alone"),
    "cutoff_truncated_gev": ("GeV", "the same with states of M < cutoff alone"),
    "cutoff_w_gev": ("GeV", "limit of W -> l X on the scale of the operator"),
    "cutoff_w_truncated_gev": ("GeV", "the same with states of M < cutoff alone"),
    "cutoff_z_gev": ("GeV", "limit of invisible Z decays on the scale of the operator"),
    "cutoff_z_truncated_gev": ("GeV", "the same with states of M < cutoff alone"),
    "E_high_mev": ("MeV", "upper end of the bin in energy"),
    "E_low_mev": ("MeV", "lower end of the bin in energy"),
    "F_ee_gev": ("GeV", "scale of the coupling to electrons"),
    "F_gev": ("GeV", "scale F = 2 f_a / sqrt(|C_V|^2 + |C_A|^2)"),
    "F_mue_gev": ("GeV", "scale of the coupling of muon and electron"),
    "F_over_first": ("1", "F over that of the first variant"),
    "F_relative_error": ("1", "relative statistical error of F"),
    "f_val": ("1", "share of the signal at the limit that has M < cutoff"),
    "flux_systematic": ("1", "relative change of the limit on the cutoff with the analytic flux in place of the table"),
    "K": ("1", "width of the lightest dark state over its mixing squared and G_F^2 M^5 / 192 pi^3"),
    "m50_gev": ("GeV", "mass below which half of the dark jets lie"),
    "m95_gev": ("GeV", "mass below which 95% of the dark jets lie"),
    "U2": ("1", "mixing squared, summed over the pseudo-Dirac pair"),
    "U2_minus": ("1", "mixing squared of the lighter state"),
    "U2_plus": ("1", "mixing squared of the heavier state"),
    "U2_psi": ("1", "mixing squared of the lightest dark state"),
    "U2_total": ("1", "mixing squared of all dark states; none where it is not predicted"),
    "U2_type_I": ("1", "mixing squared of the plain seesaw at the same mass"),
    "U2_weakest": ("1", "weakest limit on the mixing squared"),
    "Z_1": ("GeV^(2 dimension - 3)", "residue of the lightest dark state"),
    "amplitude": ("1", "amplitude A of the spectral density"),
    "antiparticle_ratio": ("1", "antiparticles over particles today"),
    "asymmetry": ("1", "decay asymmetry with the spin"),
    "background": ("1", "expected background events under the signal"),
    "best_branching_ratio": ("1", "limit on the branching ratio at the best working point"),
    "best_stopping_rate": ("1/s", "muon rate of the best working point"),
    "best_threshold": ("MeV", "photon threshold of the best working point"),
    "branching_ratio": ("1", "branching ratio over hbar/tau"),
    "branching_ratio_ee": ("1", "branching ratio into e+ e-"),
    "c": ("1", "dimensionless strength of the portal"),
    "c12_high": ("1", "upper end of the bin in cos theta_12"),
    "c12_low": ("1", "lower end of the bin in cos theta_12"),
    "c13_high": ("1", "upper end of the bin in cos theta_13"),
    "c13_low": ("1", "lower end of the bin in cos theta_13"),
    "c_max": ("1", "largest cosine that is kept"),
    "cl": ("1", "confidence level"),
    "compared": ("1", "numbers and words that were compared"),
    "cos_high": ("1", "upper end of the bin in the cosine"),
    "cos_low": ("1", "lower end of the bin in the cosine"),
    "cos_max": ("1", "largest cosine that is kept"),
    "counts": ("1", "expected events in the bin"),
    "cross_section_cm2": ("cm2", "cross section"),
    "cross_section_gev2": ("GeV^-2", "cross section"),
    "ctau_mm": ("mm", "decay length c tau at rest"),
    "cutoff_gev": ("GeV", "scale of the operator"),
    "d_ds": ("1", "dimension of the dark operator"),
    "d_sm": ("1", "dimension of the operator of the standard model"),
    "delta_n_nu": ("1", "neutrinos that Z decays add to three"),
    "density": ("1", "normalised density; over the unit of its variable, if that has one"),
    "dimension": ("1", "dimension of the operator"),
    "distance_mm": ("mm", "largest distance that counts as prompt"),
    "energy_kev": ("keV", "energy of the line"),
    "epsilon": ("1", "kinetic mixing"),
    "epsilon2": ("1", "kinetic mixing squared"),
    "equal_rate": ("1/s", "muon rate at which radiative decays and random coincidences are equally many"),
    "error": ("1", "relative statistical error"),
    "eta": ("1", "what light neutrinos lose: charged currents 1 - eta, neutral ones 1 - 2 eta"),
    "eta_e": ("1", "|eta| of this flavor and e"),
    "eta_mu": ("1", "|eta| of this flavor and mu"),
    "eta_tau": ("1", "|eta| of this flavor and tau"),
    "events": ("1", "expected events in the bin"),
    "events_per_mev": ("1/MeV", "expected events"),
    "events_per_mev2": ("1/MeV^2", "expected events"),
    "f_a_gev": ("GeV", "decay constant"),
    "f_a_over_C_gev": ("GeV", "decay constant over the coupling"),
    "g_ee": ("1", "coupling to electrons"),
    "g_mu": ("1", "coupling to muons; that to a lepton is proportional to its mass"),
    "g_mumu": ("1", "coupling to muons"),
    "insertion": ("GeV^(5 - 2 dimension)", "m^2 of the mixing of a neutrino with the operator"),
    "interval": ("1", "number of the excluded interval at the mass, from below"),
    "far_side": ("1", "far side of the excluded region"),
    "gain": ("1", "limit without angles over that with them"),
    "gap_gev": ("GeV", "mass of the lightest dark state"),
    "global_p": ("1", "p-value of the injected signal for the whole scan"),
    "high": ("1", "upper end of the bin"),
    "high_mev2": ("MeV^2", "upper end of the bin"),
    "largest_relative_difference": ("1", "largest relative difference; none where a word differs"),
    "lifetime_s": ("s", "lifetime"),
    "limit_over_background": ("1", "events of the limit over the background under it"),
    "limit_s": ("s", "lower limit on the lifetime"),
    "local_p": ("1", "local p-value of the injected signal"),
    "local_z": ("1", "local significance of the injected signal in standard deviations"),
    "low": ("1", "lower end of the bin"),
    "low_mev2": ("MeV^2", "lower end of the bin"),
    "m_ee_mev": ("MeV", "invariant mass of the pair"),
    "mass": ("MeV", "mass of the new particle"),
    "mass_N": ("MeV", "mass of the heavy neutrino"),
    "mass_max": ("MeV", "largest mass"),
    "mass_mev": ("MeV", "mass of the new particle"),
    "mass_min": ("MeV", "smallest mass"),
    "mass_minus": ("MeV", "mass of the lighter state of the pseudo-Dirac pair"),
    "mass_plus": ("MeV", "mass of the heavier state of the pseudo-Dirac pair"),
    "max_stopping_rate": ("1/s", "muon rate that fills the bandwidth, benchmark A"),
    "max_tan_alpha": ("1", "largest diagonal coupling over the flavor-violating one"),
    "mean_beta_gamma": ("1", "mean momentum over mass"),
    "mean_p_over_T0": ("1", "mean momentum over the photon temperature today"),
    "mu_N": ("MeV", "Majorana mass of the state that does not couple to H L"),
    "mu_N_kev": ("keV", "Majorana mass of the state that does not couple to H L"),
    "mu_R": ("MeV", "Majorana mass of the state that couples to H L"),
    "most_events": ("1", "signal events at the best coupling, where nothing is excluded"),
    "muons_per_s": ("1/s", "muons stopped per second"),
    "neutrino_mass_ev": ("eV", "mass of the light neutrino"),
    "observed": ("1", "observed limit; none without data"),
    "p_over_T0": ("1", "momentum over the photon temperature today"),
    "p_photon": ("1", "probability that a muon decay gives a photon above the threshold, in the acceptance"),
    "p_positron": ("1", "probability that a muon decay gives a positron in the acceptance"),
    "pileup_coefficient_s2": ("s^2", "third-order coefficient of the rate in the muon rate"),
    "prescale": ("1", "fraction of triggers that is written"),
    "prompt_efficiency": ("1", "probability that the decay counts as prompt"),
    "psi_at_cutoff": ("1", "lightest dark states in a jet as heavy as cutoff_gev"),
    "published_cl": ("1", "confidence level of the publication"),
    "rate_hz": ("Hz", "trigger rate"),
    "rc_coefficient_s": ("s", "random coincidences over the muon rate squared"),
    "rc_rate": ("Hz", "random coincidences"),
    "rc_scale": ("1", "factor on the random coincidences"),
    "relative_error": ("1", "relative statistical error of the limit on the branching ratio"),
    "resolution_mev": ("MeV", "resolution"),
    "resolution_mev2": ("MeV^2", "resolution"),
    "rmd_coefficient": ("1", "radiative decays over the muon rate"),
    "rmd_rate": ("Hz", "radiative muon decays"),
    "rms_p_over_T0": ("1", "root mean square momentum over the photon temperature today"),
    "scale_bias": ("1", "fake branching ratio of the unmodelled energy scale"),
    "share": ("1", "share of the events"),
    "shift_prior": ("1", "width of the prior on the shift of the calibration"),
    "sigma_m_ee": ("MeV", "resolution in the mass of the pair"),
    "sigma_m_miss2": ("MeV^2", "resolution in the missing mass squared"),
    "signal_efficiency": ("1", "recorded signal over all decays"),
    "signal_events": ("1", "signal events at the limit"),
    "signal_over_background": ("1", "signal over background"),
    "sqrt_s_gev": ("GeV", "centre-of-mass energy"),
    "stopping_rate": ("1/s", "muons stopped per second"),
    "thermal_relic_kev": ("keV", "lower limit on the mass of a thermal relic"),
    "threshold": ("MeV", "photon threshold"),
    "threshold_mev": ("MeV", "photon threshold"),
    "total_rate": ("Hz", "trigger rate"),
    "uncertainty_factor": ("1", "factor by which a limit is uncertain"),
    "width_ee_mev": ("MeV", "partial width into e+ e-"),
    "width_mev": ("MeV", "width"),
    "x_f": ("1", "mass over temperature at freeze-out"),
    "x_mev2": ("MeV^2", "missing mass squared"),
    "y": ("1", "epsilon^2 alpha_D (m_chi / m_mediator)^4, or its like"),
    "y_N": ("1", "Yukawa coupling of the heavy neutrino"),
    "z": ("1", "standard deviations at which the median limit is set"),
    "z_local": ("1", "significance at one mass, in standard deviations"),
}
GLOSSARY = {name: Column(name, "", doc) for name, doc in _WORDS.items()} | {
    name: Column(name, unit, doc) for name, (unit, doc) in _NUMBERS.items()
}
"""Every known name."""
WITHIN = {
    "expected": "median expected limit: {}",
    "observed": "observed limit: {}",
    "discovery": "seen by the median experiment: {}",
    "benchmarks.A": "where the bandwidth is full, benchmark A: {}",
    "benchmarks.B": "where the bandwidth is full, benchmark B: {}",
}
"""What the outer names of nested rows say about the inner ones."""


def named(*columns: Column) -> dict[str, Column]:
    """Columns by their name, as a result says that they mean something of their own."""
    return {one.name: one for one in columns}


def column(name: str, own: Mapping[str, Column] | None = None) -> Column:
    """Unit and meaning of a column; an unknown name has the unit at its end and no meaning.

    Parameters
    ----------
    name : str
        Name; of nested rows ``outer.inner``.
    own : mapping, optional
        Columns of one result, which stand before the glossary.

    Examples
    --------
    >>> column("expected.F_gev")
    Column(name='expected.F_gev', unit='GeV', doc='median expected limit: scale F = 2 f_a / sqrt(|C_V|^2 + |C_A|^2)')
    """
    known = (own or {}).get(name) or GLOSSARY.get(name)
    if known is not None:
        return Column(name, known.unit, known.doc)
    outer, dot, inner = name.rpartition(".")
    if dot and outer in WITHIN:
        found = column(inner, own)
        return Column(name, found.unit, WITHIN[outer].format(found.doc)) if found.doc else found
    return Column(name, next((unit for ending, unit in ENDINGS.items() if name.endswith(ending)), "1"), "")


def heading(name: str) -> str:
    """Heading of a column: the name with its unit in brackets.

    Examples
    --------
    >>> heading("F_gev"), heading("epsilon2"), heading("mass")
    ('F [GeV]', 'epsilon2', 'mass [MeV]')
    """
    for ending, unit in ENDINGS.items():
        if name.endswith(ending) and name != ending:
            return f"{name.removesuffix(ending)} [{unit}]"
    unit = GLOSSARY[name].unit if name in GLOSSARY else ""
    return name if unit in ("", "1") else f"{name} [{unit}]"
