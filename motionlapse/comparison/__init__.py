"""Two pictures, or two folders of them, by every measure."""
