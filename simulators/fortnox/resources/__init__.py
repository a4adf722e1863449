"""What the simulator serves, one module per kind."""
