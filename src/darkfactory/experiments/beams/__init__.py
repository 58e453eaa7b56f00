"""Beams: what comes in, and how much of it. A new kind is one file here with a ``BEAM``; it is found."""
