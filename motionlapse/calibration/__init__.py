"""Measuring a scene in which nothing changes, and the thresholds that follow from it."""
