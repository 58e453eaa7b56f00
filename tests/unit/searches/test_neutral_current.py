"""The search for neutral currents: what data allow, scales, decays, states, and what is refused."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

import darkfactory as df
from darkfactory.amplitudes.deep_inelastic import parton_points
from darkfactory.errors import CardError, InvalidInput
from darkfactory.experiments import load_card
from darkfactory.models.composite import CompositeNeutrino
from darkfactory.models.mixing_density import MixingDensity
from darkfactory.numerics.crossings import last_crossing
from darkfactory.recorded.dark_jets import _energy_table, dark_jets, in_cells
from darkfactory.recorded.neutrino_currents import currents
from darkfactory.searches.neutral_current.allowed import EXPECTED, Counted, Ratios
from darkfactory.searches.neutral_current.scales import Scales, scan_to


def reach(card: str, mass: Any = 1000.0, observed: Any = None, **settings: Any) -> Any:
    given = {key.replace("__", "."): value for key, value in settings.items()}
    return df.reach("neutral-current", card, mass=mass, settings=given, data=observed)


def row(card: str, mass: float = 1000.0, observed: Any = None, **settings: Any) -> dict[str, Any]:
    return reach(card, mass, observed, **settings).to_dict()["points"][0]


STEPS = np.array([1, 1.1, 2, 4, 6, 8, 10, 12, 14, 15.02])
"""Masses [GeV] between which jets of a gap of 1 GeV and neutrinos of 120 GeV have the same number of states."""


# what is allowed


@pytest.mark.parametrize("cl", [0.90, 0.95])
def test_ratios_are_cls_limits(cl):
    """Phi((hat - mu)/sigma) = (1 - cl) Phi(hat/sigma), of both ratios together; without a deviation mu = z sigma."""
    signal, deviation, error = np.array([0.16, 0.13]), np.array([-0.0034, -0.0016]), np.array([0.0013, 0.0027])
    allowed = 1 / Ratios(deviation, error, cl).excess(signal)
    information = np.sum(signal**2 / error**2)
    best, sigma = np.sum(signal * deviation / error**2) / information, information**-0.5
    for level, pull in enumerate((-2, -1, 0, 1, 2, best / sigma)):
        assert norm.cdf(pull - allowed[level] / sigma) == pytest.approx((1 - cl) * norm.cdf(pull), rel=1e-9)
    flat = 1 / Ratios([0.0, 0.0], error, 0.95).excess(signal)
    assert flat[EXPECTED] == pytest.approx(1.959964 * sigma, rel=1e-6)
    assert flat[-1] == pytest.approx(flat[EXPECTED], rel=1e-12)


def test_data_far_below_the_prediction_allow_little():
    """So far below that the probabilities are 0 as floats: the limit of CLs is -ln(1 - cl) sigma^2 over the distance."""
    signal, error = np.array([0.16]), np.array([0.0013])
    pulls = np.array([-20.0, -70.0, -9999.0, -10001.0, -1e9, -1e30])
    allowed = [float(Ratios([pull * 0.0013], error, 0.95).excess(signal)[-1]) ** -1 * 0.16 / 0.0013 for pull in pulls]
    for one, expected, close in zip(allowed, math.log(20) / -pulls, (7e-3, 1e-3, 1e-6, 1e-6, 1e-6, 1e-6), strict=True):
        assert one == pytest.approx(expected, rel=close)
    found = reach("nutev", search__measured="0.3,0.3")
    point = found.to_dict()["points"][0]
    plain = row("nutev")
    assert point["expected"] == pytest.approx(plain["expected"], rel=1e-12)
    assert plain["observed"]["cutoff_gev"] < point["observed"]["cutoff_gev"]
    notes = " ".join(found.notes)
    assert "search.measured is 73.1 errors away from search.predicted" in notes
    assert "recalled, not checked against a publication: search.predicted, search.error" in notes
    assert "errors away" not in " ".join(reach("nutev").notes)


def test_a_level_without_a_limit_takes_no_other_along(ship):
    class Nothing(Counted):
        def excess(self, signal):
            return super().excess(signal) * np.reshape([1.0, 1.0, 1.0, 1.0, 1.0, 0.0], (-1, *[1] * (signal.ndim - 1)))

    model = CompositeNeutrino(dimension=4.0, gap_gev=1.0)
    jets = dark_jets(ship, model.mixing)
    some, light = Counted(np.full(6, 1e-3), 5), np.zeros(len(ship))
    for truncated in (False, True):
        all_of_them, found = (
            Scales(model, jets, allowed, light).limits(truncated) for allowed in (some, Nothing(some.events, 5))
        )
        np.testing.assert_array_equal(found[:5], all_of_them[:5])
        assert found[5] == 0 < all_of_them[5]


def test_signals_that_are_negative_exclude_nothing():
    signal = np.array([[-1.0, 1.0], [-1.0, -2.0]])
    assert np.all(Counted(np.ones(5)).excess(signal) == 0)
    found = Ratios([0.0, 0.0], [0.1, 0.1], 0.95).excess(signal)
    assert np.all(found[:, 0] == 0)
    assert np.all(found[:, 1] > 0)


def test_the_largest_root_is_found():
    scan = scan_to(1e3)
    hill = lambda scale: 3 * np.exp(-(np.log(scale / 20) ** 2))  # noqa: E731
    assert last_crossing(hill, scan) == pytest.approx(20 * math.exp(math.log(3) ** 0.5), rel=1e-12)
    assert last_crossing(lambda scale: 0.3 * hill(scale), scan) == 0.0
    assert last_crossing(lambda scale: 1 + scale, scan) == math.inf


def test_counted_events():
    """z sqrt(b + (f b)^2) events over those of an insertion, and exact Poisson limits of few."""
    number = 0.32 * (2.7e6 + 6.0e5)
    allowed = 1.959964 * math.hypot(math.sqrt(number), 0.005 * number)
    found = row("ship")
    assert found["background"] == pytest.approx(number, rel=1e-12)
    assert found["expected"]["branching_ratio"] * number / 0.32 == pytest.approx(allowed, rel=1e-6)
    assert row("ship", search__signal="tagged")["signal_events"] == pytest.approx(2.995732, rel=1e-6)
    same = row("ship", observed=round(number))
    assert same["observed"]["cutoff_gev"] == pytest.approx(found["expected"]["cutoff_gev"], rel=2e-3)
    more = row("ship", observed=round(number + allowed))
    assert more["observed"]["cutoff_gev"] < found["expected"]["cutoff_gev"]
    seen = row("ship", observed=3, search__signal="tagged")
    assert seen["observed"]["cutoff_gev"] < seen["expected"]["cutoff_gev"]


# jets


@pytest.fixture(scope="module")
def ship():
    card = load_card("ship")
    return [(current, card.beam.interactions(current.flux.species, 8.0)) for current in currents(card, "mu")]


@pytest.mark.parametrize(
    "mixing", [MixingDensity(2, 0.5), MixingDensity(1.6, 2), MixingDensity(4.5, 0), MixingDensity(6, 3)]
)
def test_cells_add_up_to_the_integral(ship, mixing):
    jets = dark_jets(ship, mixing)
    for part, (current, number) in zip(jets.parts, ship, strict=True):
        assert part.sum() == pytest.approx(number * current.ratio(mixing), rel=3e-4)
    assert jets.below(1e9) == pytest.approx(jets.total, rel=1e-12)
    assert jets.below(jets.quantile(0.7)) == pytest.approx(0.7 * jets.total, rel=2e-3)
    assert jets.below(mixing.gap_gev) == 0
    half = dark_jets(ship, mixing, 8.0)
    assert half.total == pytest.approx(jets.below(8.0), rel=1e-3)


def test_a_state_is_a_cell(ship):
    tower = MixingDensity(2.5, 1.0, 1.0, "tower", ((1.0, 0.3), (5.0, 2.0)))
    jets = dark_jets(ship, tower)
    lone = sum(
        number / current.charged * (0.3 * current.heavy(1.0) + 0.08 * current.heavy(25.0)) for current, number in ship
    )
    assert jets.total == pytest.approx(lone, rel=1e-9)
    assert dark_jets(ship, MixingDensity(1.5, 2.0)).total == pytest.approx(
        sum(number / current.charged * current.heavy(4.0) / 4 for current, number in ship), rel=1e-9
    )


def test_cells_of_another_kernel():
    mixing = MixingDensity(3.5, 1.0)
    cells = in_cells(mixing, [lambda M2: M2], 1e4)
    assert cells.total == pytest.approx(mixing.moments(1e4)[1], rel=1e-12)
    assert in_cells(mixing, [lambda M2: M2], 0.5).total == 0


def test_energies_of_jets(ship):
    """Shares add up to 1; a jet takes at least its mass; a light one carries what hadrons leave, a heavy one more of it."""
    jets = dark_jets(ship, MixingDensity(4.5, 1.0))
    for energies, shares in jets._energies:
        some = jets.rates > 1e-6 * jets.total
        np.testing.assert_allclose(shares[:, some].sum(axis=0), 1, rtol=1e-12)
        mean = energies @ shares
        assert np.all(mean[some] > 0.95 * jets.masses_gev[some])
    (mean,) = [(energies @ shares) @ jets.parts[0] / jets.parts[0].sum() for energies, shares in jets._energies[:1]]
    assert mean == pytest.approx(57, rel=0.02)  # section 8 of the chapter


def test_energies_add_up_to_the_rate_against_mass(ship):
    for current, _ in ship:
        _, table = _energy_table(current)
        masses2 = current.heavy.highest_gev2 * np.linspace(0, 1, table["none"].shape[1]) ** 4
        light = masses2 < 10  # a step of points in x and y is rough where little is left
        summed = (table["none"] - masses2 * table["first"]).sum(axis=0)[light]
        np.testing.assert_allclose(summed, current.heavy(masses2[light]), rtol=6e-3)
        assert summed[0] == pytest.approx(current.heavy(0.0), rel=1e-4, abs=0)


def test_decays_along_a_path(ship):
    """All decay at once or far away: 1, and in proportion to the path."""
    jets = dark_jets(ship, MixingDensity(3.0, 1.0))
    soon, late, later = jets.decaying([1e9, 1e-9, 2e-9]).sum(axis=1)
    assert soon == pytest.approx(jets.total, rel=1e-6)
    assert later == pytest.approx(2 * late, rel=1e-6)
    assert dark_jets(ship, MixingDensity(3.0, 0.0)).decaying(1.0).sum() == 0


def test_numbers_of_vertices(ship):
    """They are shared out over all jets; none at all is what is not seen; their mean grows with the path."""
    jets = dark_jets(ship, MixingDensity(4.5, 1.0))
    for lifetime in (1e-3, 0.3, 20.0):
        shares = jets.vertices(lifetime, 20)
        assert shares.sum() == pytest.approx(1, rel=1e-12)
        assert 1 - shares[0] == pytest.approx(jets.decaying(lifetime).sum() / jets.total, rel=1e-9)
        assert jets.mean_vertices(lifetime) == pytest.approx(np.arange(21) @ shares, rel=1e-9)
        assert jets.vertices(lifetime, 2)[2] == pytest.approx(shares[2:].sum(), rel=1e-9)
    # few decays: one of them is their mean, and two go with the square of the path, however far away they are
    for lifetime in (1e-6, 1e-15):
        some, two = (jets.vertices(lifetime, most)[most] for most in (1, 2))
        assert some == pytest.approx(jets.mean_vertices(lifetime), rel=1e-5)
        assert jets.vertices(2 * lifetime, 2)[2] == pytest.approx(4 * two, rel=1e-5, abs=0)
    # all decay: as many as there are, floor(M / 2 M_N) and at least one
    number = np.maximum(np.floor(jets.masses_gev / 2), 1)
    assert jets.mean_vertices(1e9) == pytest.approx(number @ jets.rates / jets.total, rel=1e-9)


@pytest.mark.parametrize("mode", ["neutrino", "antineutrino"])
def test_decays_along_a_path_point_by_point(mode):
    """Of neutrinos of one energy: sums over x, y and M^2, without cells and tables."""
    card = load_card("ship", {"beam.mode": mode, "beam.flux": "monochromatic", "beam.energy_gev": 120})
    (current,) = currents(card, "mu")
    mixing, paths = MixingDensity(3.5, 1.0), np.array([1e-3, 1.0, 30.0])
    hard, y, left, right = parton_points(120.0, current.target, mode == "antineutrino")
    t, weight = np.polynomial.legendre.leggauss(40)
    decaying, every = np.zeros(len(paths)), 0.0
    for low, high in itertools.pairwise(STEPS):  # the number of states is the same within each
        M = (low + high) / 2 + (high - low) / 2 * t[:, None]
        density = weight[:, None] * (high - low) / 2 * 2 * M * mixing.density(M**2)
        rate = left * (1 - M**2 / hard) + right * (1 - y) * (1 - y - M**2 / hard)
        rate = density * np.where(hard * (1 - y) > M**2, rate, 0.0)
        number = max(1, low // 2)
        boost = np.sqrt(np.maximum(((1 - y) * 120 / number) ** 2 - 1, 1e-12))
        every += rate.sum()
        decaying += [np.sum(rate * (1 - np.exp(-number * path / boost))) for path in paths]
    jets = dark_jets([(current, 1.0)], mixing)
    assert jets.total * current.charged == pytest.approx(every, rel=1e-3)
    np.testing.assert_allclose(jets.decaying(paths).sum(axis=1) / jets.total, decaying / every, rtol=3e-3)


# limits


def test_scaling_with_coupling_and_norm():
    for dimension in (2.0, 3.0, 4.5):
        plain = row("ship", model__dimension=dimension)["expected"]["cutoff_gev"]
        power = 1 / (2 * dimension - 3)
        assert row("ship", model__dimension=dimension, model__y=0.3)["expected"]["cutoff_gev"] == pytest.approx(
            plain * 0.3 ** (2 * power), rel=1e-9
        )
        other = row("ship", model__dimension=dimension, model__kappa=7)["expected"]["cutoff_gev"]
        assert other == pytest.approx(plain * 7**power, rel=1e-9)
        norm_ = row("ship", model__dimension=dimension, model__norm="unparticle")["expected"]["cutoff_gev"]
        assert norm_ == pytest.approx(plain / (2 * math.pi), rel=1e-9)


def test_the_size_of_a_flux_does_not_matter_and_a_fine_table_is_its_shape(tmp_path):
    E = np.linspace(1, 399, 400)
    path = tmp_path / "flux.txt"
    found = []
    for size in (1.0, 7e9):
        np.savetxt(path, np.column_stack([E, size * (1 - E / 400) ** (800 / 42 - 3)]))
        found.append(row("ship", beam__mode="neutrino", beam__flux="file", beam__flux_file=str(path))["expected"])
    assert found[0]["cutoff_gev"] == pytest.approx(found[1]["cutoff_gev"], rel=1e-12)
    assert found[0]["cutoff_gev"] == pytest.approx(
        row("ship", beam__mode="neutrino")["expected"]["cutoff_gev"], rel=1e-3
    )


def test_kinds_of_neutrino_and_ranges_of_hadronic_energy_add_up():
    """Tagged events: signals are sums, and m_hat^2 their inverse."""

    def signal(**settings: Any) -> float:
        found = row("ship", search__signal="tagged", model__dimension=3, **settings)["expected"]["cutoff_gev"]
        return found**3

    parts = [signal(beam__mode=mode) for mode in ("neutrino", "antineutrino")]
    assert sum(parts) == pytest.approx(signal(), rel=1e-9)
    ranges = [signal(detector__e_h_high_gev=20), signal(detector__e_h_low_gev=20)]
    assert sum(ranges) == pytest.approx(signal(), rel=2e-3)


def test_truncated_limits_are_weaker_and_a_switch_of_the_model():
    for card, more in (
        ("nutev", {}),
        ("fasernu2", {}),
        ("ship", {"search__signal": "tagged", "search__decay": "volume"}),
    ):
        for dimension in (3.0, 5.0):
            found = row(card, model__dimension=dimension, **more)
            assert (found["expected"]["cutoff_truncated_gev"] or 0) <= found["expected"]["cutoff_gev"] * (1 + 1e-9)
            cut = row(card, model__dimension=dimension, model__mcut_gev="cutoff", **more)
            assert cut["expected"]["cutoff_gev"] == cut["expected"]["cutoff_truncated_gev"]
            assert cut["expected"]["cutoff_truncated_gev"] == found["expected"]["cutoff_truncated_gev"]
    found = reach("nutev", model__dimension=6, model__mcut_gev="cutoff")
    assert found.result.status.tolist() == ["none"]
    assert found.to_dict()["points"][0]["expected"]["cutoff_gev"] is None
    assert any(note.startswith("none at 1000 MeV") for note in found.notes)
    ended = reach("nutev", model__mcut_gev=0.1)
    assert ended.result.status.tolist() == ["closed"]
    assert any("the gap is above model.mcut_gev = 0.1 GeV" in note for note in ended.notes)
    fixed = row("nutev", model__dimension=4.5, model__mcut_gev=5)
    assert fixed["expected"]["cutoff_gev"] < row("nutev", model__dimension=4.5)["expected"]["cutoff_gev"]


def test_a_longer_path_and_a_shorter_life_see_more():
    more = {"search__signal": "tagged", "model__dimension": 3}
    target = row("ship", search__decay="target", **more)
    volume = row("ship", search__decay="volume", **more)
    all_of_them = row("ship", **more)
    scales = [found["expected"]["cutoff_gev"] for found in (target, volume, all_of_them)]
    assert scales == sorted(scales)
    assert volume["signal_efficiency"] < all_of_them["signal_efficiency"] == 0.5
    short = row("ship", search__decay="target", model__ctau=1e-3, **more)
    assert short["expected"]["cutoff_gev"] == pytest.approx(scales[2], rel=1e-3)
    assert short["ctau_mm"] == 1e-3


@pytest.mark.parametrize("dimension", [4.5, 6.0])
def test_the_share_below_the_cut_off_is_that_of_jets_that_decay(dimension):
    given = {"search__signal": "tagged", "search__decay": "target", "model__dimension": dimension}
    found = row("fasernu2", **given)
    scale, gap = found["expected"]["cutoff_gev"], 1.0
    model = CompositeNeutrino(dimension=dimension, gap_gev=gap, cutoff_gev=scale)
    card = load_card("fasernu2")
    sources = [(c, card.beam.interactions(c.flux.species, 20.0) * c.kept) for c in currents(card, "mu")]
    jets = dark_jets(sources, model.mixing)
    (decaying,) = jets.decaying([1e3 * card.value("detector.target_path_m") / model.ctau_mm])
    of_all, of_decaying = (
        np.interp(scale, jets.edges_gev, np.append(0.0, np.cumsum(rates))) / rates.sum()
        for rates in (jets.rates, decaying)
    )
    assert found["f_val"] == pytest.approx(of_decaying, rel=2e-3)
    # heavy ones decay more often
    assert found["f_val"] < 0.9 * of_all


def test_a_share_is_at_most_one_at_any_scale():
    for dimension in (1.53, 1.6, 2.0):
        for card in ("nutev", "ship"):
            assert row(card, model__dimension=dimension)["f_val"] <= 1.0


def test_closed_gaps_are_rows():
    found = reach("fasernu", mass=[1000, 2e5])
    closed = found.to_dict()["points"][1]
    assert closed["status"] == "closed"
    assert closed["expected"] == {"branching_ratio": None, "cutoff_gev": None, "cutoff_truncated_gev": None}
    assert found.couplings["cutoff_gev"][1] == 0
    assert found.couplings["cutoff_gev"][0] > 0


def test_the_mass_is_the_gap_and_is_given_once():
    with pytest.raises(InvalidInput, match=r"model\.gap_gev: the masses are given already"):
        row("dune", 500.0, model__gap_gev=2)
    light = df.reach("neutral-current", "dune", settings={"model.gap_gev": 0.5}).to_dict()["points"][0]
    assert light == row("dune", 500.0)


def test_flavors():
    """The flux of a flavor is its own; NuTeV measured muon neutrinos."""
    electron, muon = (row("fasernu2", model__flavor=flavor)["background"] for flavor in ("e", "mu"))
    assert electron == pytest.approx(0.32 * (4.781e4 + 2.674e4), rel=1e-3)
    assert muon == pytest.approx(0.32 * (3.147e5 + 8.538e4), rel=1e-3)
    assert any("too many" in note for note in reach("sndlhc", model__flavor="tau").notes)
    with pytest.raises(InvalidInput, match=r"model\.flavor: allowed mu at nutev"):
        reach("nutev", model__flavor="e", beam__mode="neutrino")
    assert row("ship", model__flavor="e")["cutoff_k_gev"] is None


# unitarity


def complete(**more: Any) -> dict[str, Any]:
    return row("ship", model__unitarity="complete", **more)


def test_light_neutrinos_that_lose_couplings():
    """Invisible light states give no excess; fixed losses weaken it; a tag does not care."""
    none = reach("ship", mass=100.0, model__unitarity="complete", model__dimension=2.0)
    assert none.result.status.tolist() == ["none"]
    plain = row("ship", model__dimension=3.0)["expected"]["cutoff_gev"]
    losing = [complete(model__dimension=3.0, model__eta=eta)["expected"]["cutoff_gev"] for eta in (-1e-3, 0, 1e-3)]
    assert losing[0] > losing[1] > losing[2]
    assert losing[1] == pytest.approx(plain, rel=1e-9)
    tagged = complete(model__dimension=3.0, model__eta=1e-3, search__signal="tagged")
    assert tagged["expected"] == row("ship", model__dimension=3.0, search__signal="tagged")["expected"]
    assert (
        row("ship", model__dimension=3.0, model__unitarity="complete", model__eta=-1)["status"] == "excluded-by-fixed"
    )


def test_the_balance_of_a_loss(ship):
    """R_X - eta R: at the limit on Lambda the excess is what is allowed."""
    eta, number = 1e-3, sum(count for _, count in ship)
    found = complete(model__dimension=3.0, model__eta=eta)["expected"]["cutoff_gev"]
    model = CompositeNeutrino(dimension=3.0, gap_gev=1.0, cutoff_gev=found)
    jets = dark_jets(ship, model.mixing)
    neutral = sum(count * current.neutral_ratio for current, count in ship)
    b = 0.32 * number
    allowed = 1.959964 * math.hypot(math.sqrt(b), 0.005 * b)
    assert model.insertion() * jets.total - eta * neutral == pytest.approx(allowed, rel=1e-5)


def test_the_balance_of_a_decay(ship):
    """At the limit on Lambda as many decay along the path as are allowed."""
    found = row("ship", model__dimension=3.0, search__signal="tagged", search__decay="volume")
    model = CompositeNeutrino(dimension=3.0, gap_gev=1.0, cutoff_gev=found["expected"]["cutoff_gev"])
    decaying = dark_jets(ship, model.mixing).decaying(50e3 / model.ctau_mm).sum()
    assert 0.5 * model.insertion() * decaying == pytest.approx(2.995732, rel=1e-6)
    assert found["ctau_mm"] == pytest.approx(model.ctau_mm, rel=1e-9)


# decays


DECAYS = {  # Z, h, W
    2: (4.86e6, 2.2e5, 2.97e6),
    3: (375.6, 545.5, 305.6),
    3.5: (148.0, 239.2, 123.0),
    4: (86.0, 141.4, 72.3),
    4.5: (59.5, 97.4, 50.4),
    5.5: (36.6, 58.6, 31.3),
    6: (30.7, 48.7, 26.4),
    7: (23.4, 36.4, 20.1),
}
DECAYS_TRUNCATED = {
    3: (376, 545),
    3.5: (148, 239),
    4: (85.9, 141),
    4.5: (48.2, 83.6),
    5: (19.4, None),
    5.5: (6.29, None),
    6: (None, None),
}


@pytest.mark.parametrize("dimension", DECAYS)
def test_limits_of_z_higgs_and_w(dimension):
    found = row("dune", model__dimension=dimension)
    scales = [found[f"cutoff_{name}_gev"] for name in "zhw"]
    np.testing.assert_allclose(scales, DECAYS[dimension], rtol=0.03 if dimension == 2 else 0.007)


@pytest.mark.parametrize("dimension", DECAYS_TRUNCATED)
def test_limits_of_z_and_higgs_below_the_cut_off(dimension):
    found = row("dune", model__dimension=dimension)
    for name, wanted in zip("zh", DECAYS_TRUNCATED[dimension], strict=True):
        scale = found[f"cutoff_{name}_truncated_gev"]
        assert scale is None if wanted is None else scale == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize(("dimension", "scale"), [(3, 1478), (3.5, 122), (4, 26), (4.5, 9.3)])
def test_limits_of_kaons(dimension, scale):
    assert row("dune", 100.0, model__dimension=dimension)["cutoff_k_gev"] == pytest.approx(scale, rel=0.02)
    assert row("dune", 400.0, model__dimension=dimension)["cutoff_k_gev"] is None


def test_a_z_width_with_losses():
    """States that are light against the Z give no excess of invisible decays when light neutrinos lose couplings."""
    assert row("dune", 100.0, model__dimension=2.0, model__unitarity="complete")["cutoff_z_gev"] is None
    eta = 1e-3
    scale = row("dune", model__dimension=3.0, model__unitarity="complete", model__eta=eta)["cutoff_z_gev"]
    model = CompositeNeutrino(dimension=3.0, gap_gev=1.0, cutoff_gev=scale, unitarity="complete", eta=eta)
    assert model.delta_n_nu == pytest.approx(0.01228, rel=2e-3)


@pytest.mark.parametrize(
    ("name", "dimension", "gap", "per_insertion", "allowed"),
    [  # section 8 of the chapter: delta N_nu, the sum of W, that of K -> mu, each over m_hat^2; what is allowed
        ("z", 3.5, 1000.0, 194.344, 0.01228),
        ("w", 3.5, 1000.0, 75.4448, 0.01),
        ("k", 4.5, 100.0, 3.3224e-5 * 0.6356, 1e-6),
        ("h", 3.5, 1000.0, 1.596529e6 * 2 / 246.21964**2, 0.107 / 0.893 * 4.07e-3),
    ],
)
def test_rates_of_decays_at_their_limits(name, dimension, gap, per_insertion, allowed):
    """The scale hides errors of a rate: its power is small."""
    scale = row("dune", gap, model__dimension=dimension)[f"cutoff_{name}_gev"]
    model = CompositeNeutrino(dimension=dimension, cutoff_gev=scale)
    assert model.insertion() * per_insertion == pytest.approx(allowed, rel=1e-3)


# what is refused


@pytest.mark.parametrize(
    ("card", "settings", "error", "message"),
    [
        ("nutev", {"search__signal": "tagged"}, CardError, r"beam\.cc_interactions: missing"),
        (
            "ship",
            {"search__measured": "0.39,0.4"},
            InvalidInput,
            r"search\.predicted: missing; search\.measured needs it",
        ),
        (
            "dune",
            {"search__signal": "tagged", "search__decay": "target"},
            CardError,
            r"detector\.target_path_m: missing",
        ),
        ("ship", {"search__decay": "target"}, InvalidInput, r"search\.decay: changes nothing"),
        (
            "ship",
            {"detector__hadron_energy_resolution": 0.5},
            InvalidInput,
            r"hadron_energy_resolution: changes nothing",
        ),
        ("nutev", {"beam__pot": 1e19}, InvalidInput, r"beam\.pot: changes nothing"),
        ("nutev", {"search__systematic": 0.1}, InvalidInput, r"search\.systematic: changes nothing"),
        ("ship", {"model__cutoff_gev": 100}, InvalidInput, r"model\.cutoff_gev: changes nothing"),
        ("ship", {"detector__e_h_low_gev": 399}, InvalidInput, r"make none; change detector\.e_h_low_gev"),
        ("nutev", {"beam__flux": "monochromatic"}, CardError, r"beam\.energy_gev: missing"),
        (
            "nutev",
            {"search__measured": "0.3"},
            InvalidInput,
            r"search\.measured = 0\.3: allowed 2 numbers such as 1,2;",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(card, settings, error, message):
    with pytest.raises(error, match=message):
        reach(card, **settings)


def test_observed_counts_that_make_no_sense_are_refused():
    with pytest.raises(InvalidInput, match=r"set search\.measured instead"):
        reach("nutev", observed=[1, 2])
    with pytest.raises(InvalidInput, match="allowed one number"):
        reach("ship", observed=[1, 2])


def test_towards_a_heavy_neutral_lepton():
    """At dimension 3/2 nothing depends on Lambda: the limit on the mixing is that of one state, approached from above."""
    found = {}
    for dimension in (1.5, 1.500001, 1.51):
        reach = df.reach("neutral-current", "nutev", mass=1000, settings={"model.dimension": dimension})
        (point,) = reach.rows
        assert point["status"] == "excluded-by-fixed"
        assert point["expected"]["cutoff_gev"] is None
        assert point["cutoff_z_gev"] is None
        found[dimension] = point["expected"]["branching_ratio"], point["U2_total"]
        assert any("heavy neutral lepton" in note for note in reach.notes)
    assert found[1.500001] == pytest.approx(found[1.5], rel=1e-4, abs=0)
    assert found[1.51] == pytest.approx(found[1.5], rel=0.02, abs=0)
    # U^2 sigma_HNL/sigma_CC is the excess that is allowed
    near = df.reach("neutral-current", "nutev", mass=1000, settings={"model.dimension": 1.6}).rows[0]
    assert near["status"] == "ok"
    assert near["U2_total"] == pytest.approx(found[1.5][1], rel=0.1, abs=0)
