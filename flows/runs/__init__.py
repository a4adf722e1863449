"""What the pipelines share: forms, hooks, leases, one unit's way, and runs that died."""
