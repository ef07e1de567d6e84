"""Derivations for any update rule: what SymPy and search propose about its text, the kernel certifies."""
