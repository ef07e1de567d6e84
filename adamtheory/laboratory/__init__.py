"""Experiments: what a file of `experiments/` declares, how it is run, what it leaves."""
