"""Hansa: a commerce mid-platform. One thick middle of shared service centers, any number of thin businesses."""

__version__ = "0.1.0"
