"""What follows from Ecom's feed for a tenant: cases, decisions, what is queued, what is shown."""
