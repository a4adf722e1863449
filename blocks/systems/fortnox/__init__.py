"""Fortnox (REST v3): the ledger of a company, read by SIE file and by what can be held against it.

`system` is what every command may know of it; `port` is how pipelines open it, and leads to the
rest: sessions, consent, documents, the renewal of tokens.
"""
