"""Studies: one file that says what is to be made, a folder in which all of it stands, and one page that shows it."""

from darkfactory.report.study import Study, load_study

__all__ = ["Study", "load_study"]
