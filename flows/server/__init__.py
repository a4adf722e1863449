"""Prefect's server and what serves our deployments: start, environment, secrets, fork server."""
