"""Detectors: what is seen of particles, and how well. A new kind is one file here with a ``DETECTOR``; it is found."""
