"""What Ecom says of its documents, and what follows from it for the books elsewhere.

Ecom has no public interface, so the contract is ours: `events` and `documents` are what it gives,
`history` what became of a document, `decide` what is to be sent, and by which stamp.
"""
