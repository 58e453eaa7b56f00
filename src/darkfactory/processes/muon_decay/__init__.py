"""Decays of muons and taus, channel by channel."""
