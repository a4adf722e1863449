"""What Spotilla's registers and tasks say, and what follows from it: pure, and without its calls.

`names` is how Spotilla spells things, as data; `records` its customers, products and tasks; `judge`
whether a task becomes an invoice; `matching` which cards are one customer; `pull` what a change in
the other system makes of a customer; `schedule` when a tenant's turn comes.

Source:
    The article *Miten Procountor integraatio toimii* (R-SPO-1 to -35).
"""
