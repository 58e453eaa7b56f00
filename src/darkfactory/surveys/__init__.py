"""Surveys: everything that can see a model, everything that excludes it, in one coupling."""
