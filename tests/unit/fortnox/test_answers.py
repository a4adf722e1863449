"""Fortnox's refusals: every shape of body, every code of the vendor's pages, and unknown ones."""

from __future__ import annotations

import json

import httpx
import pytest

from blocks.http import CallFailed, CallRefused, WhoActs
from blocks.systems.fortnox.answers import (
    CATALOGUE,
    explain,
    explain_token,
    refusal,
    state_after,
)

DOCUMENTED = {
    # §5.1: consent and token endpoint
    "error_missing_license", "error_missing_app_license", "error_missing_system_admin_right",
    "invalid_scope", "access_denied", "service_account_not_allowed", "invalid_code_or_client",
    "invalid_refresh_token", "invalid_grant",
    # calls
    "1000003", "1000030", "1000031", "2000106", "2000108", "2000134", "2000204", "2000433",
    "2000310", "2000311", "2000359", "2000423", "2000428", "2001302", "2000588", "2000637",
    "2000663", "2000729", "2000755", "2001101", "2001103", "2001304", "2001339", "2001392",
    "2001399", "2001427", "2001740", "2002115", "2001795", "2002363", "2003095", "2003115",
    "2003124", "2003125", "2003126", "2003127", "2003241", "2003277", "2003399", "2003275",
    "2003330",
}  # fmt: skip
"""Codes of the vendor's pages "responses", "errors", "FAQ" and of public integrations."""

PERSON = "Anna Andersson 19121212-1212"


def answer(status, body, *, told_by=explain):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = httpx.Request("GET", "https://api.example.test/3/accounts?financialyear=2")
    return told_by(httpx.Response(status, content=content, request=request))


def envelope(code, *, upper=False):
    names = ("Error", "Message", "Code") if upper else ("error", "message", "code")
    return {"ErrorInformation": dict(zip(names, (1, PERSON, code), strict=True))}


def test_every_documented_code_is_in_the_catalogue_with_who_acts_and_what_to_do():
    known = CATALOGUE.lines

    assert set() == DOCUMENTED - known.keys()
    assert all(line.meaning and line.what_to_do for line in known.values())
    assert {"none", "retry", "new_token"} == {line.remedy for line in known.values()}


@pytest.mark.parametrize("code", sorted(code for code in DOCUMENTED if code.isdigit()))
@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_code_decides_and_not_the_status(code, status):
    known = CATALOGUE.lines[code]
    told = [
        answer(status, envelope(int(code))),
        answer(status, envelope(code, upper=True)),
    ]

    for problem in told:
        assert (CallFailed if known.remedy == "retry" else CallRefused) is type(problem)
        assert (code, status, known.who_acts) == (problem.code, problem.status, problem.who_acts)
        assert (known.remedy == "new_token") == problem.is_about_token
        assert known.meaning in str(problem)
        assert known.what_to_do in str(problem)
        assert "Andersson" not in str(problem)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "invalid_grant", "error_description": "No consent"}, "invalid_grant"),
        (
            {"error": "invalid_grant", "error_description": "Invalid refresh token"},
            "invalid_refresh_token",
        ),
        ({"message": "Invalid refresh token"}, "invalid_refresh_token"),
        ({"error": "error_missing_license"}, "error_missing_license"),
        (
            {"error": "x", "error_description": "Client does not allow service account"},
            "service_account_not_allowed",
        ),
        (
            {"error": "x", "error_description": "Auth code or ClientID supplied is invalid"},
            "invalid_code_or_client",
        ),
        ({"error": "file_not_found", "id": "1", "message": PERSON}, "file_not_found"),
        ({"message": PERSON}, "http_400"),
        ({"error": PERSON}, "http_400"),
        ({"ErrorInformation": {"Code": PERSON}}, "http_400"),
        ({"ErrorInformation": None}, "http_400"),
        ([1], "http_400"),
        (b"<html>nginx</html>", "http_400"),
        (b"", "http_400"),
    ],
)
def test_code_is_found_in_every_shape_of_body_and_nothing_else_is_passed_on(body, code):
    problem = answer(400, body)

    assert code == problem.code
    assert "Andersson" not in str(problem)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, CallFailed) for status in (408, 429, 500, 502)),
        *((status, CallRefused) for status in (400, 403, 404, 418)),
    ],
)
def test_unknown_code_is_kept_and_the_status_decides(status, kind):
    problem = answer(status, envelope(2009999))

    assert kind is type(problem)
    assert ("2009999", status) == (problem.code, problem.status)
    assert f"{status}, code 2009999" in str(problem)


def test_too_many_requests_passes_whatever_code_comes_with_it():
    assert isinstance(answer(429, envelope(2000663)), CallFailed)


def test_expired_token_without_a_body_asks_for_another():
    problem = answer(401, {"message": "unauthorized"})

    assert problem.is_about_token
    assert state_after(problem) == "reconnect_required"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("2001101", "licence_missing"),
        ("2001103", "licence_missing"),
        ("error_missing_license", "licence_missing"),
        ("2000663", "permission_missing"),
        ("2001339", "permission_missing"),
        ("2003330", "permission_missing"),
        ("invalid_grant", "reconnect_required"),
        ("answer_lost", "reconnect_required"),
        ("wrong_company", "wrong_company"),
        ("1000030", None),
        ("2000423", None),
    ],
)
def test_refusal_tells_how_the_connection_stands(code, state):
    assert state == state_after(refusal(code))


def test_trouble_that_passes_says_nothing_about_the_connection():
    assert state_after(answer(500, b"")) is None
    assert answer(500, b"").who_acts is WhoActs.WAIT


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b""),
        (401, b"<html>nginx</html>"),
        (401, {"message": "unauthorized"}),
        (401, {"error": "invalid_client"}),
        (401, {"error": "invalid_grant"}),
        (401, {"error": "something_new"}),
        (401, {"error": "invalid_grant", "error_description": "Invalid refresh token"}),
        (401, envelope(2000310)),
        (403, envelope(2000311)),
        (400, envelope(2003275)),
    ],
)
def test_token_endpoint_that_does_not_know_us_never_asks_the_customer_to_approve(status, body):
    problem = answer(status, body, told_by=explain_token)

    assert ("invalid_client", status, WhoActs.US) == (
        problem.code,
        problem.status,
        problem.who_acts,
    )
    assert state_after(problem) is None
    assert not problem.is_about_token
    assert "client id or client secret" in str(problem)
    assert "approve" not in str(problem)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, {"error": "invalid_grant"}, "invalid_grant"),
        (400, {"error_description": "Invalid refresh token"}, "invalid_refresh_token"),
        (401, {"error": "unauthorized_client"}, "unauthorized_client"),
        (401, {"error": "error_missing_license"}, "error_missing_license"),
        (401, envelope(1000003), "1000003"),
        (503, b"", "http_503"),
    ],
)
def test_token_endpoint_that_says_what_it_lacks_is_believed(status, body, code):
    assert code == answer(status, body, told_by=explain_token).code


@pytest.mark.parametrize(
    ("status", "said", "to_do"),
    [
        (502, "what stands before it could not reach it", "Try again later"),
        (503, "it is not available just now", "Try again later"),
        (302, "it leads to another address", "Check the address in the settings"),
        (418, "I'm a Teapot, without a reason", "Trying again will not help"),
        (599, "no status of HTTP, without a reason", "Try again later"),
    ],
)
def test_status_without_a_code_says_what_it_is_and_asks_nobody_to_look_a_code_up(
    status, said, to_do
):
    told = str(answer(status, b"<html></html>"))

    assert f"with {status}: {said}" in told
    assert to_do in told
    assert "code" not in told
