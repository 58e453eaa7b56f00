"""Search for a bump in the missing mass beside a photon."""
