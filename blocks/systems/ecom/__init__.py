"""Ecom: what its customers' documents, approvals and payments say is to go elsewhere."""
