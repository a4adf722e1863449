"""Files that are dropped in: sent, asked about where a system sends the year too, and their fate.

Source:
    R-FIN-1, R-FIN-28, R-SEN-15, R-SEN-35.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from blocks.hub import FileSeen, Hub
from blocks.settings import REFERENCE
from flows.portal.formats import file_word
from flows.portal.pages.syncing import watched
from flows.portal.routes import ANYONE, FILE, RUN, TEXT, UPLOAD, WORD, path_of, route
from flows.portal.runs import Watched
from flows.portal.settings import MIB
from flows.portal.uploads import receive
from flows.portal.visit import Unfit, Visit, not_found
from ledger.outcome import Outcome
from ledger.readers import SUFFIXES
from tasks.arrivals import REFRESH, SOURCE, Use
from tasks.fetch import land_sent
from tasks.file_fates import fates
from tasks.findings import awaited, findings_of
from tasks.onboarding import takes_files
from tasks.sent_files import SentFile, find_sent

DROP_IN: Final = "drop-in/drop-in"
USES: Final[Mapping[str, Use]] = {"refresh": REFRESH, "source": SOURCE}
LISTED: Final = 50
"""Files that the page lists, newest first."""


@route("GET", "/companies/{tenant}/files", who=ANYONE, takes={"run": RUN, "refused": WORD})
async def files(visit: Visit) -> Response:
    """Offer to send a file, and list those that came with what became of each."""
    return await run_in_threadpool(_files, visit, await watched(visit, visit.every("run")))


@route(
    "POST",
    "/companies/{tenant}/files",
    who=ANYONE,
    takes={"name": TEXT, "what": WORD},
    is_upload=True,
)
async def send_file(visit: Visit) -> Response:
    """Take a file, and have it read unless something has to be asked first."""
    path = await receive(visit, name=visit["name"])
    sent = await run_in_threadpool(sent_of, visit, path.parent.name)
    if visit.get("what") == "statement":
        visit.note(f"upload {sent.id}: {sent.size_bytes} bytes, a statement")
        return visit.to("statement", tenant=visit.tenant.id, upload=sent.id)
    if not await run_in_threadpool(takes_files, visit.stores.hub, visit.tenant.id):
        visit.note(f"upload {sent.id}: {sent.size_bytes} bytes, before the opening takes files")
        return visit.to("files", tenant=visit.tenant.id, refused="yes")
    if sent.asks:
        visit.note(f"upload {sent.id}: {sent.size_bytes} bytes")
        return visit.to("sent_file", tenant=visit.tenant.id, upload=sent.id)
    return await _read(visit, sent, SOURCE)


@route("GET", "/companies/{tenant}/files/template.csv", who=ANYONE)
def journal_template(visit: Visit) -> Response:  # noqa: ARG001 - it is the same to everybody
    """Hand out a table of vouchers to fill in, as `tasma template` prints it."""
    return Response(
        (REFERENCE / "journal_template.csv").read_bytes(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="vouchers.csv"'},
    )


@route("GET", "/companies/{tenant}/files/sent", who=ANYONE, takes={"upload": UPLOAD})
def sent_file(visit: Visit) -> Response:
    """Ask what a file is to a year that a system sends every night."""
    return visit.page("sent_file.html", tenant=visit.tenant, sent=sent_of(visit, visit["upload"]))


@route(
    "POST",
    "/companies/{tenant}/files/sent",
    who=ANYONE,
    takes={"upload": UPLOAD, "use": WORD},
)
async def read_file(visit: Visit) -> Response:
    """Have a file read, as what was answered."""
    sent = await run_in_threadpool(sent_of, visit, visit["upload"])
    if visit.get("use") not in USES:
        raise Unfit(400)
    return await _read(visit, sent, USES[visit["use"]])


@route("GET", "/companies/{tenant}/files/one", who=ANYONE, takes={"file": FILE})
def seen_file(visit: Visit) -> Response:
    """Show what became of a file each time it came, with what was wrong with it."""
    hub, tenant = visit.stores.hub, visit.tenant
    seen = hub.files.of_bytes(tenant.id, visit["file"])
    if not seen:
        raise not_found()
    load = hub.loads.find(seen[0].load_id) if seen[0].load_id else None
    is_held = load is not None and seen[0].outcome == "held" and load.is_open
    hold = load if is_held else None
    return visit.page(
        "seen_file.html", tenant=tenant, seen=seen, hold=hold, words=_words(hub, seen)
    )


@route("GET", "/companies/{tenant}/files/runs/{run}", who=ANYONE, takes={"run": RUN})
async def file_run(visit: Visit) -> Response:
    """Show how the reading of a file stands, for a page that waits; at its end the list, too."""
    (run,) = await watched(visit, [visit["run"]])
    return await run_in_threadpool(_with_files, visit, run)


async def _read(visit: Visit, sent: SentFile, use: Use) -> Response:
    tenant = visit.tenant.id
    sha256 = await run_in_threadpool(land_sent, visit.stores, tenant, sent.path)
    path = str(sent.path.absolute())
    asked = {"path": path, "who": visit.who, "use": use, "sha256": sha256}
    run_id = await visit.portal.runs.start(DROP_IN, tenant, asked)
    visit.note(f"upload {sent.id}: {sent.size_bytes} bytes, as {use}")
    return RedirectResponse(f"{path_of('files', tenant=tenant)}?run={run_id}", 303)


def sent_of(visit: Visit, upload: str) -> SentFile:
    """Return a file that waits.

    Raises:
        Unfit: It is gone, or another company's.
    """
    found = find_sent(visit.stores.hub, visit.tenant.id, upload)
    if found is None:
        raise not_found()
    return found


def _files(visit: Visit, runs: list[Watched]) -> Response:
    tenant, hub = visit.tenant, visit.stores.hub
    found = hub.files.recent(tenant.id, limit=LISTED, has_arrivals=False)
    seen = _seen(hub, tenant.id, runs)
    return visit.page(
        "files.html",
        tenant=tenant,
        runs=runs,
        is_open=takes_files(hub, tenant.id),
        refused=visit.get("refused"),
        seen=seen,
        is_poll=False,
        found=found,
        words=_words(hub, [*found, *seen.values()]),
        suffixes=", ".join(sorted(SUFFIXES)),
        max_bytes=visit.portal.settings.upload_max_bytes,
        max_mib=visit.portal.settings.upload_max_bytes // MIB,
    )


def _with_files(visit: Visit, run: Watched) -> Response:
    tenant, hub = visit.tenant, visit.stores.hub
    found = []
    if run.is_over:
        found = hub.files.recent(tenant.id, limit=LISTED, has_arrivals=False)
    seen = _seen(hub, tenant.id, [run])
    return visit.page(
        "file_run.html",
        tenant=tenant,
        run=run,
        seen=seen,
        found=found,
        words=_words(hub, [*found, *seen.values()]),
        is_poll=True,
    )


def _seen(hub: Hub, tenant: str, runs: Sequence[Watched]) -> dict[str, FileSeen]:
    """Return what the hub knows of the file of each run that is over, by the run's id."""
    found = {
        run.id: hub.files.of_bytes(tenant, run.file) for run in runs if run.is_over and run.file
    }
    return {run_id: seen[0] for run_id, seen in found.items() if seen}


def _words(hub: Hub, found: Sequence[FileSeen]) -> dict[int, str]:
    """Return which sentences of `files` tell what became of each file, by its id."""
    since = fates(hub, found)
    return {
        one.id: f"then_{since[one.id]}"
        if one.id in since
        else _awaits(hub, one) or file_word(one.outcome)
        for one in found
    }


def _awaits(hub: Hub, one: FileSeen) -> str:
    """Return the word of a file that waits for the customer's statements alone; else none."""
    load = hub.loads.find(one.load_id) if one.outcome == Outcome.HELD and one.load_id else None
    kinds = awaited(findings_of(hub, load).holding) if load else ()
    return f"awaits_{'both' if len(kinds) > 1 else kinds[0]}" if kinds else ""
