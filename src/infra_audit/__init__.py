"""Audit a repository from which something is deployed, without running anything in it."""

__version__ = "0.1.0"
