"""Steps of a pipeline; each is a unit of retry and holds its own logic."""
