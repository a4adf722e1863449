"""Workbooks made on the spot, of each kind: what a test says of a sheet, as bytes."""
