"""The OAuth endpoints: /oauth-v1/auth, /oauth-v1/token, /oauth-v1/revoke.

Source: Fortnox developer pages "Get Authorization-Code", "Get Access-Token", "Get Refresh-Token",
"Get Access-Token using client credentials", "Authorization" (revoke). Not documented and therefore
chosen here: the body when no consent stands behind client credentials, and when a licence lapsed.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import html
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from simulators.fortnox.answers import HTML_TYPE, Answer, json_answer
from simulators.fortnox.tokens import ACCESS_LIFE, Grant, OAuthRefused
from simulators.fortnox.world import ConsentRefused, World

FORM: Final = "application/x-www-form-urlencoded"
AUTH_PARAMETERS: Final = ("client_id", "response_type", "state", "scope")
UNKNOWN_CLIENT: Final = "Auth code or ClientID supplied is invalid"


def authorize_page(world: World, query: Mapping[str, str]) -> Answer:
    """Answer /oauth-v1/auth: a page on which a company is picked, or a redirect with an error."""
    problem = _auth_problem(world, query)
    if problem:
        return Answer(400, f"<p>{html.escape(problem)}</p>".encode(), HTML_TYPE)
    # A scope that the integration is not registered for is refused before anybody logs in.
    if set(_scopes(query)) - set(world.registered_scopes):
        return back(world, query, error="invalid_scope", error_description="Unknown scope")
    links = "".join(
        f'<li><a href="/_simulator/consent?{html.escape(urlencode({**query, "tenant": number}))}">'
        f"{number} {html.escape(tenant.edition.company.name)}</a></li>"
        for number, tenant in world.tenants.items()
    )
    title = "Simulated Fortnox: who consents?"
    page = (
        # An icon of its own, or a browser asks for one, which no resource is.
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><h1>{title}</h1><ul>{links}</ul></html>'
    )
    return Answer(200, page.encode(), HTML_TYPE)


def _auth_problem(world: World, query: Mapping[str, str]) -> str:
    missing = [name for name in AUTH_PARAMETERS if not query.get(name)]
    if missing:
        return f"Missing {', '.join(missing)}"
    if query["client_id"] != world.client_id:
        return UNKNOWN_CLIENT
    if query.get("redirect_uri", world.redirect_uri) != world.redirect_uri:
        return "redirect_uri is not the registered one"
    if query.get("account_type") == "service" and not world.habits.allows_service_accounts:
        return "Client does not allow service account"
    return "" if query["response_type"] == "code" else "response_type must be code"


def consent(world: World, query: Mapping[str, str]) -> Answer:
    """Consent in the name of ``tenant`` and go back to the client with a code or an error."""
    problem = _auth_problem(world, query)
    if problem:
        return Answer(400, f"<p>{html.escape(problem)}</p>".encode(), HTML_TYPE)
    try:
        code = world.authorize(
            int(query["tenant"]),
            scopes=_scopes(query),
            service=query.get("account_type") == "service",
            redirect_uri=query.get("redirect_uri", world.redirect_uri),
        )
    except ConsentRefused as refused:
        return back(world, query, error=refused.error, error_description=refused.description)
    return back(world, query, code=code)


def back(world: World, query: Mapping[str, str], **fields: str) -> Answer:
    """Redirect to the client, with the state as it came."""
    address = world.redirect_uri + "?" + urlencode({**fields, "state": query["state"]})
    return Answer(302, b"", HTML_TYPE, (("Location", address),))


def _scopes(query: Mapping[str, str]) -> list[str]:
    return query.get("scope", "").split()


def tenant_of(world: World, path: str, form: Mapping[str, str], *, tenant_id: str) -> int | None:
    """Say for whom a token is asked, before anything is used up."""
    if not path.endswith("/token"):
        grant = world.tokens.refresh_tokens.get(form.get("token", ""))
        return grant.tenant if grant else None
    grants = {**world.tokens.codes, **world.tokens.refresh_tokens}
    held = grants.get(form.get("code") or form.get("refresh_token") or "")
    return held.tenant if held else int(tenant_id) if tenant_id.isdecimal() else None


def token(
    world: World,
    form: Mapping[str, str],
    *,
    authorization: str,
    tenant_id: str,
    skew_s: float = 0,
) -> Answer:
    """Answer /oauth-v1/token. Everything is done before the answer leaves, even if it is lost.

    ``skew_s``: how far ahead the clock is that dates the tokens.
    """
    skew = dt.timedelta(seconds=skew_s)
    kinds: dict[str, Callable[[], Answer]] = {
        "authorization_code": lambda: _pair(world, _by_code(world, form), skew),
        "refresh_token": lambda: _pair(world, _by_refresh(world, form), skew),
        "client_credentials": lambda: _service(world, form, tenant_id, skew),
    }
    with world.lock:
        try:
            _check_client(world, authorization)
            return kinds.get(form.get("grant_type", ""), _unsupported)()
        except OAuthRefused as refused:
            return refusal(refused)


def revoke(world: World, form: Mapping[str, str], *, authorization: str) -> Answer:
    """Answer /oauth-v1/revoke, for refresh tokens only: access tokens cannot be revoked."""
    with world.lock:
        try:
            _check_client(world, authorization)
        except OAuthRefused as refused:
            return refusal(refused)
        gone = None
        if form.get("token_type_hint") == "refresh_token":
            gone = world.tokens.refresh_tokens.pop(form.get("token", ""), None)
        return json_answer({"revoked": gone is not None})


def refusal(refused: OAuthRefused) -> Answer:
    """Answer with OAuth's error body, which is not Fortnox's envelope."""
    status = 401 if refused.error == "invalid_client" else 400
    body = {"error": refused.error, "error_description": refused.description}
    return json_answer(body, status=status)


def _check_client(world: World, authorization: str) -> None:
    kind, _, encoded = authorization.partition(" ")
    try:
        credentials = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        credentials = ""
    if kind != "Basic" or credentials != f"{world.client_id}:{world.client_secret}":
        raise OAuthRefused("invalid_client", "Invalid client credentials")


def _unsupported() -> Answer:
    raise OAuthRefused("unsupported_grant_type", "Unknown grant_type")


def _by_code(world: World, form: Mapping[str, str]) -> Grant:
    uri = form.get("redirect_uri", world.redirect_uri)
    return world.tokens.use_code(form.get("code", ""), redirect_uri=uri, now=world.now)


def _by_refresh(world: World, form: Mapping[str, str]) -> Grant:
    token_ = form.get("refresh_token", "")
    held = world.tokens.refresh_tokens.get(token_)
    if held and held.tenant is not None:
        # A licence that lapsed keeps the refresh token whole: nothing was rotated.
        _check_licence(world, held.tenant)
    return world.tokens.use_refresh(token_, world.now)


def _check_licence(world: World, tenant: int) -> None:
    if "licence_missing" in world.tenants[tenant].switches:
        raise OAuthRefused("error_missing_license", "The company has no Integration licence")


def _pair(world: World, grant: Grant, skew: dt.timedelta) -> Answer:
    access = world.tokens.new_access(grant.tenant, grant.scopes, world.now, skew=skew)
    refresh = world.tokens.new_refresh(grant, world.now)
    more = {"refresh_token": refresh, "scope": " ".join(grant.scopes)}
    return _issued(access, more)


def _service(world: World, form: Mapping[str, str], tenant_id: str, skew: dt.timedelta) -> Answer:
    if not tenant_id:
        # Fortnox hands out a token that nothing accepts: every call with it is a bare 500.
        return _issued(world.tokens.new_access(None, (), world.now, skew=skew), {})
    number = int(tenant_id) if tenant_id.isdecimal() else -1
    held = world.tokens.consents.get(number)
    if held is None or not held.service:
        raise OAuthRefused("invalid_grant", "No consent for the tenant")
    _check_licence(world, number)
    asked = tuple(form.get("scope", "").split()) or held.scopes
    if set(asked) - set(held.scopes):
        raise OAuthRefused("invalid_scope", "The scope was not consented")
    return _issued(world.tokens.new_access(number, asked, world.now, skew=skew), {})


def _issued(access: str, more: Mapping[str, str]) -> Answer:
    life_s = int(ACCESS_LIFE.total_seconds())
    fields = {"access_token": access, "token_type": "bearer", "expires_in": life_s}
    return json_answer({**fields, **more})
