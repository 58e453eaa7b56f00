"""Scans: any verb at every point of a grid, in one process, on several or on a cluster, with rows that outlive a killed run."""

from darkfactory.scans.table import Scan, scan

__all__ = ["Scan", "scan"]
