"""The demo class: made-up students, and what each of them honestly deserves.

``sheets`` is how a submission is filled in, ``everywhere`` holds the students that any unit can have, and a module
named after a unit those whose mistakes are about its subject.
"""
