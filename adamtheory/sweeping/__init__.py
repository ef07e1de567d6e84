"""Many runs at once: grids of parameters, the store that survives a kill, the executors, and the table at the end.

What to use when: `sweep` runs a grid and returns arrays by axis; `Grid` is one grid in its canonical order; `Store` is
the folder of blocks with its index; `export` writes the final table.
"""
