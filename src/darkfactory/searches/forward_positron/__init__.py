"""Search for a line over the polarised Michel spectrum."""
