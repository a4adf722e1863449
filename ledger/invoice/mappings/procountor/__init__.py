"""Pushed documents as Procountor takes them: bodies of its calls, and what proves a lost answer.

`terms` is what is agreed with a tenant and `tables` what Procountor lists; `characters` keeps text
within its set. `invoices`, `receipts`, `cards` and `vouchers` write bodies and name
what stands against a document; `matching` finds a partner's card, `proofs` read what became of a
call.

Source:
    Procountor API 26.04; decision 0033.
"""
