"""Documents as they are pushed: already in the target's codes, in nobody's field names.

A route's mapping makes them of a source's documents; a target makes its own calls of them. They
travel through the outbox as JSON and come back as the same value.
"""
