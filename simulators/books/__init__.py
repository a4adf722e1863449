"""Invented Swedish companies with books of any size, whose true balances are known.

Everything follows from the fields of a `company.Company`: the same company gives the same bytes on
every machine. Arithmetic is in whole öre. Import from the modules::

    from simulators.books.company import Company
    from simulators.books.faults import Fault
    from simulators.books.years import broken_years
    from simulators.books.sie.text import Layout

    company = Company(seed=7, years=broken_years(2022, 2024), vouchers_per_year=500)
    company.name, company.organisation_number
    content = company.sie(year=-1)                      # SIE 4E, CP437, CRLF; also 1, 2, 3, 4I
    company.write_sie(path, 0, layout=Layout(odd_percent=10, control_sum=True))   # bounded memory
    company.trial_balance(year=-1)                      # {"1930": Decimal("9021.18"), ...}
    company.movements(year=-1)                          # {("1930", "2024-07"): Decimal(...), ...}
    company.book(-1).totals                             # counts of vouchers, booked rows, history

    company.sie(faults=[Fault.TRUNCATED])               # the file lies, the truth stays
    company.planted(Fault.UNBALANCED_VOUCHER)           # where: series, number, account, öre
    tonight = company.next_night(removed=[("B", 17)], changed=[("L", 3)])   # the truth moves

A year is a position in `Company.years` (-1: the last). `demo.demo_companies()` are the demo's.
Series: A general, B sales, C receipts, L purchases, U payments, Y year end. Without voided
vouchers (``Habits(void_every=0)``) a year has exactly three rows per voucher when 40 divides the
number of vouchers, besides at most two vouchers of series Y.
"""
