"""What motionlapse costs, measured beside what it replaces; `scripts/bench` runs it."""
