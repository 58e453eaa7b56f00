"""Rows 1-28 of section 8 of chapter 03: (label, chapter value as printed, relative tolerance, function)."""

import math

from oracles import binned_counts as counts
from oracles import forward_limits as limits
from oracles import gamma_traces as traces
from oracles import michel_spectrum as michel
from oracles.inputs import CHIRALITY, ENDPOINT_MEV, MUON_MASS_MEV, TAU_TO_E_NU_NU, line_position

FREE = math.inf
SYSTEMATICS = {"norm": FREE, "P": 0.01, "r": 0.05}
NORM_AND_P = {"norm": FREE, "P": 0.01}


def br(chirality, mass, f_gev=1.0e10, **settings):
    """BR of mu -> e a (or another pair) for a named chirality."""
    c_v, c_a = CHIRALITY[chirality]
    return float(traces.branching_ratio(f_gev, alp_mass=mass, c_v=c_v, c_a=c_a, **settings))


def f95(limit, mass=0.0, chirality="V+A"):
    """F_mue [GeV] of a BR limit."""
    c_v, c_a = CHIRALITY[chirality]
    return float(traces.scale_from_branching_ratio(limit, alp_mass=mass, c_v=c_v, c_a=c_a))


def f_tau(limit, daughter, mass=0.0):
    """F_tau,daughter [GeV] of a BR limit, pure V."""
    return float(traces.scale_from_branching_ratio(limit, parent="tau", daughter=daughter, alp_mass=mass))


def mu3e_setup(mass, sigma_mev=0.5):
    """Section 5: 4 pi, 80 bins over x_a +- 10 dx."""
    dx, x_a = sigma_mev / ENDPOINT_MEV, line_position(mass)
    edges = counts.uniform_edges(x_a - 10 * dx, dx, x_a + 10 * dx)
    return counts.Setup(samples=((-1.0, 1.0, 1, 1.0),), edges=edges, dx=dx, n_muons=2.5e15 * 0.45)


def mu3e_limit(mass, sigma_mev=0.5):
    """90% fisher, norm free, pure V."""
    return limits.fisher_limit(mu3e_setup(mass, sigma_mev), {"norm": FREE}, cl=0.9, mass=mass, chirality="V")


TWIST_COSINES = tuple((sign * (0.5 + 0.11 * k), sign * (0.61 + 0.11 * k)) for sign in (-1, 1) for k in range(4))
TWIST_PRIORS = {"norm": FREE, "P": FREE, "eps": 2.2e-5, "r": 0.02}


def twist_setup(mass):
    """Section 5: 8 cos bins (fr = 1), x_a +- .06 in bins of about dx/4."""
    samples = tuple((min(pair), max(pair), 1, 1.0) for pair in TWIST_COSINES)
    x_a, dx = line_position(mass), 1.1e-3
    edges = counts.uniform_edges(x_a - 0.06, dx, x_a + 0.06)
    return counts.Setup(samples=samples, edges=edges, polarization=0.89, dx=dx, n_muons=5.8e8 / 0.44)


def twist_limit(mass, chirality):
    """90% fisher with the tuned eps prior."""
    return limits.fisher_limit(twist_setup(mass), TWIST_PRIORS, cl=0.9, mass=mass, chirality=chirality)


def b0(focus=1.0, mode="cone", *, chirality="V+A", mass=0.0, priors=None, **fields):
    """Fisher 95% limit of the base setup B0 with changes."""
    setup = counts.forward_setup(focus, mode, **fields)
    return limits.fisher_limit(setup, priors, mass=mass, chirality=chirality)


def b0_exp(focus, priors=None, **fields):
    """V+A limit with the exp spectrum and the soft tail."""
    return b0(focus, order="exp", tail=fields.pop("tail", "soft"), priors=priors, **fields)


def _window(**fields):
    return counts.forward_setup(1, edges=(0.95, 1.05), **fields)


def validation_rows():
    """All rows, in order; every function is called lazily by the report."""
    rows = []

    def add(label, text, tol, function):
        rows.append((label, text, tol, function))

    add("1 BR F^2", "7.831988e13", 1e-5, lambda: br("V", 0.0, 1.0))
    add("1 massless e", "7.832538e13", 1e-5, lambda: _massless_electron())
    add("2 F(2.6e-6)", "5.4884e9", 1e-4, lambda: f95(2.6e-6))
    add("3 F tau e 2.7e-3", "4.2700e6", 1e-3, lambda: f_tau(2.7e-3, "e"))
    add("3 F tau mu 4.5e-3", "3.2900e6", 1e-3, lambda: f_tau(4.5e-3, "mu"))
    for c, text in (("V", "4.72992e-7"), ("A", "4.70359e-7"), ("V+A", "4.71675e-7")):
        add(f"4 BR m=50 {c}", text, 1e-5, lambda c=c: br(c, 50.0))
    for c, text in (("V", "9.38666e-10"), ("A", "5.03694e-10")):
        add(f"5 BR m=104 {c}", text, 1e-5, lambda c=c: br(c, 104.0))
    for m, text in ((50, "0.99999610"), (95, "0.99916605"), (104, "0.95344428"), (105, "0.63409684")):
        add(f"6 A(V+A) m={m}", text, 1e-7, lambda m=m: traces.beam_asymmetry("V+A", float(m)))
    for x, tf, tg in ((0.5, "34.67043080", "-23.63900044"), (0.99, "-68.97536481", "65.62824334")):
        add(f"7 f({x})", tf, 1e-7, lambda x=x: float(michel.f_function(x)))
        add(f"7 g({x})", tg, 1e-7, lambda x=x: float(michel.g_function(x)))
    for k, text in enumerate(("0.97185967", "0.64788727")):
        add(f"8 n{k}(.9)", text, 1e-7, lambda k=k: float(michel.spectrum_mp(0.9)[k]))
    for order, text in zip(michel.ORDERS, ("4.97695e-2", "4.53273e-2", "4.55319e-2"), strict=True):
        add(f"9 rho(.99;.99,.999) {order}", text, 1e-5, lambda o=order: michel.density_mp(0.99, 0.999, 0.99, o))
    for order, text in (("born", "1.950866"), ("exp", "1.811369")):
        add(f"10 rho(.99;.99,-1) {order}", text, 1e-5, lambda o=order: michel.density_mp(0.99, -1.0, 0.99, o))
    for order, text in (("born", "3.55741e8"), ("exp", "3.32341e8")):
        add(f"11 B {order}", text, 1e-4, lambda o=order: counts.background(_window(order=o))[0])
    for c, text in (("V+A", "6.67991e10"), ("V", "3.35720e10"), ("V-A", "3.44945e8")):
        add(f"11 S {c}", text, 1e-4, lambda c=c: counts.signal(_window(), chirality=c)[0])
    add("11 S V+A tail", "6.28647e10", 1e-4, lambda: counts.signal(_window(order="exp", tail="soft"))[0])
    add("12 V+A", "1.2342e-7", 1e-2, lambda: b0(1))
    add("12 F95", "2.519e10", 1e-2, lambda: f95(b0(1)))
    add("13 V/A", "2.4558e-7", 1e-2, lambda: b0(1, chirality="V"))
    add("13 V-A", "2.3901e-5", 1e-2, lambda: b0(1, chirality="V-A"))
    for c, text in (("V+A", "1.6849e-8"), ("V", "3.3066e-8"), ("V-A", "8.823e-7")):
        add(f"14 F=100 {c}", text, 1e-2, lambda c=c: b0(100, chirality=c))
    add("14 F95", "6.818e10", 1e-2, lambda: f95(b0(100)))
    for p, dx, text in (
        (0.9, 0.01, "2.4684e-8"),
        (0.99, 0.005, "7.104e-9"),
        (0.99, 0.01, "1.2342e-8"),
        (0.99, 0.02, "2.2410e-8"),
        (1.0, 0.01, "1.0180e-8"),
    ):
        add(f"15 lumi P={p} dx={dx}", text, 1e-2, lambda p=p, d=dx: b0(100, "lumi", polarization=p, dx=d))
    for p, dx, text in (
        (0.9, 0.005, "1.8623e-8"),
        (0.9, 0.02, "4.1303e-8"),
        (0.97, 0.01, "1.9513e-8"),
        (1.0, 0.005, "9.585e-9"),
        (1.0, 0.02, "2.5952e-8"),
    ):
        add(f"16 cone P={p} dx={dx}", text, 1e-2, lambda p=p, d=dx: b0(100, polarization=p, dx=d))
    for focus, text in ((1, "1.2401e-7"), (100, "1.6888e-8")):
        opening = counts.bare_cone() * focus
        add(f"17 closed F={focus}", text, 1e-3, lambda o=opening: limits.closed_form_limit(o, n_muons=1.2096e14))
    for row, focus, texts in (
        (18, 1, ("1.4791e-7", "2.2377e-7", "4.4441e-7", "6.3362e-7")),
        (19, 100, ("1.9788e-8", "2.8227e-8", "4.8913e-8", "6.6457e-8")),
    ):
        for m, text in zip((5.0, 10.0, 20.0, 30.0), texts, strict=True):
            add(f"{row} F={focus} m={m:.0f}", text, 1e-2, lambda f=focus, m=m: b0(f, mass=m, x_lo=0.75))
    add("20 stat", "1.7785e-8", 2e-2, lambda: b0_exp(100))
    for eps, text in ((1e-4, "6.39e-6"), (1e-5, "6.42e-7"), (1e-6, "8.69e-8")):
        add(f"20 eps prior {eps:.0e}", text, 2e-2, lambda e=eps: b0_exp(100, {**SYSTEMATICS, "eps": e}))
    free = {**SYSTEMATICS, "eps": FREE}
    add("21 flip .1 V+A", "2.374e-8", 2e-2, lambda: b0(100, flip=0.1, priors=free))
    add("22 flip .5 V-A", "1.685e-5", 2e-2, lambda: b0(100, flip=0.5, priors=free, chirality="V-A"))
    for kappa, text in ((0.0, "2.013e-7"), (1e-4, "2.441e-7"), (1e-3, "1.395e-6")):
        add(f"23 kappa={kappa}", text, 1e-2, lambda k=kappa: limits.window_limit(counts.forward_setup(1), kappa=k))
    add("24 Belle II", "7.220e6", 1e-3, lambda: f_tau(5.3e-3 * TAU_TO_E_NU_NU, "e"))
    add("24 Belle", "3.508e7", 1e-3, lambda: f_tau(0.4e-4, "e"))
    for m, text in ((25.0, "1.1212e-8"), (60.0, "9.4998e-9"), (90.0, "4.6810e-9")):
        add(f"25 Mu3e m={m:.0f}", text, 1e-3, lambda m=m: mu3e_limit(m))
    for m, c, text in ((0, "V-A", "5.650e-5"), (0, "V", "2.901e-6"), (0, "V+A", "1.452e-6"), (60, "V+A", "3.2456e-6")):
        add(f"26 TWIST m={m} {c}", text, 1e-2, lambda m=m, c=c: twist_limit(float(m), c))
    for n, stat, text_s, text_p in (
        (1e9, "4.2925e-5", "4.588e-5", "6.150e-5"),
        (1e8, "1.3574e-4", "1.6375e-4", "1.9366e-4"),
    ):
        setup = counts.forward_setup(1, n_muons=n)
        add(f"27 N={n:.0e} fisher", stat, 5e-3, lambda s=setup: limits.fisher_limit(s))
        add(f"27 N={n:.0e} profile", text_s, 5e-3, lambda s=setup: limits.profile_limit(s))
        add(f"27 N={n:.0e} norm+dP", text_p, 5e-3, lambda s=setup: limits.profile_limit(s, NORM_AND_P))
    for c, text in (("V+A", "4.003e-7"), ("V", "7.964e-7"), ("V-A", "7.751e-5")):
        setup = counts.forward_setup(1, x_lo=0.9)
        add(f"28 bias {c}", text, 1e-2, lambda s=setup, c=c: limits.scale_bias(s, 1e-5, chirality=c))
    return rows


def _massless_electron():
    """BR F^2 of row 1 with the daughter mass set to zero."""
    gamma = traces.width(c_v=1.0, c_a=0.0, f_a_mev=500.0, parent=MUON_MASS_MEV, daughter=0.0)
    return gamma * traces.LIFETIME_S["mu"] / traces.HBAR_MEV_S
