"""A submission's entry in the gradebook, and the text of its notebook, as nbgrader's own steps make them."""
