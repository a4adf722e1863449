"""From the bytes of a file to its lines, fields and values, and what in the bytes is wrong."""
