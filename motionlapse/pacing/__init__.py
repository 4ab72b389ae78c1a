"""Which frames are analysed, and when to go back to those in between."""
