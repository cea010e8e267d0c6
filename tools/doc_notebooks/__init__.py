"""Executes the notebooks for the documentation, which shows them with their output."""
