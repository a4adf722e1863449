"""Connections to the world: files, lake, warehouse, hub, and the systems the books come from."""
