"""Steps of a pipeline; each is a unit of retry and holds its own logic."""

import blocks  # noqa: F401 - what every process of ours begins with
