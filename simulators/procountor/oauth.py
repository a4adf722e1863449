"""The token endpoint: client credentials with an API key, in the form body.

Source:
    dev.procountor.com/m2m-authentication/; release notes 23.09 and 24.08.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from simulators.procountor.answers import Answer, Problem, Request, errors, json_answer
from simulators.procountor.world import Key, World

FORM: Final = "application/x-www-form-urlencoded"


def token(world: World, request: Request) -> Answer:
    """Answer POST /oauth/token.

    Parameters in the address and a charset in the content type are refused; a redirect_uri may be
    there or not; what HTTP Basic says counts for nothing.
    """
    form = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    problem = _problem_of_form(world, request, form)
    if problem:
        return _refused(world, 400, problem)
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    if not client_id or world.clients.get(client_id) != secret:
        return _refused(world, 401, "invalid_client")
    key = world.keys.get(form.get("api_key", ""))
    if key is None or not is_good(key, client_id):
        return _refused(world, 401, "invalid token")
    answer = {
        "access_token": world.new_token(key),
        "token_type": "bearer",
        "expires_in": world.habits.token_life_s,
    }
    return json_answer(answer)


def _problem_of_form(world: World, request: Request, form: dict[str, str]) -> str:
    is_form = request.headers.get("content-type", "").strip() == FORM
    if request.method != "POST" or request.query or not is_form:
        return "invalid_request"
    if form.get("grant_type") != "client_credentials":
        return "unsupported_grant_type"
    return "invalid_request" if world.habits.needs_redirect and not form.get("redirect_uri") else ""


def is_good(key: Key, client_id: str) -> bool:
    """Return whether a key is not revoked and was made for this client."""
    return not key.is_revoked and key.client_id == client_id


def _refused(world: World, status: int, error: str) -> Answer:
    if world.habits.refusals_of_keys == "oauth":
        return json_answer({"error": error.replace(" ", "_")}, status=status)
    return errors(status, [Problem(error)])
