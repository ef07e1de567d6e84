"""Neural networks: data, layers, and training by the same rules that the theorems are about."""
