"""Closed forms written by FORM (``make amplitudes``): straight-line code, in units of the decaying lepton's mass."""
