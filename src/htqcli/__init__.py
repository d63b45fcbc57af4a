"""htq tells whether a draft application for a Higher Technical Qualification is ready."""

__version__ = "0.1.0"
