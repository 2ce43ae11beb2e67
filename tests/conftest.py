"""What all tests have in common."""

import functools

import torch
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner

# Two threads for twenty numbers wait for each other for milliseconds on a busy machine.
torch.set_num_threads(1)

# Truth has no deadline: how long an example takes depends on who else uses the machine.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

# A page without a browser asks all installed packages anew, at each run, whether they bring
# Streamlit components: half of its time, and always the same answer.
manifest_scanner.scan_component_manifests = functools.cache(
    manifest_scanner.scan_component_manifests
)
