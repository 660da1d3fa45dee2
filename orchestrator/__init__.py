"""Autonomy: the agents, and who runs what, when, and with whose approval."""

import os

# The sums here are small and many run at once: a linear algebra library that starts a thread per
# core for each makes them wait for one another (430 unknowns took eight times as long to solve on
# two busy cores).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
