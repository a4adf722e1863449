"""The SIE format (types 1-4): read with every deviation diagnosed, written as 4E."""
