"""Processes: squared amplitude times phase space, as widths, spectra and events."""

from darkfactory.processes.registry import PROCESSES, Process, find_process
from darkfactory.processes.sampling import LeptonSample, sample_line, sample_michel

__all__ = ["PROCESSES", "LeptonSample", "Process", "find_process", "sample_line", "sample_michel"]
