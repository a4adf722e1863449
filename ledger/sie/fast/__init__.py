"""Lines of the shapes that programs write, read in columns.

Frozen: no feature is added here. What is new in the format, or odd in a file, is read by the exact
path alone (`ledger.sie.vouchers`); what these modules cannot read beyond doubt they mark as not
valid and leave to it. A change here repairs a fault or makes a step faster, and a
test holds both paths to the same tables (docs/decisions/0002-sie-two-paths.md).
"""
