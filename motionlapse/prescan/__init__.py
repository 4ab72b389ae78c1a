"""Finding the surely quiet stretches of a film without decoding them."""
