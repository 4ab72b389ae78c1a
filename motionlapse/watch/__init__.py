"""Watching a live source: the loop, what steers it, and what is said of it."""
