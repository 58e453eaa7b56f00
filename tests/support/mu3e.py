"""Searches with three tracks of Mu3e as tests use them: cards, slices made once, densities, and how numbers are compared."""

import contextlib
import dataclasses
import functools
import math
import os
import tempfile

import numpy as np

import darkfactory
from darkfactory.backend import jax
from darkfactory.constants import M_E
from darkfactory.experiments import load_card
from darkfactory.models import DarkPhoton, Pseudoscalar, Scalar
from darkfactory.numerics import cache
from darkfactory.processes.muon_decay import slices
from darkfactory.processes.muon_decay.slices import missing_mass_slice, resonance_slice, total
from darkfactory.recorded.track_setup import TrackSetup, line_width, pair_mass
from darkfactory.searches.line.pairs import ResonanceEvents, resonance_events

PRECISION = 0.004
"""The precision of the searches by default, so that tests of either kind share slices."""
_wanted = [PRECISION]
SMEARED = 0.0058
"""Relative error of a resolution from the events that are smeared: 28000 effective ones."""
OF_16_TO_84 = 0.9944579
"""Half of the interval from 16 to 84 per cent of a Gaussian, in its standard deviation: the chapter's sigma over ours."""
COLUMNS = {
    "vector": (DarkPhoton, "epsilon^2"),
    "alp via e": (Pseudoscalar, "g_e^2"),
    "alp via mu": (Pseudoscalar, "g_mu^2"),
    "scalar via mu": (Scalar, "g_mu^2"),
}
"""Models of the tables and their monomials."""
CHIRALITIES = {"V+A": (1, 1), "V-A": (1, -1), "V": (1, 0), "A": (0, 1)}


@functools.cache
def setup(profile="simple", experiment="mu3e-phase1"):
    """Detector and exposure of a card."""
    return TrackSetup.from_card(load_card(experiment, {"detector.profile": profile}))


def pairs(mass, profile="simple"):
    """Slice of a pair mass."""
    return resonance_slice(float(mass), setup(profile).detector, precision=_wanted[-1])


def missing(mass, profile="simple"):
    """Slice of a missing mass."""
    return missing_mass_slice(float(mass), setup(profile).detector, precision=_wanted[-1])


@functools.cache
def signals(mass, profile="simple"):
    """Signal of every event, spin averaged, by column of the tables; ``all`` holds every monomial of spin 0."""
    made, found = pairs(mass, profile), {}
    rates = {kind: made.resonance(kind(mass=float(mass))) for kind in (DarkPhoton, Pseudoscalar, Scalar)}
    for name, (kind, monomial) in COLUMNS.items():
        found[name] = rates[kind][monomial][:, 0]
    return found


@functools.cache
def width_of(mass):
    """Resolution of m_ee [MeV] for a dark photon."""
    return line_width(pairs(mass), signals(mass)["vector"], setup().detector, pair_mass)


def forget():
    """Nothing made so far is remembered; what is on disk stays."""
    cache._MEMORY.clear()
    resonance_events.cache_clear()
    signals.cache_clear()
    width_of.cache_clear()


@contextlib.contextmanager
def small_slices(block=2048):
    """Slices of few events, in a folder of their own: enough for laws that hold in any sample."""
    jax()  # its cache of kernels stays where it is
    before = slices.BLOCK, os.environ.get("XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory() as folder:
        slices.BLOCK, os.environ["XDG_CACHE_HOME"] = block, folder
        _wanted.append(0.1)
        forget()
        try:
            yield
        finally:
            slices.BLOCK = before[0]
            _wanted.pop()
            os.environ.pop("XDG_CACHE_HOME")
            if before[1] is not None:
                os.environ["XDG_CACHE_HOME"] = before[1]
            forget()


def angle_counts(made, signal, background, angles, cut=None):
    """Counts of any signal and background of the events of a slice in a use of angles."""
    events = ResonanceEvents(made, setup(), DarkPhoton(mass=made.mass))
    events.__dict__["background"] = background
    return events.counts(signal, angles, cut)


def energies_of(momenta):
    """Four-momenta of electrons from their three-momenta."""
    return np.concatenate([np.sqrt(M_E**2 + np.sum(momenta**2, axis=1))[:, None], momenta], axis=1)


def assert_agrees(made, density, expected, relative):
    """A sum over a slice within the given relative error and our own, three standard deviations of both together."""
    value, error = total(made, density)
    assert error < 0.013 * abs(value)
    assert abs(value - expected) < 3 * math.hypot(error, relative * expected), (value, expected, error)


def reach(search, masses, experiment="mu3e-phase1", *, model=None, coupling=None, cl=None, method=None, **settings):
    """Reach with settings as keywords, double underscores as dots; without accidentals, which the tables leave out."""
    given = {"search.precision": _wanted[-1]} | ({"search.accidentals.rate": 0} if search == "ee-resonance" else {})
    given |= {key.replace("__", "."): value for key, value in settings.items()}
    return darkfactory.reach(
        search, experiment, mass=masses, model=model, coupling=coupling, cl=cl, method=method, settings=given
    )


def bump(masses, experiment="mu3e-phase1", **options):
    """Reach of the search for e+e- resonances."""
    return reach("ee-resonance", masses, experiment, **options)


def tracks(masses, experiment="mu3e-phase1", chirality="V+A", **options):
    """Reach of the search for a missing mass."""
    return reach("missing-mass-tracks", masses, experiment, model__chirality=chirality, **options)


def polarised(degree, profile="simple"):
    """Set-up with a degree of polarization."""
    return dataclasses.replace(setup(profile), polarization=degree)
