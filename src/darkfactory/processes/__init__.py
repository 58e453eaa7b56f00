"""Processes: squared amplitude times phase space, as rates, spectra and events."""

from darkfactory.processes.base import Estimate, Process
from darkfactory.processes.decay import Decay
from darkfactory.processes.generator.sample import Sample
from darkfactory.processes.inputs import spin_vector
from darkfactory.processes.registry import PROCESSES, find_process
from darkfactory.processes.scattering import Scattering

__all__ = ["PROCESSES", "Decay", "Estimate", "Process", "Sample", "Scattering", "find_process", "spin_vector"]
