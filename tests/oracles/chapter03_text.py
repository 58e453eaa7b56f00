"""Numbers in the running text of chapter 03 (sections 2-7, 9-11): (label, chapter text, tolerance, function).

Tolerance None means: half a unit of the last digit printed in the chapter (2% more is allowed).
"""

import math

import numpy as np

from oracles import binned_counts as counts
from oracles import boosted_tau, inputs
from oracles import forward_limits as limits
from oracles import gamma_traces as traces
from oracles import michel_spectrum as michel
from oracles.chapter03_rows import FREE, NORM_AND_P, SYSTEMATICS, b0, b0_exp, br, f95, f_tau, mu3e_limit, twist_limit

ALL_FREE_SCALE = {**SYSTEMATICS, "eps": FREE}


def jodidio_setup(dx=0.002, polarization=1.0):
    """Section 5: c in [.975, 1], bins from .97, born; N from 1.8e7 accepted unpolarised positrons (exp)."""
    return counts.Setup(
        samples=((0.975, 1.0, 1, 1.0),),
        edges=counts.uniform_edges(0.97, dx),
        polarization=polarization,
        dx=dx,
        n_muons=1.8e7 / 0.010029,
    )


def jodidio_limit(dx=0.002, polarization=1.0, priors=None):
    """90% isotropic (A = 0) fisher limit."""
    return limits.fisher_limit(jodidio_setup(dx, polarization), priors, cl=0.9, asymmetry=0.0)


def jodidio_fraction(order):
    """Unpolarised fraction with x > .5 and c > .975."""
    return counts.true_counts(0.5, 1.0, ((0.975, 1.0, 1, 1.0),), polarization=0.0, n_muons=1.0, order=order)


def forward_rate(focus, x_lo, order="born"):
    """Positrons per second with true x > x_lo at 1e8 mu/s."""
    samples = counts.forward_setup(focus).samples
    return counts.true_counts(x_lo, 1.0, samples, polarization=0.99, n_muons=1e8, order=order)


def relative_correction(x):
    """O(alpha) n0 over born, minus one."""
    return float(michel.spectrum_mp(x, "oalpha")[0] / michel.spectrum_mp(x)[0]) - 1.0


def cone_density(mass, order):
    """int_cone rho(x_a, c) dc for F = 1, P = .99."""
    n0, n1 = (float(n) / michel.normalisation(order) for n in michel.spectrum_mp(inputs.line_position(mass), order))
    c1 = 1.0 - counts.bare_cone()
    return (1.0 - c1) * n0 - 0.99 * (1.0 - c1 * c1) / 2.0 * n1


def scale_uncertainty(setup, priors):
    """sigma(eps) of the joint fit, in units of dx."""
    matrix = limits.design(setup, priors)
    inverse = np.linalg.inv(np.linalg.qr(matrix / np.linalg.norm(matrix, axis=0), mode="r"))
    k = 1 + list(priors).index("eps")
    return float(np.linalg.norm(inverse[k]) / np.linalg.norm(matrix, axis=0)[k]) / setup.dx


def unpolarised_bias():
    """Section 3.10: full acceptance, P = 0, dx = .002, eps = 1e-5."""
    edges = counts.uniform_edges(0.9, 0.002)
    setup = counts.Setup(samples=((-1.0, 1.0, 1, 1.0),), edges=edges, polarization=0.0, dx=0.002)
    return limits.scale_bias(setup, 1e-5, chirality="V")


def penalty(focus, priors):
    """Relative loss from the rc nuisance (prior 1), exp + tail, V+A, on top of ``priors``."""
    return b0_exp(focus, {**priors, "rc": 1.0}) / b0_exp(focus, priors) - 1.0


def recast(a, polarization=0.99):
    """Jodidio 2.6e-6 / (1 + A P cbar)."""
    return 2.6e-6 / (1.0 + a * polarization * 0.9875)


def profile_over_fisher(n_muons, priors=None, focus=1):
    """Ratio of section 7."""
    setup = counts.forward_setup(focus, n_muons=n_muons)
    return limits.profile_limit(setup, priors) / limits.fisher_limit(setup, priors)


def endpoint_sum(y):
    """(f + g)/(y ln y) near the endpoint."""
    with michel.mp.workdps(40):
        x, y = 1 - michel.mp.mpf(y), michel.mp.mpf(y)
        total = michel.f_function(x, inputs.OMEGA, y) + michel.g_function(x, inputs.OMEGA, y)
        return float(total / (y * michel.mp.log(y)))


def smallest_density(order):
    """Smallest n0 - c n1 over x0 < x < 1 - 1e-12 and c = +-1."""
    y = np.concatenate([np.geomspace(1e-12, 0.5, 2000), np.linspace(0.5, 1.0 - 1.0001 * inputs.X0, 2000)])
    n0, n1 = michel.spectrum(1.0 - y, order, y)
    return float(min(np.min(n0 - n1), np.min(n0 + n1)))


def boosted_norm(daughter):
    """Integral of the boosted tau continuum over E_CM (trapezoids)."""
    energies = np.linspace(inputs.MASS_MEV[daughter], 5290.0, 2001)
    return float(np.trapezoid([boosted_tau.boosted_michel(e, daughter=daughter) for e in energies], energies))


def box_fraction(daughter):
    """Boosted line in one bin over the flat-box prediction."""
    low, high = boosted_tau.box_edges(500.0, daughter)
    return float(boosted_tau.boosted_line((1000.0, 2000.0), mass_mev=500.0, daughter=daughter)[0]) * (high - low) / 1e3


def toys():
    """z times the spread of fitted BR, norm free + dP, x_lo = .85."""
    return limits.z_value(0.95) * limits.toy_spread(counts.forward_setup(1), NORM_AND_P, n_toys=4000)


def sampler_chi2():
    """chi2 per bin of 300000 rejection-sampled events against rho (exp, P = .9) in 10 x 10 cells."""
    x, c = michel.rejection_sampler(300_000, polarization=0.9, order="exp")
    xe, ce = np.linspace(0.05, 1.0, 11), np.linspace(-1.0, 1.0, 11)
    seen, _, _ = np.histogram2d(x, c, bins=(xe, ce))
    total = 0.0
    for i in range(10):
        cells = [(ce[j], ce[j + 1], 1, 1.0) for j in range(10)]
        for j, cell in enumerate(cells):
            mean = counts.true_counts(xe[i], xe[i + 1], (cell,), polarization=0.9, n_muons=3e5, order="exp")
            total += (seen[i, j] - mean) ** 2 / mean
    return total / 100.0


def _kinematics_and_spectrum(add):
    add("2 W", "52.830423", lambda: inputs.ENDPOINT_MEV)
    add("2 x0", "9.67244e-3", lambda: inputs.X0)
    add("3.2 2 int n0", "0.99971941", lambda: michel.normalisation("born"))
    add("3.2 same, closed form", "0.99971941", michel.born_normalisation_closed_form)
    gamma0 = inputs.FERMI_CONSTANT_MEV2**2 * inputs.MUON_MASS_MEV**5 / (192 * math.pi**3)
    add("ch01 Gamma_LO/Gamma_0 traces", "0.9998129492", lambda: traces.michel_total_width() / gamma0)
    k = inputs.FERMI_CONSTANT_MEV2**2 * inputs.MUON_MASS_MEV * inputs.ENDPOINT_MEV**4 / (12 * math.pi**3)
    for charge in (-1, 1):  # mu+: c = -cos_spin; mu-: the spectrum in c = +cos_spin has the same form

        def ratio(charge=charge):
            n0, n1 = michel.spectrum_mp(0.7)
            cos_spin = -0.4 * charge
            rate = traces.michel_rate(0.7, cos_spin, polarization=0.8, charge=charge)
            return rate / float(k * (n0 - 0.8 * 0.4 * n1))

        add(f"3.2 traces/K(n0-Pc n1) charge {charge:+d}", "1", ratio, 1e-12)
    add("3.3 om", "5.33159876", lambda: inputs.OMEGA)
    for x, text in ((0.9, "-0.031"), (0.99, "-0.079"), (0.999, "-0.125"), (0.1, "0.25")):
        add(f"3.3 O(alpha) at {x}", text, lambda x=x: relative_correction(x))
    add("3.3 (f+g)/((1-x) ln(1-x)) 1e-8 / 1e-6", "1", lambda: endpoint_sum(1e-8) / endpoint_sum(1e-6), 0.2)
    for order in michel.ORDERS:
        add(f"3.4 smallest rho > 0, P=c=1, {order}", "1", lambda o=order: smallest_density(o) > 0.0)
    add(
        "9 born rho(1-1e-5; P=c=1) Nrm/4e-5",
        "1",
        lambda: michel.density_mp(1 - 1e-5, 1, 1) * michel.normalisation() / 4e-5,
        1e-4,
    )
    add("3.4 beta", "0.02012304", lambda: inputs.BETA)
    for order, text in zip(michel.ORDERS, ("0.9997194", "0.9955278", "0.9956500"), strict=True):
        add(f"3.4 Nrm {order}", text, lambda o=order: michel.normalisation(o))
    add("3.5 2 int x^2 f", "-3.6196044010893584", michel.rate_moment, 1e-12)
    add("3.5 int x^2 g", "0.98169801", michel.asymmetry_moment)
    for which in "fg":
        ratio = lambda w=which: michel.omega_coefficient(0.37, w) / michel.splitting_convolution(0.37, w)  # noqa: E731
        add(f"3.5 omega coefficient {which}", "1", ratio, 1e-12)
    add("9 <c>", "-0.1100202", lambda: -2.0 / 3.0 * 0.99 * michel.moment(1) / michel.normalisation())
    add("9 rejection sampler chi2/100", "1", sampler_chi2, 0.6)


def _signal_and_acceptance(add):
    soft = counts.Setup(samples=(), edges=(0.95, 1.05), order="exp", tail="soft")
    add("3.6 weight", "0.98615", lambda: float(counts.tail_weight(1.0, 0.5)))
    add("3.6 lost, soft", "0.059", lambda: 1.0 - counts.line_profile(soft, 1.0)[0])
    add("3.6 lost, LL", "0.046", lambda: 1.0 - counts.line_profile(soft.with_(tail="leading-log"), 1.0)[0])
    add("3.6 LL/soft stat", "-0.015", lambda: b0_exp(100, tail="leading-log") / b0_exp(100) - 1.0)
    eps5 = {**SYSTEMATICS, "eps": 1e-5}
    add("3.6 LL/soft eps 1e-5", "-0.015", lambda: b0_exp(100, eps5, tail="leading-log") / b0_exp(100, eps5) - 1.0)
    add("3.6 free scale, tail", "1.4e-4", lambda: b0_exp(100, ALL_FREE_SCALE))
    add("3.6 free scale, no tail", "4.2e-6", lambda: b0(100, order="exp", priors=ALL_FREE_SCALE))
    add("3.8 1-c0", "5.550930e-4", counts.bare_cone)
    add("3.8 c0 F=100", "0.94449", lambda: 1.0 - 100.0 * counts.bare_cone())
    for b, text in ((1.27, "29.5"), (2.0, "74.0"), (2.5, "117"), (2.3, "100")):
        add(f"3.8 F(B={b})", text, lambda b=b: counts.solenoid_focus(b), 0.03 if b == 2.3 else None)
    add("3.8 Jodidio 1-c at B R_c=78", "0.025", lambda: counts.solenoid_one_minus_cos(78.0 / 50.0))
    rhos = ((0, "1.554460"), (0.1, "1.306900"), (0.25, "1.060518"), (0.5, "0.811452"), (1, "0.555535"))
    for rho, text in (*rhos, (2.5, "0.287575"), (10, "0.084779")):
        add(f"3.9 j({rho})", text, lambda r=rho: limits.j_function(r))
    add("3.9 rho j(rho), rho=1e5", "0.903", lambda: 1e5 * limits.j_function(1e5))
    away = {"dx": 0.01, "n_muons": 1.2096e14, "polarization": 0.99, "asymmetry": 1.0}
    opening = counts.bare_cone()
    add(
        "3.9 closed m=25",
        "5.33e-7",
        lambda: limits.closed_form_away_from_edge(opening, cone_density(25, "exp"), **away),
    )
    add("3.9 binned m=25 exp", "5.29e-7", lambda: b0(1, mass=25.0, order="exp", x_lo=0.75))
    add("3.9 binned m=25 exp tail", "5.75e-7", lambda: b0_exp(1, mass=25.0, x_lo=0.75))
    for c, text in (("V+A", "4.0e-7"), ("V", "8.0e-7"), ("V-A", "7.8e-5")):
        setup = counts.forward_setup(1, x_lo=0.9)
        add(f"3.10 bias {c}", text, lambda s=setup, c=c: limits.scale_bias(s, 1e-5, chirality=c))
    add("3.10 bias unpolarised", "2.00e-5", unpolarised_bias)
    flips = (0.0, 0.05, 0.1, 0.2, 0.5)
    for c, texts in (
        ("V+A", ("1.57e-4", "2.59e-8", "2.374e-8", "2.331e-8", "2.783e-8")),
        ("V-A", ("8.2e-3", "2.30e-5", "1.94e-5", "1.74e-5", "1.69e-5")),
    ):
        for f, text in zip(flips, texts, strict=True):
            add(f"3.10 flip={f} {c}", text, lambda f=f, c=c: b0(100, flip=f, chirality=c, priors=ALL_FREE_SCALE))
    for c, text in (("V+A", "3.6e-8"), ("V-A", "1.9e-6")):
        add(f"3.10 eps, norm only {c}", text, lambda c=c: b0(100, chirality=c, priors={"norm": FREE, "eps": FREE}))
    spread = lambda: scale_uncertainty(counts.forward_setup(100), ALL_FREE_SCALE)  # noqa: E731
    add("3.10 sigma_eps/dx, flip=0", "0.4", spread)
    add("3.10 1.645 sigma_eps/dx, flip=0", "0.4", lambda: limits.z_value(0.95) * spread())
    for d in ("e", "mu"):
        add(f"3.11 box, {d}", "1", lambda d=d: box_fraction(d), 1e-4)
        add(f"3.11 boosted continuum norm, {d}", "1", lambda d=d: boosted_norm(d), 1e-4)
    add("3.11 tau e", "4.9229e10", lambda: br("V", 0.0, 1.0, parent="tau", daughter="e"))
    add("3.11 tau mu", "4.8709e10", lambda: br("V", 0.0, 1.0, parent="tau", daughter="mu"))


def _experiments(add):
    for focus, texts in ((1, ("1.86e4", "1.01e3", "1.1e2")), (100, ("1.88e6", "1.14e5", "1.5e4"))):
        for x, text in zip((0.0, 0.9, 0.97), texts, strict=True):
            add(f"5 rate F={focus} x>{x}", text, lambda f=focus, x=x: forward_rate(f, x))
    for focus in (1, 100):
        for x, text in ((0.9, "-0.05"), (0.97, "-0.08")):
            ratio = lambda f=focus, x=x: forward_rate(f, x, "exp") / forward_rate(f, x) - 1.0  # noqa: E731
            add(f"5 exp/born F={focus} x>{x}", text, ratio)
    add("5 F=100 threshold gain", "17", lambda: forward_rate(100, 0.0) / forward_rate(100, 0.9))
    add("5 Jodidio fraction exp", "0.010029", lambda: jodidio_fraction("exp"))
    add("5 Jodidio fraction born", "0.010157", lambda: jodidio_fraction("born"))
    for dx, p, text in ((0.002, 1, "2.4e-6"), (0.002, 0.99, "3.0e-6"), (0.0015, 1, "2.0e-6"), (0.003, 0.99, "3.8e-6")):
        add(f"5 Jodidio stat dx={dx} P={p}", text, lambda d=dx, p=p: jodidio_limit(d, p))
    for p, texts in ((1, ("3.1e-6", "3.1e-6", "3.4e-6", "4.4e-6")), (0.99, ("3.7e-6", "3.9e-6", "4.7e-6", "6.8e-6"))):
        for eps, text in zip((1e-5, 2e-5, 5e-5, 1e-4), texts, strict=True):
            priors = {"norm": FREE, "P": 0.003, "eps": eps}
            add(f"5 Jodidio P={p} eps={eps:.0e}", text, lambda p=p, n=priors: jodidio_limit(0.002, p, n))
            ratio = lambda p=p, n=priors: jodidio_limit(0.002, p, {**n, "r": 0.05}) / jodidio_limit(0.002, p, n) - 1  # noqa: E731
            add(f"5 Jodidio r=.05 adds (.2-.6) P={p} eps={eps:.0e}", "0.40", ratio, 0.55)
    for a, p, text in ((1, 0.99, "1.315e-6"), (-1, 0.99, "1.2e-4"), (-1, 1.0, "2.1e-4")):
        add(f"5 recast A={a} P={p}", text, lambda a=a, p=p: recast(a, p))
    for m, c, text in (
        (0.0, "V-A", "5.65e-5"),
        (0.0, "V", "2.9e-6"),
        (0.0, "V+A", "1.45e-6"),
        (20.0, "V+A", "2.632e-6"),
        (20.0, "V", "3.917e-6"),
        (20.0, "V-A", "4.770e-6"),
        (60.0, "V+A", "3.246e-6"),
        (60.0, "V", "4.116e-6"),
        (60.0, "V-A", "3.694e-6"),
    ):
        add(f"5 TWIST m={m:.0f} {c}", text, lambda m=m, c=c: twist_limit(m, c))
    for m, text, scale in ((25.0, "1.121e-8", "7.89e10"), (60.0, "9.500e-9", "6.17e10"), (90.0, "4.681e-9", "3.59e10")):
        add(f"5 Mu3e m={m:.0f}", text, lambda m=m: mu3e_limit(m))
        add(f"5 Mu3e F m={m:.0f} V", scale, lambda m=m: f95(mu3e_limit(m), m, "V"))
    add("5 Mu3e F m=90 V+A", "3.55e10", lambda: f95(mu3e_limit(90.0), 90.0, "V+A"))
    add("5 Mu3e smallest (.3, m=90)", "4e-9", lambda: mu3e_limit(90.0, 0.3), 0.15)
    add("5 Mu3e largest (1.5, m=25)", "2e-8", lambda: mu3e_limit(25.0, 1.5), 0.15)


def _statistics(add):
    free_all = {"norm": FREE, "P": FREE, "eps": FREE, "r": FREE}
    conditions = (
        (0.0, "V+A", ALL_FREE_SCALE, "3e9"),
        (0.0, "V+A", free_all, "5e13"),
        (0.1, "V+A", ALL_FREE_SCALE, "11"),
    )
    for flip, c, priors, text in (*conditions, (0.1, "V-A", ALL_FREE_SCALE, "3.4e4")):
        setup = counts.forward_setup(100, flip=flip)
        value = lambda s=setup, c=c, p=priors: limits.condition_number(s, p, chirality=c)  # noqa: E731
        add(f"6 condition flip={flip} {c} {len([w for w in priors.values() if w == FREE])} free", text, value)
    for n, text in ((16, "0.002"), (2, "-0.006")):
        add(f"6 bins dx/4 over dx/{n}", text, lambda n=n: b0(1) / b0(1, bins_per_dx=n) - 1.0)
    base = counts.forward_setup(1)
    add("7 fisher", "1.23422e-7", lambda: limits.fisher_limit(base))
    add("7 profile", "1.23446e-7", lambda: limits.profile_limit(base))
    wide = counts.forward_setup(1, x_lo=0.9)
    add("7 fisher norm+dP", "1.8316e-7", lambda: limits.fisher_limit(wide, NORM_AND_P))
    add("7 profile norm+dP", "1.8319e-7", lambda: limits.profile_limit(wide, NORM_AND_P))
    add("7 fisher norm+dP x_lo=.85", "1.707e-7", lambda: limits.fisher_limit(base, NORM_AND_P))
    add("7 toys", "1.73e-7", toys, 0.035)
    for n, stat, both in ((1e11, "1.007", "1.006"), (1e9, "1.069", "1.058"), (1e8, "1.206", "1.177")):
        add(f"7 profile/fisher N={n:.0e}", stat, lambda n=n: profile_over_fisher(n))
        add(f"7 profile/fisher N={n:.0e} norm+dP", both, lambda n=n: profile_over_fisher(n, NORM_AND_P))
    add("7 profile/fisher F=100 N=1e9", "1.005", lambda: profile_over_fisher(1e9, focus=100))
    window = counts.forward_setup(1, n_muons=1e8, edges=(1.0 - 0.014, 1.0 + 0.014))
    add("7 B within 1.4 dx, N=1e8", "43", lambda: counts.background(window)[0])
    bins = window.with_(edges=(0.985, 1.015))
    add("7 B in the bins touching 1.4 dx", "43", lambda: counts.background(bins)[0])
    edges = counts.uniform_edges()
    inside = [i for i in range(len(edges) - 1) if 0.98 <= (edges[i] + edges[i + 1]) / 2 <= 1.02]
    add("7 N with min b(|x-1|<2dx)=1e4", "9e12", lambda: 1e4 * 1.2096e14 / counts.background(base)[inside].min())
    add("7 CL factor", "1.2835", lambda: limits.z_value(0.95) / limits.z_value(0.9))
    for level, text in ((0.9, "1.644854"), (0.95, "1.959964")):
        add(f"7 z CLs {level}", text, lambda v=level: limits.z_value(v, "cls"))
    for value, text in ((2.6e-6, "4.845e9"), (2.5e-6, "4.940e9"), (5.8e-5, "1.026e9")):
        add(f"7 F from {value} (90->95)", text, lambda v=value: f95(v * 1.2835))
    stat, norm = {}, {"norm": FREE}
    for focus, texts in ((100, ("0.11", "0.25", "0.10")), (1, ("0.06", "0.15", "0.42"))):
        for name, priors, text in zip(("stat", "norm", "norm+dP"), (stat, norm, NORM_AND_P), texts, strict=True):
            add(f"11 rc F={focus} {name}", text, lambda f=focus, p=priors: penalty(f, p))


def _summary_table(add):
    for focus, mode, text in ((1, "cone", "2.5e10"), (100, "cone", "6.8e10"), (100, "lumi", "8.0e10")):
        add(f"8 F95 F={focus} {mode}", text, lambda f=focus, m=mode: f95(b0(f, m)))
    for focus, texts in ((1, ("1.79e10", "7.5e9")), (100, ("1.91e10", "6.1e9"))):
        for kappa, text in zip((1e-4, 1e-3), texts, strict=True):
            setup = counts.forward_setup(focus)
            add(f"8 F95 kappa={kappa} F={focus}", text, lambda s=setup, k=kappa: f95(limits.window_limit(s, kappa=k)))
    add("8 Mu3e 7.3e-8 -> 95%", "2.9e10", lambda: f95(7.3e-8 * 1.2835))
    scale = limits.z_value(0.95) / limits.z_value(0.9)
    for value, t90, t95 in (
        (2.6e-6, "5.49e9", "4.84e9"),
        (recast(1), "7.72e9", "6.81e9"),
        (5.8e-5, "1.16e9", "1.03e9"),
    ):
        add(f"T mu e {value:.3g} (90)", t90, lambda v=value: f95(v))
        add(f"T mu e {value:.3g} (95)", t95, lambda v=value: f95(v * scale))
    e_br, mu_br = 5.3e-3 * inputs.TAU_TO_E_NU_NU, 3.4e-3 * inputs.TAU_TO_MU_NU_NU
    # with B(tau -> l nu nu) of PDG 2026; the chapter has 9.44e-4, 5.91e-4 and 7.22e6 with that of 2024
    add("T Belle II BR e", "9.46e-4", lambda: e_br)
    add("T Belle II BR mu", "5.90e-4", lambda: mu_br)
    for daughter, value, text in (
        ("e", e_br, "7.21e6"),
        ("e", 2.7e-3, "4.27e6"),
        ("e", 6.4e-4, "8.8e6"),
        ("e", 0.4e-4, "3.5e7"),
        ("mu", mu_br, "9.08e6"),
        ("mu", 4.5e-3, "3.29e6"),
        ("mu", 3.5e-4, "1.18e7"),
        ("mu", 0.2e-4, "4.93e7"),
        ("e", 8.4e-6, "7.66e7"),
        ("mu", 1.6e-5, "5.52e7"),
    ):
        add(f"T tau {daughter} {value:.3g}", text, lambda d=daughter, v=value: f_tau(v, d))
    add("T tau e F(0)/F(1.6 GeV)", "5.3", lambda: f_tau(1e-4, "e") / f_tau(1e-4, "e", 1600.0))
    add("T tau mu F(0)/F(1.6 GeV), pure V", "5.3", lambda: f_tau(1e-4, "mu") / f_tau(1e-4, "mu", 1600.0))
    add("T Mu3e 1e-8 m=60", "6.0e10", lambda: f95(1e-8, 60.0))
    for m, text in ((33.0, "0.86"), (40.0, "0.81")):
        add(f"10 x_a - 4dx, m={m:.0f}", text, lambda m=m: inputs.line_position(m) - 0.04, 0.01)


def text_rows():
    """All numbers of the text."""
    rows = []

    def add(label, text, function, tol=None):
        rows.append((label, text, tol, function))

    for block in (_kinematics_and_spectrum, _signal_and_acceptance, _experiments, _statistics, _summary_table):
        block(add)
    return rows
