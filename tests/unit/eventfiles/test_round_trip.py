"""Event files: every format gives back what was written, and the readers of others see the right units."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from darkfactory.errors import DarkfactoryError, InvalidInput
from darkfactory.eventfiles import EventRecord, Particle, read_events, write_events
from oracles.five_body import flat_events

M_MU, M_E = 105.6583755, 0.51099895
ENDINGS = ["parquet", "lhe", "lhe.gz", "hepmc"]
# relative to the muon mass: Parquet is exact, GeV costs a rounding, HepMC ASCII has 17 digits
PRECISION = {"parquet": 0.0, "lhe": 4e-16, "lhe.gz": 4e-16, "hepmc": 4e-16}


def sample(n=50, seed=3):
    momenta, weights = flat_events([M_E, 0.0, 30.0], n, np.random.default_rng(seed))
    muon = np.broadcast_to([M_MU, 0.0, 0.0, 0.0], (n, 1, 4))
    rng = np.random.default_rng(seed)
    pieces = rng.random((n, 2)) * 1e-13
    return EventRecord(
        process="mu -> e a gamma",
        particles=(
            Particle("mu+", -13, status=4, mother=None, mass=M_MU),
            Particle("e+", -11, mass=M_E),
            Particle("gamma", 22, mass=0.0),
            Particle("a", 54, mass=30.0),
        ),
        momenta=np.concatenate([muon, momenta], axis=1),
        weights=weights / weights.sum() * 2.5e-7,
        normalization="exp",
        stokes=rng.normal(size=(n, 4)) * 1e-19,
        pieces=pieces,
        piece_names=("|C_V|^2", '2 Re(C_V C_A*) < "5%" & more'),
        polarization=(0.0, 0.0, -0.85),
        charge=1,
        seed=7,
        model={"name": "lfv-alp", "mass": 30.0, "C_V": "1", "C_A": "0.5+0.5j"},
        references=("Hirsch:2009ee",),
    )


def resonance(n=20):
    """Mu+ -> e+ X nu nu, X -> e+ e-, with daughters of X listed before the last daughter of the muon."""
    rng = np.random.default_rng(5)
    first, _ = flat_events([M_E, 20.0, 10.0], n, rng)
    half, _ = flat_events([M_E, M_E], n, rng, energy=20.0)
    from oracles.neutrino_tensor import boost

    pair = [boost(half[:, i], first[:, 1]) for i in (0, 1)]
    muon = np.broadcast_to([M_MU, 0.0, 0.0, 0.0], (n, 4))
    momenta = np.stack([muon, first[:, 1], *pair, first[:, 0], first[:, 2]], axis=1)
    particles = (
        Particle("mu+", -13, status=4, mother=None, mass=M_MU),
        Particle("X", 55, status=2, mass=20.0),
        Particle("e+_2", -11, mother=1, mass=M_E),
        Particle("e-", 11, mother=1, mass=M_E),
        Particle("e+_1", -11, mass=M_E),
        Particle("nu nu", 82),
    )
    return EventRecord("mu -> e nu nu X", particles, momenta, np.full(n, 1e-9), charge=1)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("make", [sample, resonance])
def test_round_trip(tmp_path, ending, make):
    record = make()
    path = write_events(record, tmp_path / "new" / f"events.{ending}")
    again = read_events(path)
    assert again.metadata() == record.metadata() | {"rate": again.rate, "rate_error": again.rate_error}
    assert again.rate_error == pytest.approx(record.rate_error, rel=1e-12)
    tolerance = PRECISION[ending] * M_MU
    np.testing.assert_allclose(again.momenta, record.momenta, rtol=0, atol=tolerance)
    for name in ("weights", "stokes", "pieces"):
        np.testing.assert_allclose(getattr(again, name), getattr(record, name), rtol=4e-16)
    assert again.imbalance() <= record.imbalance() + 6 * tolerance


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_optional_is_needed(tmp_path, ending):
    full = sample()
    record = EventRecord(full.process, full.particles, full.momenta, full.weights, unit="MeV")
    again = read_events(write_events(record, tmp_path / f"events.{ending}"))
    assert again.stokes.shape == (0, 4)
    assert again.pieces.shape == (len(full), 0)
    assert (again.unit, again.seed, again.polarization) == ("MeV", None, (0.0, 0.0, 0.0))


def test_parquet_is_readable_by_pyarrow_alone(tmp_path):
    import json

    import pyarrow.parquet as pq

    record = sample()
    table = pq.read_table(write_events(record, tmp_path / "events.parquet"))
    assert np.array_equal(table["gamma_E"].to_numpy(), record.momentum("gamma")[:, 0])
    assert table.schema.field("gamma_E").metadata[b"unit"] == b"MeV"
    assert table["weight"].to_numpy().sum() == record.rate
    metadata = json.loads(table.schema.metadata[b"darkfactory"])
    assert metadata["weight"]["meaning"] == "the sum of the weights is the rate"
    assert (metadata["seed"], metadata["references"]) == (7, ["Hirsch:2009ee"])


@pytest.mark.parametrize("ending", ["lhe", "lhe.gz"])
def test_lhe_is_readable_by_pylhe_in_gev(tmp_path, ending):
    import pylhe

    record = resonance()
    source = pylhe.LHEFile.fromfile(str(write_events(record, tmp_path / f"events.{ending}")))
    assert source.init.procInfo[0].xSection == pytest.approx(record.rate, rel=1e-15)
    assert source.init.initInfo.weightingStrategy == 4
    events = list(source.events)
    assert np.mean([event.eventinfo.weight for event in events]) == pytest.approx(record.rate, rel=1e-14)
    particles = events[3].particles
    assert [p.id for p in particles] == [-13, 55, -11, 11, -11, 82]
    assert [p.status for p in particles] == [-1, 2, 1, 1, 1, 1]
    assert [p.mother1 for p in particles] == [0, 1, 2, 2, 1, 1]
    assert particles[1].m == 0.02
    assert particles[2].e * 1e3 == pytest.approx(record.momentum("e+_2")[3, 0], rel=1e-15)


def test_hepmc_is_readable_by_pyhepmc_in_mev(tmp_path):
    import pyhepmc

    record = resonance()
    with pyhepmc.open(str(write_events(record, tmp_path / "events.hepmc"))) as file:
        events = list(file)
    event = events[3]
    assert event.momentum_unit == pyhepmc.Units.MEV
    assert event.weight("weight") == 1e-9
    assert [p.id for p in event.beams] == [1]
    mothers = {abs(p.pid): sorted(q.pid for q in p.end_vertex.particles_out) for p in event.particles if p.end_vertex}
    assert mothers == {13: [-11, 55, 82], 55: [-11, 11]}
    final = [p for p in event.particles if p.status == 1]
    assert sum(p.momentum.e for p in final) == pytest.approx(M_MU, rel=1e-14)
    boson = next(p for p in event.particles if p.pid == 55)
    assert (boson.status, boson.generated_mass) == (2, 20.0)
    assert event.run_info.tools[0].name == "darkfactory"


def test_hepmc_names_every_weight(tmp_path):
    import pyhepmc

    record = sample()
    with pyhepmc.open(str(write_events(record, tmp_path / "events.hepmc"))) as file:
        event = next(iter(file))
    assert list(event.run_info.weight_names) == [
        "weight",
        "S0",
        "Sx",
        "Sy",
        "Sz",
        "|C_V|^2",
        '2_Re(C_V_C_A*)_<_"5%"_&_more',
    ]
    assert event.weight("Sy") == record.stokes[0, 2]


@pytest.mark.parametrize("ending", ENDINGS)
def test_files_of_others_are_refused(tmp_path, ending):
    path = tmp_path / f"other.{ending}"
    path.write_bytes(b"nothing to see here\n")
    with pytest.raises(InvalidInput, match="other"):
        read_events(path)


def test_file_without_our_metadata_is_refused(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"weight": [1.0]}), tmp_path / "other.parquet")
    with pytest.raises(InvalidInput, match="read it with pyarrow"):
        read_events(tmp_path / "other.parquet")


@pytest.mark.parametrize(("ending", "mark"), [("hepmc", "E "), ("lhe", "<event>")])
def test_incomplete_file_is_refused(tmp_path, ending, mark):
    path = write_events(sample(), tmp_path / f"events.{ending}")
    lines = path.read_text().splitlines(keepends=True)
    last = max(i for i, line in enumerate(lines) if line.startswith(mark))
    end = [line for line in lines[last:] if "END_EVENT" in line or "</LesHouches" in line]
    path.write_text("".join([*lines[:last], *end]))
    with pytest.raises(InvalidInput, match="49 events of 50"):
        read_events(path)
    path.write_text("".join(lines[:last]))
    with pytest.raises(InvalidInput, match="not complete"):
        read_events(path)


def test_bad_requests_name_the_remedy(tmp_path, monkeypatch):
    record = sample()
    with pytest.raises(InvalidInput, match=r"ending tells the format, allowed \.parquet"):
        write_events(record, tmp_path / "events.root")
    with pytest.raises(InvalidInput, match="did you mean hepmc"):
        write_events(record, tmp_path / "events.hepmc", "hepmc2")
    with pytest.raises(InvalidInput, match="no such file"):
        read_events(tmp_path / "none.parquet")
    (tmp_path / "file").write_text("")
    for ending in ENDINGS:
        with pytest.raises(InvalidInput, match="can be written"):
            write_events(record, tmp_path / "file" / f"events.{ending}")
    for ending, package in (("parquet", "pyarrow"), ("lhe", "pylhe"), ("hepmc", "pyhepmc")):
        path = write_events(record, tmp_path / f"events.{ending}")
        monkeypatch.setitem(sys.modules, package, None)
        needed = pytest.raises(DarkfactoryError, match=rf"{package}.*pip install 'darkfactory\[events\]'")
        with needed:
            read_events(path)
        if ending == "lhe":  # written as text, without a package
            assert write_events(record, path) == path
            continue
        with needed:
            write_events(record, path)


def test_record_lists_all_its_problems():
    good = sample()
    with pytest.raises(InvalidInput) as error:
        dataclasses.replace(
            good,
            stokes=np.zeros((3, 4)),
            momenta=good.momenta[:, :3],
            particles=(
                Particle("mu+", -13, status=4, mother=None),
                Particle("e+", -11, mother=2),
                Particle("e+", -11, status=3),
                Particle("a", 54, status=2),
            ),
        )
    text = str(error.value)
    for problem in ("stokes: shape (3, 4), must be (50, 4)", "momenta: shape", "occurs twice", "status of e+ = 3", "a"):
        assert problem in text
    assert "must stand before it" in text
    for field, value, match in (
        ("weights", np.full(50, np.nan), "weights"),
        ("polarization", (1.0, 1.0, 0.0), "polarization"),
        ("charge", 2, "charge"),
    ):
        with pytest.raises(InvalidInput, match=match):
            dataclasses.replace(good, **{field: value})
    with pytest.raises(InvalidInput, match=r"allowed mu\+, e\+, gamma, a"):
        good.momentum("photon")
    with pytest.raises(InvalidInput, match="layout"):
        EventRecord.from_parts({"layout": "other"})


def test_import_loads_no_format():
    code = (
        "import sys, darkfactory.eventfiles; sys.exit(any(m in sys.modules for m in ('pyarrow', 'pylhe', 'pyhepmc')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
