"""The records that are not vouchers: where they are, the header and the small tables."""
