"""Pipelines: their order, their tenants, what a finding is worth; and the command line."""
