"""Accuracy against ground truth: masks pixel by pixel, events interval by interval."""
