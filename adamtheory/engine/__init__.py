"""From rules to machine code: `program` joins them, `emit` writes kernel text, `cpu` compiles it with numba."""
