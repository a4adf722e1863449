"""Spotilla: registers of customers and products, and tasks that become invoices elsewhere."""
