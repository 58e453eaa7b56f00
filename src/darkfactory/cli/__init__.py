"""The command line: one file per group of verbs, and what they share."""

from darkfactory.cli.app import cli, main

__all__ = ["cli", "main"]
