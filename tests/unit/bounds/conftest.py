import pytest
import yaml


@pytest.fixture
def write(tmp_path):
    """Writer of a record, or of any text, to a file of a new folder."""

    def writer(record, name="doe-2031.yaml"):
        file = tmp_path / name
        file.write_text(record if isinstance(record, str) else yaml.safe_dump(record), encoding="utf-8")
        return file

    return writer
