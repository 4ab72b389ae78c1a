"""What people look at after a run: pages, explanations and time-lapse films."""
