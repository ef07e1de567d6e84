"""Speed, measured side by side in one process: the project's kernels against what else is installed."""
