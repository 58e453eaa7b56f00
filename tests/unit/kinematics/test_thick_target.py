"""Maps of energies behind a thick target: single numbers and quadrature are the same integrals."""

import numpy as np
import pytest

from darkfactory.kinematics.thick_target import boson_energies, boson_energy_at, electron_loss_at, electron_losses

U = (np.arange(50_000) + 0.5) / 50_000


@pytest.mark.parametrize(
    ("low", "beam", "peak"), [(2.0, 20.0, 1e-3), (0.02, 20.0, 6e-4), (4.5, 9.0, 0.06), (19.998, 20.0, 0.06)]
)
def test_one_by_one_they_are_the_quadrature(low, beam, peak):
    energy, weight = boson_energies(low, beam, peak, 30)
    one, of_one = boson_energy_at(U, low, beam, peak)
    assert np.all((one > low) & (one < beam))

    def falling(E):
        return 1 / (beam - E + 1e-5 * peak * beam) / E**2

    assert np.mean(falling(one) * of_one) == pytest.approx(falling(energy) @ weight, rel=1e-6)
    top = np.log(beam / (0.7 * low + 0.3 * beam))
    nodes, ones = electron_losses([top], peak, 24), electron_loss_at(U, np.full(U.shape, top), peak)

    def peaked(log_loss, log_share):
        return np.exp(log_loss) / (log_share + peak)

    assert np.mean(peaked(*ones[:2]) * ones[2]) == pytest.approx(np.sum(peaked(*nodes[:2]) * nodes[2]), rel=1e-6)
