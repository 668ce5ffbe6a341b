"""The trust boundary: the nursery and its children, what locks them down, and what watches over them."""
