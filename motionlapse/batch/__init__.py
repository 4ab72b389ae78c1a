"""Many recordings into one archive."""
