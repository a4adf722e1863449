"""A file that a page is sent: a raw body, refused by its size before a byte of it is read."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from blocks.uploads import Upload
from flows.portal.visit import Unfit, Visit


async def receive(visit: Visit, *, name: str) -> Path:
    """Write the body of a request to disk as it comes; memory does not grow with its size.

    The route is declared with ``is_upload``. The file stays for a day, for a run to land it.

    Args:
        visit: Of a route about a tenant, whose quota it counts towards.
        name: What the sender calls it; its folders are dropped, and what is no text.

    Raises:
        Unfit: It does not say how long it is (411), or is too long (413).
        UploadRefused: The tenant's quota is used up, or it is not as long as it said.
    """
    declared = visit.request.headers.get("content-length", "")
    if not declared.isdigit():
        raise Unfit(411)
    chosen = visit.portal.settings
    if int(declared) > chosen.upload_max_bytes:
        raise Unfit(413)
    upload = await run_in_threadpool(
        Upload,
        visit.tenant.id,
        name,
        size_bytes=int(declared),
        quota_bytes=chosen.upload_quota_bytes,
    )
    try:
        async for chunk in visit.request.stream():
            await run_in_threadpool(upload.write, chunk)
        return await run_in_threadpool(upload.finish)
    except ClientDisconnect:
        await run_in_threadpool(upload.drop)
        raise Unfit(400) from None
    except BaseException:
        await run_in_threadpool(upload.drop)
        raise
