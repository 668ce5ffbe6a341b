"""nbgrader's side of grading: a class folder's gradebook, autograded notebooks and feedback pages."""
