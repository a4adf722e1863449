"""The accounting domain: pure rules about vouchers, accounts, years and balances.

Nothing here reads a file, a clock or a network; everything here can be tested in memory.
"""
