"""Small neural networks trained by the same rules, and the data sets that they learn."""
