"""A dashboard in the terminal: a pure view of what is known, and one thin live part."""
