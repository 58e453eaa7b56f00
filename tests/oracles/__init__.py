"""Slow, obvious, independent forms of the formulas of the package.

Nothing here imports ``darkfactory``; constants are typed again from the physics chapters.
"""
