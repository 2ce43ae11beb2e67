"""What `make bench` measures.

As in app.py, torch works on one thread; whichever of these modules imports it, this comes first.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
