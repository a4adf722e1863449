"""What people read in the UI: one page each, written from results and computing nothing."""
