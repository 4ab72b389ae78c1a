"""Which frames are looked at, and when to go back to those in between."""
