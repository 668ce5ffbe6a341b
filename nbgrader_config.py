"""nbgrader's view of this checkout: ``solutions/`` is its source folder, ``assignments/`` its release folder."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # the `nbgrader` command does not look for packages in the folder it runs in

from autograder.nbgrader_settings import configure  # noqa: E402

configure(get_config(), course=HERE)  # type: ignore[name-defined]  # noqa: F821 - given by nbgrader
