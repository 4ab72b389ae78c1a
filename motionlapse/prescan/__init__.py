"""The prescan: finds stretches of a film that are surely quiet, without decoding them."""
