"""Squared amplitudes and spectra as pure functions on arrays; they accept NumPy and JAX arrays alike."""
