"""The demo class: how a submission is filled in (``sheets``), students that any unit can have (``everywhere``), and, in a
module named after a unit, those whose mistakes are about its subject."""
