"""Processes: squared amplitude times phase space, as widths, spectra and events."""

from darkfactory.processes.decay import Process, Width
from darkfactory.processes.generator.sample import Sample
from darkfactory.processes.inputs import spin_vector
from darkfactory.processes.registry import PROCESSES, find_process
from darkfactory.processes.sampling import LeptonSample, sample_line, sample_michel

__all__ = [
    "PROCESSES",
    "LeptonSample",
    "Process",
    "Sample",
    "Width",
    "find_process",
    "sample_line",
    "sample_michel",
    "spin_vector",
]
