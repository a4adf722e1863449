"""Procountor: documents are pushed into it, by an API key for each tenant and client."""
