"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# Speed is measured in bench/, never by a deadline in a test: these machines are shared.
settings.register_profile("pointsman", deadline=None)
settings.load_profile("pointsman")
