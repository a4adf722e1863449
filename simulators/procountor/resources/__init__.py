"""What Procountor's API offers, by resource."""
