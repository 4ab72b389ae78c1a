"""From thousands of stills to those that changed."""
