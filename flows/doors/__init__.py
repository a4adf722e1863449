"""What the doors have in common, so that none imports another.

A door (`flows.cli`, `flows.demo`) starts what pipelines and tasks offer. Where one opens
another, it asks here, by name; nothing imports a door but what starts it.
"""
