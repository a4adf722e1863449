"""On how many examples a law is tried: in a campaign on all, in every day's run on fewer.

`TASMA_CAMPAIGN=1` (`make campaign`) loads the profile `campaign`, which is hypothesis's own number;
without it, `tasma` tries about a fifth, since others are drawn in each run.
"""

from __future__ import annotations

import math
import os
from typing import Final

from hypothesis import settings

CAMPAIGN: Final = "TASMA_CAMPAIGN"
CAMPAIGN_EXAMPLES: Final = 100
EVERYDAY_EXAMPLES: Final = 20


def load_profile() -> None:
    """Choose how many examples a law without a number of its own is tried on."""
    # How long an example takes says more about what else the machine does than about the code.
    settings.register_profile("tasma", deadline=None, max_examples=EVERYDAY_EXAMPLES)
    settings.register_profile("campaign", deadline=None, max_examples=CAMPAIGN_EXAMPLES)
    settings.load_profile("campaign" if os.environ.get(CAMPAIGN) else "tasma")


def examples(campaign: int, *, least: int = 1) -> int:
    """Return how many examples the loaded profile tries of a law.

    Args:
        campaign: How many the profile `campaign` tries.
        least: Fewer than so many would let a fault slip through that the law is there to find.
    """
    everyday = math.ceil(campaign * settings().max_examples / CAMPAIGN_EXAMPLES)
    return min(campaign, max(least, everyday))
