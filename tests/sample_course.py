"""A course of one small unit, to build, break and read in the tests."""

from __future__ import annotations

from pathlib import Path

SLUG = "01_sample"

HINTS = """<details><summary>Hint 1</summary>
A nudge.
</details>
<details><summary>Hint 2</summary>
A push.
</details>
<details><summary>Hint 3</summary>
Nearly the line.
</details>"""

SCRIPT = f'''# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Some other kernel
#     language: python
#     name: other
# ---

# %% [markdown]
r"""
# Sums in time

A running sum is $s^{{<t>}} = s^{{<t-1>}} + x^{{<t>}}$, with \\Gamma left out.
"""

# %%
# %matplotlib inline
import numpy as np
from unrolled.checks import sample as checks

# %% [markdown]
r"""
## One step

{HINTS}
"""

# %% exercise="add"
def add(x, s):
    """Return the next sum."""
    x = np.asarray(x)
    ### BEGIN SOLUTION
    return x + s
    ### END SOLUTION

# %% check="add" points=40
checks.add(add)

# %% tags=["figure"]
print(add(1, 2))

# %% [markdown]
r"""
## All steps

{HINTS}
"""

# %% exercise="running_sum"
def running_sum(x):
    """Return the sums of all steps."""
    ### BEGIN SOLUTION
    return np.cumsum(x)
    ### END SOLUTION

# %% check="running_sum" points=50
checks.running_sum(running_sum, add)

# %% tags=["training"]
for _ in range(10**9):
    pass

# %% [markdown]
# ## Words

# %% [markdown] answer="why_order" points=10
r"""
Why does the order not matter?

=== BEGIN MARK SCHEME ===
- 10 points: addition commutes
=== END MARK SCHEME ===
"""
'''


def write_course(root: Path, script: str = SCRIPT, slug: str = SLUG) -> Path:
    """Put a unit's script into the course at ``root``; returns the script's path."""
    path = root / "solutions" / slug / f"{slug}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script, encoding="utf-8")
    return path


def line_of(script: str, text: str, nth: int = 1) -> int:
    """The line, from 1, where ``text`` stands for the nth time."""
    lines = [number for number, line in enumerate(script.splitlines(), 1) if text in line]
    return lines[nth - 1]
