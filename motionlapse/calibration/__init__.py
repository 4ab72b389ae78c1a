"""What "nothing changed" looks like, and the thresholds that follow from it."""
