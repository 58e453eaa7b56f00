"""Detectors: what is seen of a particle, and how well."""
