"""Every wrong input is an error that names the quantity, the value, the range and, where there is one, the remedy."""

import numpy as np
import pytest

from darkfactory.cosmology import (
    annihilation,
    asymmetric,
    contact,
    decay_lines,
    freeze_in,
    freeze_out,
    hadrons,
    scattering,
    supernova,
    thermalization,
)
from darkfactory.cosmology.thermodynamics import bath, degrees_of_freedom
from darkfactory.errors import DarkfactoryWarning, InvalidInput, UnknownName
from darkfactory.models.benchmarks import anarchy, axiflavon, majoron, minimal_violation, qcd_axion
from darkfactory.models.flavor import FlavorAlp, axion_mass, from_charges, photon_induced_coupling
from darkfactory.models.portal import Portal
from darkfactory.models.seesaw import InverseSeesaw, InverseSeesawThree, type_one_mixing
from darkfactory.targets import target
from darkfactory.verbs.model import model

ONE = np.eye(3)
NAN = float("nan")
BAD = [
    (lambda: degrees_of_freedom(-1.0), r"T = -1: allowed \(0, inf\) MeV"),
    (lambda: degrees_of_freedom([1.0, NAN]), "T = nan"),
    (lambda: degrees_of_freedom(1.0, "guess"), "table = 'guess': allowed fit, lattice"),
    (lambda: freeze_in.freeze_in("mu-e", "exact"), "mode = 'exact': allowed quantum, mb, paper"),
    (lambda: freeze_in.relic_density("mu-e", 0.0, 5e9), r"mass = 0: allowed \(0, 5.25737\] MeV"),
    (lambda: freeze_in.relic_density("mu-e", -0.05, 5e9), "mass = -0.05"),
    (lambda: freeze_in.relic_density("mu-e", 30.0, 5e9), "taken to be light against the lepton"),
    (lambda: freeze_in.relic_density("mu-e", 0.05, 0.0), "f_a_over_C_gev = 0"),
    (lambda: freeze_in.relic_density("mu-e", NAN, 5e9), "mass = nan"),
    (lambda: freeze_in.relic_density("mu-e", 0.05, 5e9, tan_alpha=-1.0), "tan_alpha = -1"),
    (lambda: freeze_in.relic_density("mu-e", 0.05, 5e9, tan_alpha=1.0, diagonal="pi"), "diagonal = 'pi'"),
    (lambda: freeze_in.target_scale("mu-e", 0.05, omega=0.0), "omega_h2 = 0"),
    (lambda: freeze_in.minimum_mass("mu-e", -5.3), "thermal_relic_kev = -5.3"),
    (lambda: freeze_in.reaction_density("mu-e", 0.0), "T = 0"),
    (lambda: freeze_in.reaction_density("mu-e", 1.0, mode="paper"), "mode = 'paper': allowed quantum, mb"),
    (lambda: freeze_in.momentum_distribution("mu-e", edges=[0, 2, 1]), "steps of edges = -1"),
    (lambda: scattering.annihilation_cross_section(3.9, 1.0, 1.0), r"s = 3.9: allowed \(4"),
    (lambda: scattering.compton_cross_section(0.9, 1.0, 1.0), r"s = 0.9: allowed \(1"),
    (lambda: scattering.diagonal_omega("pion"), "lepton = 'pion': allowed e, mu, tau"),
    (lambda: decay_lines.loop_function(0.0), "tau = 0"),
    (lambda: decay_lines.photon_lifetime(-0.01, 4e9, {"e": 1.0}), "mass = -0.01"),
    (lambda: decay_lines.photon_lifetime(0.01, 0.0, {"e": 1.0}), "f_a_gev = 0"),
    (lambda: decay_lines.photon_lifetime(0.01, 4e9, {"x": 1.0}), "lepton of a coupling = 'x'"),
    (lambda: decay_lines.photon_lifetime(0.01, 4e9, {"e": NAN}), "C_e = nan"),
    (lambda: decay_lines.maximal_diagonal("mu-e", 0.05, 0.0), "lifetime_s = 0"),
    (lambda: decay_lines.neutrino_width(0.05, 1e9, neutrino_mass_ev=-1.0), "neutrino_mass_ev = -1"),
    (lambda: hadrons.r_ratio(-1.0), "sqrt_s = -1"),
    (lambda: freeze_out.thermal_target("wimp", 10.0), "dm = 'wimp': allowed scalar, majorana, pseudo-dirac"),
    (lambda: freeze_out.thermal_target("scalar", 0.5), r"mass = 0.5: allowed \[1, 10000\] MeV"),
    (lambda: freeze_out.thermal_target("scalar", 2e4), "above 10 GeV the R ratio"),
    (lambda: freeze_out.thermal_target("scalar", 10.0, r=1.0), r"r = 1: allowed \(1, 1000\]; .*secluded"),
    (lambda: freeze_out.thermal_target("scalar", 10.0, alpha_D=0.0), "alpha_D = 0"),
    (lambda: freeze_out.thermal_target("scalar", [10.0, NAN]), "mass = nan"),
    (lambda: freeze_out.thermal_target("scalar", 10.0, r=400.0, alpha_D=1e-4), "no coupling gives Omega h"),
    (lambda: freeze_out.spin_zero_target("vector", 10.0), "kind = 'vector': allowed scalar, pseudoscalar"),
    (lambda: freeze_out.spin_zero_target("scalar", 10.0, g_chi=-1, leptophilic=True), "g_chi = -1"),
    (lambda: freeze_out.constant_cross_section(-10.0), "mass = -10"),
    (lambda: asymmetric.asymmetric_ratio(10.0, 0.9), r"epsilon_over_symmetric = 0.9: allowed \[1"),
    (lambda: asymmetric.cosmic_microwave_background_limit(10.0, 0.0), r"f_eff = 0: allowed \(0, 1\]"),
    (lambda: contact.contact_coupling("dirac", 10.0), "dm = 'dirac'"),
    (lambda: thermalization.delta_n_eff("mu-e", 0.0), "F_gev = 0"),
    (lambda: thermalization.scale_of_delta_n_eff("mu-e", 0.6), "limit = 0.6"),
    (lambda: supernova.scale_from_cooling(T=-30.0), "T = -30"),
    (lambda: FlavorAlp(ONE, ONE, f_a_gev=0.0), "model.f_a_gev = 0"),
    (lambda: FlavorAlp(np.triu(np.ones((3, 3))), ONE), "deviation of C_V from a Hermitian matrix = 1"),
    (lambda: FlavorAlp(ONE, NAN * ONE), "C_A: must be a finite 3 x 3 matrix"),
    (lambda: from_charges((1, 0), (0, 0, 0), ONE, ONE), "three charges each"),
    (lambda: from_charges((1, 0, NAN), (0, 0, 0), ONE, ONE), "X_L = nan"),
    (lambda: from_charges((1, 0, 0), (0, 0, 0), 1.001 * ONE, ONE), "deviation of V_L from unitarity = 0.002"),
    (lambda: from_charges((1, 0, 0), (0, 0, 0), ONE, ONE, N=0.0), "N = 0: allowed"),
    (lambda: anarchy(chirality="left"), "model.chirality = 'left': allowed V.A"),
    (lambda: minimal_violation().alp("mu", "e"), "mfv: C_mue = 0, no flavor violation"),
    (lambda: qcd_axion(charged="both"), "model.charged = 'both': allowed right, left"),
    (lambda: axiflavon(eps=1.0), r"model.eps = 1: allowed \(0, 1\)"),
    (lambda: majoron(-1.0), "model.f_gev = -1"),
    (lambda: axion_mass(0.0), "f_a_gev = 0"),
    (lambda: photon_induced_coupling("pi", 1e9), "lepton = 'pi'"),
    (lambda: InverseSeesaw(-50.0, 0.1), "model.mass_N = -50"),
    (lambda: InverseSeesaw(50.0, 0.0), "model.theta = 0"),
    (lambda: InverseSeesaw.from_mixing(mass_N=50.0, U2=1.0), r"model.U2 = 1: allowed \(0, 1\)"),
    (lambda: type_one_mixing(0.0), "mass_N = 0"),
    (lambda: InverseSeesawThree(M=(40, 60), mu_N=(1, 1, 1)), "M: must be 3 numbers or a finite 3 x 3 matrix"),
    (lambda: InverseSeesawThree(M=np.ones((3, 3)), mu_N=(1, 1, 1)), "M: singular"),
    (lambda: InverseSeesawThree(M=(4, 6, 8), mu_N=(1, 0, 1)), "mu_N = 0"),
    (lambda: InverseSeesawThree(M=(4, 6, 8), mu_N=(1, 1, 1), U=2 * ONE), "deviation of U from unitarity"),
    (lambda: InverseSeesawThree(M=(4, 6, 8), mu_N=(1, 1, 1), R=2 * ONE), "deviation of R from orthogonality"),
    (lambda: Portal(d_ds=0.5), "model.d_ds = 0.5"),
    (lambda: Portal(cutoff_gev=1e3).cross_section_gev2(2e3), "power counting holds below the scale Lambda"),
    (lambda: Portal.named("gravity"), "portal = 'gravity': allowed scalar, vector"),
    (lambda: target("freeze-in", 0.05, mode="exact"), "mode = 'exact'"),
    (lambda: target("freeze-in", "a:b"), "START:STOP:N"),
    (lambda: target("freeze-in", 0.05, tan_alpha="much"), "tan_alpha = 'much': not a number"),
    (lambda: target("warmness", 0.05), "target warmness takes no mass"),
    (
        lambda: target("freeze-out", 20.0, mediator="scalar", dm="scalar"),
        "dm of a scalar mediator = 'scalar': allowed pseudo-dirac\nleptophilic = false: hadronic channels .*leptophilic=true",
    ),
    (lambda: target("freeze-out", 20.0, mediator="scalar"), "^leptophilic = false: hadronic channels"),
    (
        lambda: target("freeze-out", 20.0, dm="dirac"),
        "dm = 'dirac': allowed scalar, majorana, pseudo-dirac, asymmetric; did you mean pseudo-dirac",
    ),
    (
        lambda: target("freeze-out", 20.0, dm="scalar", g_chi=0.0, f_eff=-2.0),
        r"g_chi = 0: allowed \[1e-06, .*\nf_eff = -2: allowed \(0, 1\]",
    ),
    (
        lambda: target("freeze-out", 20.0, mediator="scalar", leptophilic=True, alpha_D=0.1),
        "alpha_D = 0.1: has no effect here; the dark coupling of a spin-0 mediator is g_chi",
    ),
    (lambda: target("freeze-out", 20.0, dm="asymmetric", f_eff=-2.0), r"f_eff = -2: allowed \(0, 1\]"),
    (
        lambda: target("freeze-out", 20.0, r=1e10, alpha_D=1e-199, omega_h2=1e-300),
        r"r = 1e\+10: allowed \(1, 1000\].*\nalpha_D = 1e-199: allowed \[1e-12, 12.5664\]",
    ),
    (lambda: target("freeze-out", 20.0, r=1e3, alpha_D=1e-12), "r = 1000: no coupling gives Omega h"),
    (lambda: target("freeze-out", 20.0, mediator="scalar", leptophilic=True, g_chi=1e9), "g_chi = 1000000000: allowed"),
    (lambda: target("freeze-in", 0.05, warm_kev=1e308), r"warm_kev = 1e\+308: allowed \[0.01, 10000\] keV"),
    (lambda: target("freeze-in", 0.05, lifetime_s=1e300), r"lifetime_s = 1e\+300: allowed"),
    (lambda: target("freeze-in", 1e-300), r"mass = 1e-300: allowed"),
    (lambda: target("x-ray-lines", 0.05, E=1e200, tan_alpha=1e200), r"E = 1e\+200: .*\ntan_alpha = 1e\+200: "),
    (lambda: target("warmness", warm_kev=1e308), r"warm_kev = 1e\+308: allowed"),
    (lambda: target("inverse-seesaw", 1e-320), r"mass = .*e-321: allowed"),
    (lambda: target("inverse-seesaw", 50.0, U2=1e-300), r"U2 = 1e-300: allowed"),
    (lambda: target("freeze-out", 20.0, dm="pseudo-dirac", mediator="scalar"), "leptophilic=true"),
    (lambda: target("freeze-out", 20.0, leptophilic="maybe"), "leptophilic = 'maybe': allowed true, false"),
    (lambda: model("inverse-seesaw", {"U2": 1e-6, "y_N": 1e-7}), "model.U2 and model.y_N are both given"),
    (lambda: model("inverse-seesaw", {"mass_N": "40,60"}), "one, three"),
    (lambda: model("charges", {"V_L": "1,2"}), "theta12,theta13,theta23,delta"),
    (lambda: model("portal", {"portal": "axion", "d_ds": 2}), "model.portal and model.d_ds are both given"),
    (lambda: model("anarchy", {"f_a_gev": "big"}), "model.f_a_gev = 'big': not a number"),
]


@pytest.mark.parametrize(("call", "text"), BAD)
def test_error_names_quantity_value_and_range(call, text):
    with pytest.raises(InvalidInput, match=text):
        call()


UNKNOWN = [
    (lambda: freeze_in.freeze_in("mu-tau"), "channel 'mu-tau' does not exist; channels: mu -> e a"),
    (lambda: target("freezein", 0.05), "target 'freezein' does not exist; .*did you mean freeze-in"),
    (lambda: target("freeze-out", 20.0, alpha=0.5), "alpha: unknown key of target freeze-out; .*did you mean alpha_D"),
    (lambda: model("anarky"), "model 'anarky' does not exist; .*did you mean anarchy"),
    (lambda: model("anarchy", {"mas": 1}), "model.mas: unknown key of anarchy; .*did you mean model.mass"),
]


@pytest.mark.parametrize(("call", "text"), UNKNOWN)
def test_unknown_names_list_the_near_ones(call, text):
    with pytest.raises(UnknownName, match=text):
        call()


def test_hadronic_channels_of_spin_zero_mediators_are_not_implemented():
    with pytest.raises(NotImplementedError, match="leptophilic=true"):
        freeze_out.spin_zero_target("scalar", 200.0)


def test_warnings():
    with pytest.warns(DarkfactoryWarning, match="within 5% of the resonance r = 2"):
        freeze_out.thermal_target("scalar", 10.0, r=2.05)
    with pytest.warns(DarkfactoryWarning, match=r"T = 0.001 MeV: g\(T\) is known in \[0.01, 1e\+19\] MeV"):
        found = degrees_of_freedom(1e-3)
    assert (float(found.g_rho), float(found.g_s)) == (float(bath(1e-2).g_rho), float(bath(1e-2).g_s))
    with pytest.warns(DarkfactoryWarning, match="epsilon = .*not perturbative"):
        freeze_out.thermal_target("scalar", 9000.0, r=30.0, alpha_D=0.5)


def test_closed_channels_have_no_width_and_nothing_is_nan():
    assert decay_lines.lepton_width(0.5, 1e9, 1.0, "e") == 0
    assert decay_lines.lepton_width([1.0, 3.0], 1e9, 1.0, "e")[1] > 0
    assert decay_lines.photon_lifetime(0.1, 1e9, {}) == np.inf
    portal = annihilation.dark_photon("pseudo-dirac", 0.5)
    assert annihilation.ThermalAverage(portal, np.array([1.0]), 1.5, np.array([20.0])).dark[0] == 0
    below = freeze_out.thermal_target("scalar", [5.0, 50.0], r=1.89)
    assert np.all(np.isfinite(below.y))
    nothing = target("freeze-out", 20.0, dm="scalar", r=1.5)
    assert [nothing.points[0][key] for key in ("y", "epsilon", "status")] == [None, None, "no target"]
