"""The page that a student gets: score and messages first, then the notebook; one file that asks for no other."""
