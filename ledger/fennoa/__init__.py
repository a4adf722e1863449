"""Ledgers as Fennoa's API gives them: a year in the answers to a handful of calls.

`answers` reads what came as columns of text, `signs` finds out which side a balance is on,
`statements` makes vouchers of rows that came by account, `port` is the format.
"""
