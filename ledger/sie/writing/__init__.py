"""The parts of the SIE writer, from field to voucher."""
