"""The terminal dashboard: a model and a view without side effects, and one thin live part."""
