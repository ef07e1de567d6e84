"""Regret theorems along a run: which hypotheses hold, the bound that was proved, measured regret over bound."""
