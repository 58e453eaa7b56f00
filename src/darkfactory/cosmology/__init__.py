"""The early universe: degrees of freedom, freeze-in, freeze-out, and what dark matter decays leave in the sky."""
