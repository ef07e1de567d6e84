"""Experiments, one claim a file, each with what would refute it and a verdict."""
