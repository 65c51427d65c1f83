"""Stage 5: features become a calibrated probability of churn with reasons; a model card says how good."""

import os

# OpenMP threads that spin while they wait took 20 times the time on a busy host. The OpenMP runtime reads
# this once, when the first library that uses it is loaded; so it is said before any module of this stage is.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
