"""Vertices of events against the probability of the volume, which is an integral over stops and directions."""

import numpy as np
import pytest

from darkfactory.experiments import load_card
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.recorded.displaced import FiducialVertices, Flyer


@pytest.mark.parametrize("ctau", [0.2, 2.0, 200.0])
def test_the_mean_share_is_the_probability_of_the_volume(ctau):
    """At a decay length far below the distance that is asked for, 1% of it changes the share by several percent."""
    volume, mass, p, n = DecayVolume.from_card(load_card("mu3e-phase1"), wall_distance=2.0), 20.0, 30.0, 40_000
    cosine, phi = np.random.default_rng(5).random((2, n)) * [[2], [2 * np.pi]] - [[1], [0]]
    sine = np.sqrt(1 - cosine**2)
    momenta = {
        "X": np.stack([np.full(n, np.hypot(p, mass)), p * sine * np.cos(phi), p * sine * np.sin(phi), p * cosine], 1)
    }
    drawn = FiducialVertices(volume, (Flyer(mass, ctau, ("X",)),), "of this test", 1).draw(np.arange(n), momenta)
    error = drawn.share.std() / np.sqrt(n)
    expected = float(volume.probability(ctau * p / mass))
    assert drawn.share.mean() == pytest.approx(expected, abs=3 * error)
    assert error < 0.01 * expected
    assert volume.contains(drawn.start + drawn.flight[:, 1:])[drawn.share > 0].all()
    np.testing.assert_allclose(drawn.lengths[0] * p / mass, np.linalg.norm(drawn.flight[:, 1:], axis=1), rtol=1e-9)
