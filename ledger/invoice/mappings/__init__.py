"""What each target is sent of an invoice: its fields by name, or findings that refuse it."""
