"""Theorems, one a file, each with its statement before its proof and the lemmas that only it needs."""
