"""The pages: one file for each group; importing this declares them all.

A new group is a file here and its line below (docs/extending.md, A page of the portal).
"""

from flows.portal.pages import (
    accounts,
    books,
    companies,
    company,
    comparison,
    consent,
    documents,
    files,
    holds,
    invitations,
    links,
    opening,
    preferences,
    pushes,
    routes,
    signing_in,
    statements,
    static,
    syncing,
)

__all__ = [
    "accounts",
    "books",
    "companies",
    "company",
    "comparison",
    "consent",
    "documents",
    "files",
    "holds",
    "invitations",
    "links",
    "opening",
    "preferences",
    "pushes",
    "routes",
    "signing_in",
    "statements",
    "static",
    "syncing",
]
