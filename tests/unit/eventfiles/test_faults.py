"""Event files that are damaged, partial, rewritten or old; norms and errors of weights; writing whole or not at all."""

from __future__ import annotations

import errno
import gzip
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from darkfactory.errors import DarkfactoryError, InvalidInput
from darkfactory.eventfiles import EventRecord, Particle, column_name, read_events, write_events
from oracles.five_body import flat_events
from oracles.neutrino_tensor import boost

M_MU, M_E = 105.6583755, 0.51099895
ENDINGS = ["parquet", "lhe", "lhe.gz", "hepmc", "hepmc.gz"]
OLD = Path(__file__).parent / "files_0_1"
# of the events in those files, as version 0.1.0 made them
WEIGHTS = [2.8961137543812466e-13] * 3
MOMENTUM = [21.371103132776355, -5.830698591503003, 14.85252191934761, -14.208042643348369]
MEASURED = [21.247003239964798, -5.979410613428291, 14.869932336937133, -13.939361095943601]
GENERATED = [6.435808343069436e-13] * 3
PIECES = [2.381081457853195e-13, 2.445662766895256e-13, -9.638339519579199e-15]


def record(n=30, seed=3):
    """Mu+ -> e+ X nu nu, X -> e+ e- in flight, two couplings, weights that differ."""
    rng = np.random.default_rng(seed)
    first, _ = flat_events([M_E, 20.0, 10.0], n, rng)
    half, _ = flat_events([M_E, M_E], n, rng, energy=20.0)
    pair = [boost(half[:, i], first[:, 1]) for i in (0, 1)]
    muon = np.broadcast_to([M_MU, 0.0, 0.0, 0.0], (n, 4))
    pieces = rng.random((n, 2)) * 1e-9
    return EventRecord(
        process="mu -> e nu nu X, X -> e e",
        particles=(
            Particle("mu+", -13, status=4, mother=None, mass=M_MU),
            Particle("X", 55, status=2, mass=20.0),
            Particle("e+_1", -11, mass=M_E),
            Particle("e+_2", -11, mother=1, mass=M_E),
            Particle("e-_3", 11, mother=1, mass=M_E),
            Particle("nunu", 81),
        ),
        momenta=np.stack([muon, first[:, 1], first[:, 0], *pair, first[:, 2]], axis=1),
        weights=pieces @ [1.0, 0.25],
        pieces=pieces,
        piece_names=("g_V_e^2", "g_V_e g_A_e"),
        stokes=rng.normal(size=(n, 4)) * 1e-19,
        normalization="exp",
        charge=1,
        model={"name": "vector", "rate_error": 3.2e-10, "trials": 1000},
        flights={"X": rng.exponential(40.0, n)},
    )


@pytest.mark.parametrize("ending", ENDINGS)
def test_flights_come_back(tmp_path, ending):
    made = record()
    again = read_events(write_events(made, tmp_path / f"a.{ending}"))
    np.testing.assert_allclose(again.flights["X"], made.flights["X"], rtol=1e-14)
    np.testing.assert_allclose(again.decay("X"), made.decay("X"), rtol=1e-14)


def test_where_and_when_a_flight_ends():
    made = record()
    p, ctau = made.momentum("X"), made.flights["X"]
    at = made.decay("X")
    np.testing.assert_allclose(np.linalg.norm(at[:, :3], axis=1), ctau * np.linalg.norm(p[:, 1:], axis=1) / 20.0)
    np.testing.assert_allclose(at[:, 3] * 299.792458, ctau * p[:, 0] / 20.0, rtol=1e-9)
    assert np.array_equal(made.production("e-_3"), at)
    assert not made.production("X").any()
    with pytest.raises(InvalidInput, match="particle that decays"):
        made.decay("nunu")
    with pytest.raises(InvalidInput, match=r"particle that flies.*allowed X"):
        EventRecord(made.process, made.particles, made.momenta, made.weights, flights={"e+_1": made.flights["X"]})


def test_all_weights_of_les_houches_events_have_one_norm(tmp_path):
    import pylhe

    made = record()
    file = pylhe.LHEFile.fromfile(str(write_events(made, tmp_path / "a.lhe")))
    events = list(file.events)
    for event in events:
        pieces = event.weights["g_V_e^2"] + 0.25 * event.weights["g_V_e g_A_e"]
        assert pieces == pytest.approx(event.eventinfo.weight, rel=1e-14)
    for name, column in zip(made.piece_names, made.pieces.T, strict=True):
        assert np.mean([event.weights[name] for event in events]) == pytest.approx(column.sum(), rel=1e-13)
    assert np.mean([event.eventinfo.weight for event in events]) == pytest.approx(made.rate, rel=1e-13)
    information = file.init.procInfo[0]
    assert (information.xSection, information.error) == (pytest.approx(made.rate, rel=1e-15), 3.2e-10)
    boson = events[2].particles[1]
    assert boson.lifetime == made.flights["X"][2]


def test_the_error_of_a_rate_without_a_generator_is_that_of_its_weights():
    made = record()
    plain = EventRecord(made.process, made.particles, made.momenta, made.weights)
    n = len(made)
    assert plain.rate_error == pytest.approx(np.sqrt(n) * np.std(made.weights), rel=1e-12)
    assert made.rate_error == made.metadata()["rate_error"] == 3.2e-10


def test_hepmc_events_tell_the_rate_and_where_x_decays(tmp_path):
    import pyhepmc

    made = record()
    with pyhepmc.open(str(write_events(made, tmp_path / "a.hepmc"))) as file:
        event = list(file)[4]
    section = event.cross_section
    assert section.xsec(0) == pytest.approx(made.rate, rel=1e-8)
    assert section.xsec_err(0) == pytest.approx(3.2e-10, rel=1e-8)
    assert (section.accepted_events, section.attempted_events) == (30, 1000)
    assert str(event.run_info.attributes["cross_section_unit"]) == "1 (a rate, normalization exp), not pb"
    names = event.weight_names
    assert section.xsec(names.index("g_V_e^2")) == pytest.approx(made.pieces[:, 0].sum(), rel=1e-8)
    boson = next(p for p in event.particles if p.pid == 55)
    at = boson.end_vertex.position
    p, ctau = made.momentum("X")[4], made.flights["X"][4]
    assert [at.t, at.x, at.y, at.z] == pytest.approx((ctau / 20.0 * p).tolist(), rel=1e-14)


@pytest.mark.parametrize("length", ["MM", "CM"])
def test_hepmc_in_gev_is_read_right(tmp_path, length):
    import pyhepmc

    made = record()
    path = write_events(made, tmp_path / "mev.hepmc")
    with pyhepmc.open(str(path)) as file, pyhepmc.open(str(tmp_path / "gev.hepmc"), "w") as other:
        for event in file:
            event.set_units(pyhepmc.Units.GEV, getattr(pyhepmc.Units, length))
            other.write(event)
    assert f"U GEV {length}" in (tmp_path / "gev.hepmc").read_text()
    again = read_events(tmp_path / "gev.hepmc")
    np.testing.assert_allclose(again.momenta, made.momenta, rtol=0, atol=1e-12)
    np.testing.assert_allclose(again.flights["X"], made.flights["X"], rtol=1e-12)
    assert again.momentum("mu+")[0, 0] == pytest.approx(105.6583755, rel=1e-14)


def test_masses_tell_a_wrong_unit(tmp_path):
    path = write_events(record(), tmp_path / "a.hepmc")
    path.write_text(path.read_text().replace("U MEV MM", "U GEV MM"))
    with pytest.raises(InvalidInput, match=r"a\.hepmc.*particles are not those of the metadata"):
        read_events(path)
    from darkfactory.eventfiles._checks import require_sense

    made = record()
    wrong = EventRecord(made.process, made.particles, made.momenta / 1e3, made.weights)
    with pytest.raises(InvalidInput, match=r"mass of mu\+ = 0\.1056584 MeV by its momentum, 105\.6584 MeV"):
        require_sense(wrong, made.metadata())


@pytest.mark.parametrize(
    "name", ["A.HEPMC", "a.hepmc.gz", "a.Hepmc3.GZ", "a.hepmc3", "A.LHE", "a.LHE.gz", "a.pq", "A.PARQUET"]
)
def test_spellings_of_endings(tmp_path, name):
    made = record()
    path = write_events(made, tmp_path / name)
    assert (path.read_bytes()[:2] == b"\x1f\x8b") == name.lower().endswith(".gz")
    np.testing.assert_allclose(read_events(path).weights, made.weights, rtol=1e-15)


def test_format_given_by_name(tmp_path):
    made = record()
    path = write_events(made, tmp_path / "events.gz", "hepmc")
    assert path.read_bytes()[:2] == b"\x1f\x8b"
    assert len(read_events(path, "hepmc")) == len(made)
    packed = tmp_path / "renamed.hepmc"
    packed.write_bytes(path.read_bytes())
    assert len(read_events(packed)) == len(made)
    with pytest.raises(InvalidInput, match=r"without \.gz"):
        write_events(made, tmp_path / "events.parquet.gz", "parquet")


@pytest.mark.parametrize("ending", ENDINGS)
def test_equal_events_make_equal_files(tmp_path, ending, monkeypatch):
    import time

    one = write_events(record(), tmp_path / f"one.{ending}").read_bytes()
    monkeypatch.setattr(time, "time", lambda: 1e9)
    assert write_events(record(), tmp_path / f"two.{ending}").read_bytes() == one


@pytest.mark.parametrize("ending", ENDINGS)
def test_cut_files_are_refused(tmp_path, ending):
    whole = write_events(record(n=12), tmp_path / f"a.{ending}").read_bytes()
    path = tmp_path / f"cut.{ending}"
    for part in np.linspace(0, 0.999, 12):
        path.write_bytes(whole[: int(part * len(whole))])
        with pytest.raises(InvalidInput, match=r"cut\."):
            read_events(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_damage_changes_a_number_unnoticed(tmp_path, ending):
    made = record(n=4)
    path = write_events(made, tmp_path / f"a.{ending}")
    whole, good = path.read_bytes(), read_events(path)
    rng = np.random.default_rng(1)
    refused = 0
    for place in rng.choice(len(whole), 40, replace=False):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            again = read_events(path)
        except DarkfactoryError:
            refused += 1
            continue
        # e.g. in the checksum of a page that is not read, or the number of an event
        assert again.metadata() == good.metadata()
        for name in ("momenta", "weights", "stokes", "pieces"):
            assert np.array_equal(getattr(again, name), getattr(good, name))
        assert np.array_equal(again.flights["X"], good.flights["X"])
    assert refused > 10


@pytest.mark.parametrize("ending", ["lhe", "hepmc"])
def test_one_other_digit_is_noticed(tmp_path, ending):
    path = write_events(record(), tmp_path / f"a.{ending}")
    text, number = path.read_text(), f"{record().pieces[3, 1] * (30 if ending == 'lhe' else 1):.17g}"
    digits = number[:6] if ending == "hepmc" else number
    assert text.count(digits) == 1
    other = digits[:-1] + str((int(digits[-1]) + 1) % 10) if digits[-1].isdigit() and "e" not in digits else None
    other = other or digits.replace(digits[3], str((int(digits[3]) + 1) % 10), 1)
    path.write_text(text.replace(digits, other))
    with pytest.raises(InvalidInput, match="numbers are not those that were written"):
        read_events(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_metadata_that_were_altered_are_refused(tmp_path, ending):
    if ending in ("parquet", "lhe.gz", "hepmc.gz"):
        import pyarrow.parquet as pq

        path = write_events(record(), tmp_path / f"a.{ending}")
        if ending == "parquet":
            table = pq.read_table(path)
            raw = table.schema.metadata[b"darkfactory"].replace(b'"charge": 1', b'"charge": -1')
            pq.write_table(table.replace_schema_metadata({b"darkfactory": raw}), path)
        else:
            text = gzip.decompress(path.read_bytes()).replace(b'"charge": 1', b'"charge": -1')
            path.write_bytes(gzip.compress(text))
    else:
        path = write_events(record(), tmp_path / f"a.{ending}")
        path.write_text(path.read_text().replace('"charge": 1', '"charge": -1'))
    with pytest.raises(InvalidInput, match="metadata were altered"):
        read_events(path)


@pytest.mark.parametrize("ending", ["parquet", "lhe", "hepmc"])
def test_files_of_version_0_1_are_read(ending):
    again = read_events(OLD / f"events.{ending}")
    np.testing.assert_allclose(again.weights, WEIGHTS, rtol=1e-14)
    np.testing.assert_allclose(again.momenta[0, 1], MOMENTUM, rtol=1e-13)
    np.testing.assert_allclose(again.recorded.momenta[0, 0], MEASURED, rtol=1e-13)
    np.testing.assert_allclose(again.recorded.generated, GENERATED, rtol=1e-13)
    np.testing.assert_allclose(again.pieces[1], PIECES, rtol=1e-13)
    assert again.version == "0.1.0"
    assert not again.flights


@pytest.mark.parametrize("ending", ["parquet", "lhe", "hepmc"])
def test_damage_in_old_files_is_found_by_conservation(tmp_path, ending):
    whole = (OLD / f"events.{ending}").read_bytes()
    path = tmp_path / f"a.{ending}"
    if ending == "parquet":
        path.write_bytes(whole[: len(whole) // 2] + whole[len(whole) // 2 + 1 :])
    else:
        lines = whole.decode().splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if " -11 " in f" {line}" and ("P " in line or line[0] == "-"))
        lines[at] = lines[at].replace("e+01 ", "e+00 ", 1) if ending == "hepmc" else lines[at].replace("0.0", "0.1", 1)
        path.write_text("".join(lines))
    with pytest.raises(InvalidInput, match=r"a\."):
        read_events(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_is_an_error_and_leaves_the_earlier_file(tmp_path, ending):
    path = write_events(record(n=5), tmp_path / f"a.{ending}")
    good = path.read_bytes()
    large = record(n=3000)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, limit[1]))
    try:
        with pytest.raises(InvalidInput, match=rf"a\.{ending}.*{os.strerror(errno.EFBIG)}.*space left"):
            write_events(large, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert path.read_bytes() == good
    assert os.listdir(tmp_path) == [path.name]


def test_columns_have_names_without_dots_and_signs(tmp_path):
    import pyarrow.parquet as pq

    made = record()
    table = pq.read_table(write_events(made, tmp_path / "a.parquet"))
    assert all(name.isidentifier() for name in table.column_names)
    assert np.array_equal(table["ep1_E"].to_numpy(), made.momentum("e+_1")[:, 0])
    assert np.array_equal(table["em3_pz"].to_numpy(), made.momentum("e-_3")[:, 3])
    assert np.array_equal(table["piece_g_V_e_2"].to_numpy(), made.pieces[:, 0])
    assert np.array_equal(table["X_ctau"].to_numpy(), made.flights["X"])
    for i, component in enumerate("xyzt"):
        assert np.array_equal(table[f"X_decay_{component}"].to_numpy(), made.decay("X")[:, i])
        assert not table[f"X_production_{component}"].to_numpy().any()
    assert table.schema.field("X_decay_t").metadata == {b"unit": b"ns", b"name": b"X"}
    assert table.schema.field("ep1_E").metadata == {b"unit": b"MeV", b"name": b"e+_1"}
    assert column_name("nubar_mu") == "nubar_mu"


def test_awkward_reads_columns_by_name(tmp_path):
    ak = pytest.importorskip("awkward")
    made = record()
    path = write_events(made, tmp_path / "a.parquet")
    array = ak.from_parquet(path, columns=["ep1_E", "weight"])
    assert array.fields == ["weight", "ep1_E"]
    assert np.array_equal(array.ep1_E.to_numpy(), made.momentum("e+_1")[:, 0])


def test_a_record_as_an_awkward_array(monkeypatch):
    ak = pytest.importorskip("awkward")
    made = record()
    array = made.to_awkward()
    assert len(array) == len(made)
    assert np.array_equal(ak.to_numpy(array.ep1.E), made.momentum("e+_1")[:, 0])
    assert np.array_equal(ak.to_numpy(array.X.decay.x), made.decay("X")[:, 0])
    assert np.array_equal(ak.to_numpy(array.pieces.piece_g_V_e_2), made.pieces[:, 0])
    assert array[3].stokes.Sy == made.stokes[3, 2]
    assert array.em3.layout.parameter("__record__") == "Momentum4D"


def test_without_awkward_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "awkward", None)
    with pytest.raises(DarkfactoryError, match="pip install awkward"):
        record().to_awkward()


def test_observables_of_a_record():
    made = record()
    found = made.observables("m_ee", "E_miss")
    np.testing.assert_allclose(np.sort(found["m_ee"], axis=1).T[0] <= 20.0 + 1e-9, True)
    assert np.min(np.abs(found["m_ee"] - 20.0), axis=1).max() < 1e-9
    np.testing.assert_allclose(found["E_miss"], made.momentum("nunu")[:, 0], rtol=1e-12)
    with pytest.raises(DarkfactoryError, match="m_ee"):
        made.observables("m_eee_typo")
    with pytest.raises(InvalidInput, match="experiment"):
        made.observables("m_ee", measured=True)


def test_a_killed_write_leaves_the_earlier_file(tmp_path):
    path = write_events(record(n=5), tmp_path / "a.lhe")
    good = path.read_bytes()
    code = (
        "import os, signal, sys, darkfactory.eventfiles._lhe as lhe\n"
        "from darkfactory.eventfiles import read_events, write_events\n"
        "made, whole = read_events(sys.argv[1]), lhe._events\n"
        "def some(record, numbers):\n"
        "    yield from whole(record, numbers)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "lhe._events = some\n"
        "write_events(made, sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert path.read_bytes() == good
