"""Sales invoices as Fennoa takes them: form fields of `sales_api/add`, or a named refusal.

`terms` is what is agreed with a tenant and `tables` what Fennoa lists; `checks` refuse, `header`
and `rows` spell, `mapping` does both. `plan` says which steps a document takes and what is missing
before a tenant's first, `answers` reads what Fennoa answers, and `read_back` holds an invoice there
against what was sent.

Source:
    Fennoa's help on the sales invoice API and its public API pages (R-FEN-1 to -43, -P1 to -P5).
"""
