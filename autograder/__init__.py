"""The instructors' side of Unrolled: builds the notebooks, grades them in safety, and audits its own graders."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read when TensorFlow is imported, which talks otherwise
# Below nbformat, jsonschema would build a grammar of web addresses, a second for each process; no notebook's schema
# has any, and jsonschema goes without when this import fails.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
