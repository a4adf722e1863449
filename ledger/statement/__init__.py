"""What a customer's income statement, balance sheet or trial balance says, from a grid of cells.

A statement comes as a program exports it or as a person typed it: titles, merged headings, several
periods side by side, totals above or below their parts. `read_book` makes `Statement` values of it
and says what it could not know (`Question`) and what must not pass in silence (`Remark`).
"""
