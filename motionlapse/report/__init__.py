"""What people look at afterwards: pages, explanations, time-lapse films."""
