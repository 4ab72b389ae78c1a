"""Measuring accuracy against ground truth: masks by pixels, events by intervals."""
