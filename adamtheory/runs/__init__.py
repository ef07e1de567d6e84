"""What the command line runs: texts that name rules, plans, defaults, summaries, and the folder that a run leaves."""
