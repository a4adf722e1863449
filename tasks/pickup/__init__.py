"""Fetching of files from customers' SFTP servers: one poll of one tenant, and sweeps over many."""
