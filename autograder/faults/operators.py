"""All mutation operators, in order: particular slips stand before general ones.

A change that does not compile, or whose text an operator further up has made before, is left out by
:func:`autograder.faults.mutation.mutants`.
"""

from __future__ import annotations

from autograder.faults.slips import arguments, arithmetic, axes, constants, functions, names, steps
from autograder.faults.slips.site import Operator, operators_in

IN_ORDER = arithmetic, axes, steps, names, functions, constants, arguments
OPERATORS: dict[str, Operator] = {each.__name__: each for module in IN_ORDER for each in operators_in(module)}
