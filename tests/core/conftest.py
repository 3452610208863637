"""Makes the helpers of these tests importable by name; timing is no test."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

settings.register_profile(
    "massgen-hub", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.load_profile("massgen-hub")

for folder in ("consensus", "consensus/rules", "runner", "testing", "workers"):
    sys.path.append(str(Path(__file__).parent / folder))
