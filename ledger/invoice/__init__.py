"""Sales invoices and credit notes, whichever system they come from and go to.

`document` is the value that every source becomes and every target is given; `arithmetic` its sums
under a target's rules of rounding; `identifiers`, `vat_rates` and `checks` what can be wrong with
it by itself; `contract` and `flat` how it is written in files; `mappings` what each target is sent.
Nothing here is raised about a document: what is wrong with it is a `problems.Problem`.
"""
