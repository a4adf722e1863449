"""Ledgers as Procountor's API gives them: a year in its receipts, each a part of its own.

`parts` names them, `counting` says which receipts are movements, `receipts` reads them as columns,
`summaries` finds the months that their VAT summaries prove, `port` is the format.
"""
