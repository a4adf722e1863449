"""Several hosts on one machine: real PostgreSQL, Redis and S3, two API servers, workers apart.

What an installation spreads over machines is here a process group and a folder each.
"""
