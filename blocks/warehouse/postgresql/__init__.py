"""What is published, in one schema of a PostgreSQL database for all tenants (decision 0049)."""
