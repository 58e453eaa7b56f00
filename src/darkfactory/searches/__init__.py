"""Searches: one file per strategy; each bins signal and background and gives limits on a branching ratio."""
