"""The demo class: how a submission is filled in (``sheets``), students that any unit can have (``everywhere``), and
those of a unit's own, in a module named after it."""
