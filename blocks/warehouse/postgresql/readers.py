"""Who may read whose books in the database: roles of the server, each with its tenants.

A role reads everything that the policies let it see; nobody reads by the writer's rights. Passwords
are the server's business: a role that is made here has none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from blocks.warehouse.postgresql.errors import ReaderUnfit
from blocks.warehouse.postgresql.server import OF_SESSION, Server
from blocks.warehouse.postgresql.shape import let_in

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor

ROLE: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
"""Names of roles that need no quotes."""

_KNOWN: Final = """
select
    rolsuper or rolbypassrls as is_above,
    pg_has_role(rolname, current_user, 'member') as is_writer
from pg_roles
where rolname = $reader
"""

_MAY_MAKE: Final = "select rolcreaterole from pg_roles where rolname = current_user"


def allow(server: Server, reader: str, tenants: Sequence[str]) -> bool:
    """Let a role read tenants' books, and say whether it had to be made.

    Raises:
        ReaderUnfit: It may not be one; nothing was changed.
    """
    if ROLE.fullmatch(reader) is None:
        finding = "a role's name here is of a-z, 0-9 and _, and begins with no digit"
        raise ReaderUnfit(reader=reader, finding=finding)
    with server.writing() as db:
        is_new = _make_or_check(db, reader)
        let_in(db, reader)
        for tenant in tenants:
            db.execute(
                "insert into reader_tenant values ($reader, $tenant) on conflict do nothing",
                {"reader": reader, "tenant": tenant},
            )
    return is_new


def deny(server: Server, reader: str, tenants: Sequence[str] = ()) -> list[str]:
    """Take tenants, or all of them, from a role; return those that it may still read."""
    with server.writing() as db:
        db.execute(
            "delete from reader_tenant"
            " where reader = $reader and ($all or tenant = any ($tenants))",
            {"reader": reader, "all": not tenants, "tenants": list(tenants)},
        )
        left = db.execute(
            "select tenant from reader_tenant where reader = $reader order by tenant",
            {"reader": reader},
        )
        return [tenant for (tenant,) in left.fetchall()]


def readers(server: Server) -> list[tuple[str, str]]:
    """Return each role and a tenant that it may read, in order."""
    with server.reading() as db:
        return db.execute("select reader, tenant from reader_tenant order by 1, 2").fetchall()


def _make_or_check(db: Cursor, reader: str) -> bool:
    known = db.execute(_KNOWN, {"reader": reader}).fetchone()
    if known is None:
        (may_make,) = db.execute(_MAY_MAKE).fetchone() or (False,)
        if not may_make:
            finding = f"there is no such role; whoever may has to say: create role {reader} login"
            raise ReaderUnfit(reader=reader, finding=finding)
        db.execute(f"create role {reader} login")
        for name, value in OF_SESSION.items():
            db.execute(f"alter role {reader} set {name} = {value}")
        return True
    is_above, is_writer = known
    if is_above:
        finding = "it is a superuser or has BYPASSRLS, so it would see all tenants"
        raise ReaderUnfit(reader=reader, finding=finding)
    if is_writer:
        raise ReaderUnfit(reader=reader, finding="it can act as the user that writes the books")
    return False
