"""The instructors' side of Unrolled: builds the notebooks, grades them in safety, and audits its own graders."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read when TensorFlow is imported, which talks otherwise
