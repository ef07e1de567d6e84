"""Checking proof files: a worker that derives, the second checker beside it, and the verdict on both."""
