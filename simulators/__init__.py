"""Stand-ins for the outside world. They share no code with what they stand against."""
