"""SIE files as chance or ill will would make them, the same for the same seed or size."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from ledger.sie.text.checksum import control_sum

_HEAD: Final = """#FLAGGA 0
#KSUMMA
#PROGRAM "Påhitt" 1.0
#FORMAT PC8
#GEN 20250120
#SIETYP 4
#ORGNR 559990-0015
#FNAMN "Påhittade Blåbär AB"
#RAR 0 20240101 20241231
#DIM 1 "Kostnadsställe"
#OBJEKT 1 "KS 1" "Åre"
#KONTO 1930 "Bank"
#KONTO 3001 "Försäljning"
#IB 0 1930 100.00
#UB 0 1930 2500.00
#RES 0 3001 -2400.00
"""
_VOUCHER: Final = """#VER A {number} 202401{day:02} "Kund {number} \\"Ö\\"" 20240131
{{
#TRANS 1930 {{}} {number}00.00 "" "" 0
#RTRANS 3001 {{1 "KS 1"}} -{number}00.00 20240131 "Rättat" 1.5 "Bo"
#TRANS 3001 {{1 "KS 1"}} -{number}00.00 20240131 "Rättat" 1.5 "Bo"
#BTRANS 1930 {{}} 7.00
}}
"""


_STRANGE: Final = [
    *(bytes([byte]) for byte in b'\0\x1a\r\t"{}\\#9-.\xff\xe5'),
    *(b"\n#VER", b"\n#TRANS", b'\n#TRANS 1930 {} 1 "{', b"\n{", b"\n}", "ö".encode()),
    *(b'#VER A 9 20240101 "{"', b"#VER A 9 {", b"99991231", b"#KSUMMA", b"\xef\xbb\xbf"),
]


def sound_file(vouchers: int = 12) -> bytes:
    """Write a sound SIE 4E file in code page 437, with its control sum."""
    numbers = range(1, vouchers + 1)
    body = "".join(_VOUCHER.format(number=number, day=number % 28 + 1) for number in numbers)
    content = (_HEAD + body).replace("\n", "\r\n").encode("cp437")
    return content + f"#KSUMMA {control_sum(content)}\r\n".encode()


def _flip(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.randint(1, 40)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _tear(content: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(content))
    return content[:start] + content[start + dice.randint(1, 400) :]


def _lose(content: bytes, dice: random.Random) -> bytes:
    """Lose some of the marks that the format hangs on."""
    mark = dice.choice([b"{", b"}", b'"', b"\n", b"\r", b" ", b"#", b"\\"])
    return b"".join(piece if dice.random() < 0.1 else piece + mark for piece in content.split(mark))


def _put(content: bytes, dice: random.Random) -> bytes:
    """Put in what no program writes, somewhere, once or very often."""
    strange = dice.choice(_STRANGE)
    at = dice.randrange(len(content))
    return content[:at] + strange * dice.choice([1, 1, 1, 2, 9, 70, 3000]) + content[at:]


def _swap(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    for _ in range(dice.randint(1, 9)):
        first, second = dice.randrange(len(lines)), dice.randrange(len(lines))
        lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


def _repeat(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    at = dice.randrange(len(lines))
    return b"".join([*lines[:at], lines[at] * dice.choice([2, 20, 2000]), *lines[at:]])


def _recode(content: bytes, dice: random.Random) -> bytes:
    page = dice.choice(["utf-8", "cp1252", "utf-16", "utf-8-sig", "utf-7", "cp037"])
    return content.decode("cp437").encode(page, errors="replace")


def _noise(content: bytes, dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(len(content)))


HURTS: Final = (_flip, _cut, _tear, _lose, _put, _swap, _repeat, _recode, _noise)


def hurt_file(seed: int) -> bytes:
    """Write the sound file with one to three hurts."""
    dice = random.Random(seed)  # noqa: S311 - the same for the same seed
    content = sound_file()
    for hurt in dice.choices(HURTS, weights=[*[4] * 6, 2, 1, 1], k=dice.randint(1, 3)):
        content = hurt(content, dice) or b"#"
    return content


_VOUCHER_LINE: Final = b"#VER A %d 20240101\n"


def _numbered(line: bytes) -> Callable[[int], bytes]:
    def make(size: int) -> bytes:
        count = size // (len(line) + 4)
        return b"".join([line % number for number in range(count)])

    return make


def _same(line: bytes, *, head: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: head + line * (size // len(line))


_START: Final = b"#FLAGGA 0\n#SIETYP 4\n#RAR 0 20240101 20241231\n"
_OPEN: Final = _START + b"#VER A 1 20240101\n{\n"
_SUM: Final = b"#KSUMMA\n" + _OPEN

FLOODS: Final[dict[str, Callable[[int], bytes]]] = {
    "empty": lambda _size: b"",
    "NUL": _same(b"\0"),
    "end marks": _same(b"\x1a"),
    "blanks": _same(b" "),
    "newlines": _same(b"\n", head=_START),
    "blank lines": _same(b" \r\n", head=_START),
    "carriage returns": _same(b"\r", head=_START),
    "carriage returns before a newline": _same(b"\r" * 60_000 + b"\n", head=_START),
    "margins": _same(b" " * 60_000 + b"#TRANS 1930 {} 1\n", head=_OPEN),
    "short margins": _same(b" " * 40 + b"#TRANS 1930 {} 1\n", head=_OPEN),
    "one line": _same(b"x", head=_START),
    "one record": _same(b"1 ", head=_START + b"#KONTO "),
    "one row": _same(b"1 ", head=_OPEN + b"#TRANS 1930 {"),
    "words": _same(b"x\n"),
    "marks": _same(b"#\n", head=_START),
    "marks in a line": _same(b"#" * 60_000 + b"\n", head=_START),
    "marks apart": _same(b" #" * 30_000 + b"\n", head=_START),
    "open braces": _same(b"{\n", head=_START),
    "close braces": _same(b"}\n", head=_START),
    "braces with more": _same(b"{ x\n", head=_START),
    "empty blocks": _same(b"#VER\n{}\n", head=_START),
    "quotes": _same(b'"\n', head=_START),
    "backslashes": _same(b"\\" * 60_000 + b'"\n', head=_START),
    "labels of vouchers": _same(b"#VER\n", head=_START),
    "labels inside words": _same(b"x#VER", head=_START),
    "labels of rows": _same(b"#TRANS\n", head=_OPEN),
    "rows of no voucher": _same(b"#TRANS 1930 {} 1\n", head=_START),
    "rows of one voucher": _same(b"#TRANS 1930 {} 1.00\n", head=_OPEN),
    "bent rows": _same(b'#TRANS 1930 {} 1,00 "" "a"b"\n', head=_OPEN),
    "bent rows with a sum": _same(b'#TRANS 1930 {} 1,00 "" "a"b"\n', head=_SUM),
    "rows with many objects": _same(b"#TRANS 1930 {" + b"1 " * 8_000 + b"} 1\n", head=_OPEN),
    "rows with many fields": _same(b"#TRANS 1930 {} 1 " + b'"" ' * 8_000 + b"\n", head=_OPEN),
    "rows with many marks": _same(b"#TRANS 1930 {} 1 " + b'a"b ' * 8_000 + b"\n", head=_OPEN),
    "rows with many escapes": _same(b'#TRANS 1930 {} 1 "" "' + b'\\"' * 8_000 + b'"\n', head=_OPEN),
    "unclosed text": _same(b'#TRANS 1930 {} 1 "" "' + b'a"b' * 8_000 + b"\n", head=_OPEN),
    "long numbers": _same(b"#TRANS 1930 {} " + b"9" * 30_000 + b"\n", head=_OPEN),
    "history with objects": _numbered(b"#RTRANS 1930 {1 %d} 1\n"),
    "ever new objects": lambda size: _OPEN + _numbered(b"#TRANS 1930 {1 %d} 1\n")(size),
    "ever new objects in a line": lambda size: _OPEN + _numbered(b"#TRANS {1 %014d ")(size),
    "ever new objects in texts": lambda size: (
        _OPEN + _numbered(b'#TRANS 1 5.00 "" "a {%d Q}"\n')(size)
    ),
    "ever new accounts": lambda size: _START + _numbered(b"#KONTO %d x\n")(size),
    "ever new balances": lambda size: _START + _numbered(b"#IB 0 %d 1\n")(size),
    "ever new objects declared": lambda size: _START + _numbered(b"#OBJEKT 1 %d x\n")(size),
    "ever new labels": lambda size: _START + _numbered(b"#L%d x\n")(size),
    "ever new years": lambda size: _START + _numbered(b"#RAR %d 20240101 20241231\n")(size),
    "the same year": _same(b"#RAR 0 20240101 20241231\n"),
    "the same account": _same(b"#KONTO 1930 Bank\n", head=_START),
    "the same voucher": _same(b"#VER A 1 20240101\n{\n}\n", head=_START),
    "vouchers without end": lambda size: _START + _numbered(_VOUCHER_LINE)(size),
    "many series": lambda size: _START + _numbered(b"#VER S%d 1 20240101\n{\n}\n")(size),
    "opened on their line": _same(b"#VER A 1 20240101 {\n}\n", head=_START),
    "sums": _same(b"#KSUMMA\n"),
    "records with a sum": _same(b"#PROSA x\n", head=b"#KSUMMA\n"),
    "control characters": _same(b"\x01\n", head=_START),
    "control characters with a sum": _same(b"#PROSA \x01\n", head=_SUM),
    "stray bytes": _same(b"\xe5\n", head=_START + "#FNAMN ö\n".encode() * 3),
    "stray bytes in UTF-8": _same(
        b'#TRANS 1930 {} 1 "" "\xe5\xf6\xc3\xa4\xc3\xb6\xc3\xa5"\n', head=_OPEN
    ),
    "strays after letters": lambda size: (
        _OPEN + "#FNAMN ö\n".encode() * (size // 20) + b"\xe5" * (size // 25)
    ),
    "double encoding": _same("#FNAMN Ã¥\n".encode(), head=_START),
    "lost letters": _same("\ufffd\n".encode(), head=_START),
    "undefined in 1252": _same(b"\x81\xe5\xe5\n", head=_START),
    "binary": lambda size: random.Random(1).randbytes(size),  # noqa: S311 - the same every time
    "UTF-16": lambda size: sound_file(size // 500).decode("cp437").encode("utf-16"),
    "XML": _same(b"<a>\n"),
}
"""Files of about any size that are all of one thing, by what that is."""
