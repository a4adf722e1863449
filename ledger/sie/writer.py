"""The SIE writer: one unit's canonical tables as a SIE 4E file.

Read again, it gives the same tables, but for what SIE 4E has no place for:

- letters outside code page 437 (written ``?``), control characters (a blank), a backslash before a
  quotation mark or at the end of a text (``/``), blanks around a name;
- that an account is equity (a liability in SIE) or statistical;
- `voucher.source_ref` and `source_line`;
- of a file that was read: its type, flag and declared format, and #ADRESS, #BKOD, #FTYP, #PROSA,
  #TAXAR, the signature of #GEN and the second and third number of #ORGNR, which no table keeps.

Vouchers come sorted by series and number, as the format wants them; one that shares its number
keeps its turn, and so its key.

Source: SIE file format 4B.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from ledger.schemas import CANONICAL
from ledger.sie.records.header import SieHeader
from ledger.sie.text.checksum import control_sum as compute_control_sum
from ledger.sie.writing.balances import write_balances
from ledger.sie.writing.fields import encoded, record
from ledger.sie.writing.head import write_chart, write_identification, write_register
from ledger.sie.writing.vouchers import write_vouchers


def write_sie(
    header: SieHeader, tables: Mapping[str, pa.Table], *, control_sum: bool = False
) -> bytes:
    """Write a SIE 4E file in code page 437 with CRLF.

    Args:
        header: Whose books they are. `sie_type`, `declared_format` and `already_read` are not
            taken over: what is written is a new file of type 4E.
        tables: Canonical tables of one unit; one that is absent is empty. Amounts are debit
            positive, which is SIE's own sign. `fiscal_year` is not read: the header has the
            years and the currency.
        control_sum: Enclose the records in #KSUMMA (§10).

    Raises:
        RowWithoutVoucher: A posting, object or correction belongs to nothing in the tables.
        HistoryWithoutPosting: An added row of history has no booked row to stand before.
    """
    whole = {name: tables.get(name, schema.empty_table()) for name, schema in CANONICAL.items()}
    body = b"".join(_body(header, whole))
    flag = encoded(record("#FLAGGA", "0"))
    if not control_sum:
        return flag + body
    opening = flag + encoded(record("#KSUMMA"))
    total = compute_control_sum(opening + body)
    return opening + body + encoded(record("#KSUMMA", str(total)))


def _body(header: SieHeader, tables: Mapping[str, pa.Table]) -> Iterator[bytes]:
    groups = (
        write_identification(header, tables["reported_fiscal_year"]),
        write_chart(tables["ledger_account"]),
        write_register(tables["dimension"], tables["dimension_object"]),
        write_balances(tables["opening_balance"], tables["reported_balance"]),
    )
    yield from (encoded(lines) for group in groups for lines in group)
    yield from write_vouchers(tables)
