"""Pipelines: their order, their tenants, what a finding is worth; and the command line."""

import zoneinfo

import blocks  # noqa: F401 - what every process of ours begins with

# Time zones by the locked package, the same on every machine. Prefect lists them all for each
# schedule that it reads: half a millisecond from there, 12 to 100 from the system's folder.
zoneinfo.reset_tzpath(to=())
