"""Dark sectors at flavor and neutrino factories."""

__version__ = "0.1.0"
