"""How many examples hypothesis tries: the same few always, or with `TIR_EXPLORE=1` many new ones."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
settings.register_profile("checks", max_examples=40, derandomize=True, database=None, **_common)
settings.register_profile("explore", max_examples=2000, **_common)
settings.load_profile("explore" if os.environ.get("TIR_EXPLORE") else "checks")
