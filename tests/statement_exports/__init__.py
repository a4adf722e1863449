"""Statements of invented companies in the layouts of accounting programs, each with its reading.

What a file is to be read as comes from the books that it was printed from, never from the reader.
"""
