"""What goes wrong in answers: slips made on purpose, mistakes known by name, and the sentence for each."""
