"""Lines of the shapes that programs write, read in columns. Frozen: no features are added here."""
