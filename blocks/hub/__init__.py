"""The hub: tenants, fiscal years, status of units, held results, leases, events."""
