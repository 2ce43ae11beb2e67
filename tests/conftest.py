"""What all tests have in common."""

from hypothesis import settings

# Truth has no deadline: how long an example takes depends on who else uses the machine.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
