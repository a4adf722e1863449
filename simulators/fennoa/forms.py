"""Forms as Fennoa takes them: nested names, and one file."""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final
from urllib.parse import parse_qsl

from simulators.fennoa.company import Form, Refused

ROW: Final = re.compile(r"^row\[(\d+)\]\[(\w+)\](?:\[(\w+)\])?$")
URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"


def read_form(body: bytes, content_type: str) -> Form:
    """Read a form with rows: ``row[1][price]`` is row 1's price.

    Raises:
        Refused: It is no form, or no UTF-8 (400).
    """
    if not content_type.startswith(URLENCODED):
        raise Refused(400, ["Expected form data"])
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise Refused(400, ["Expected UTF-8"]) from None
    form: Form = {"row": {}}
    for name, value in pairs:
        if found := ROW.match(name):
            number, key, inner = found.groups()
            row = form["row"].setdefault(int(number), {})
            if inner:
                row.setdefault(key, {})[inner] = value
            else:
                row[key] = value
        else:
            form[name] = value
    return form


def file_of(body: bytes, content_type: str, *, field: str) -> tuple[str, bytes]:
    """Return name and content of the file in a field of a form.

    Raises:
        Refused: There is none (400).
    """
    if content_type.startswith(MULTIPART):
        head = f"Content-Type: {content_type}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + body)
        for part in message.iter_parts():
            content = part.get_payload(decode=True)
            is_file = part.get_param("name", header="content-disposition") == field
            if is_file and isinstance(content, bytes):
                return part.get_filename() or "", content
    raise Refused(400, {field: ["Pakollinen kenttä"]})
