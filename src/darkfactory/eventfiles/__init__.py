"""Events as files that the next tool reads: Parquet, Les Houches events (LHE), HepMC3; and back."""

from darkfactory.eventfiles.columns import column_name
from darkfactory.eventfiles.export import FORMATS, read_events, write_events
from darkfactory.eventfiles.particles import Particle
from darkfactory.eventfiles.record import EventRecord
from darkfactory.eventfiles.recorded import Recorded

__all__ = ["FORMATS", "EventRecord", "Particle", "Recorded", "column_name", "read_events", "write_events"]
