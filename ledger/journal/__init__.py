"""Journal files: our own layout for whoever exports a ledger with a program of their own.

`docs/systems/journal.md` is the layout as its users read it; `layout` has its headings, `port`
reads a file. A file is taken whole or not at all: what is not as the layout has it is a `Finding`,
named by section, row and column, and one finding refuses the file.
"""
