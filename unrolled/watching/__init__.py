"""``unrolled watch``: a file being saved, what the change touches, the page that is shown, the keys."""
