"""Spotilla and Procountor, every half hour: partners back, customers and products out, invoices."""
