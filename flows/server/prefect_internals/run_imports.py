"""What a run imports while it runs, imported before it begins; and what a fork must set anew."""

from __future__ import annotations

# Not used here: each run would spend a tenth of a second and more on them.
import prefect.concurrency.services
import prefect.task_engine
import prefect.utilities.visualization  # noqa: F401
from prefect.context import refresh_global_settings_context

__all__ = ["refresh_global_settings_context"]
