"""OAuth as Fortnox describes it: consents, codes, rotating tokens, client credentials."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

NORTH, NOBODY = 503072, 503074
DAY_S = 86_400
SPENT = {"error": "invalid_grant", "error_description": "Invalid refresh token"}


def claims(token):
    middle = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


@pytest.fixture
def consent(fortnox, nobody):
    """Walk through /oauth-v1/auth and pick a company; give what the redirect says."""

    def walk(**changed):
        asked = {
            "client_id": fortnox.client_id,
            "redirect_uri": fortnox.redirect_uri,
            "scope": "companyinformation bookkeeping",
            "state": "opaque & odd",
            "access_type": "offline",
            "response_type": "code",
            "account_type": "service",
        }
        answer = nobody.http.get("/oauth-v1/auth", params=asked | changed)
        if answer.status_code == 200:
            link = next(p for p in answer.text.split('"') if p.endswith(f"tenant={NOBODY}"))
            answer = nobody.http.get(link.replace("&amp;", "&"))
        if answer.status_code != 302:
            return answer
        back = urlsplit(answer.headers["location"])
        return {name: values[0] for name, values in parse_qs(back.query).items()}

    return walk


def test_consent_gives_a_code_that_works_once_and_returns_the_state(consent, fortnox, nobody):
    back = consent()
    first = nobody.exchange(back["code"], redirect_uri=fortnox.redirect_uri)
    again = nobody.exchange(back["code"], redirect_uri=fortnox.redirect_uri)

    assert "opaque & odd" == back["state"]
    assert ["access_token", "expires_in", "refresh_token", "scope", "token_type"] == sorted(
        first.json()
    )
    assert ("bearer", 3600, "companyinformation bookkeeping") == tuple(
        first.json()[name] for name in ("token_type", "expires_in", "scope")
    )
    assert (400, "invalid_grant") == (again.status_code, again.json()["error"])


@pytest.mark.parametrize(
    ("switch", "error"),
    [
        ("licence_missing", "error_missing_license"),
        ("module_missing", "error_missing_license"),
        ("app_licence_missing", "error_missing_app_license"),
        ("not_administrator", "error_missing_system_admin_right"),
        ("declines", "access_denied"),
    ],
)
def test_what_is_amiss_with_the_company_is_said_in_the_redirect(consent, fortnox, switch, error):
    fortnox.tenant(NOBODY).switch(switch)

    back = consent()

    assert (error, "opaque & odd") == (back["error"], back["state"])
    assert "code" not in back
    assert back["error_description"]


def test_unregistered_scope_is_refused_before_anybody_logs_in(consent):
    assert "invalid_scope" == consent(scope="bookkeeping salary")["error"]


def test_a_company_without_arkivplats_cannot_consent_to_files_but_to_its_ledger(consent, fortnox):
    fortnox.tenant(NOBODY).switch("archive_missing")

    assert "error_missing_license" == consent(scope="bookkeeping archive")["error"]
    assert "code" in consent()


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "another"},
        {"redirect_uri": "http://127.0.0.1/elsewhere"},
        {"response_type": "token"},
        {"state": ""},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_faulty_authorization_request_goes_nowhere(consent, changed):
    assert 400 == consent(**changed).status_code


def test_service_account_is_refused_when_the_portal_does_not_allow_it(consent, fortnox):
    fortnox.habits.allows_service_accounts = False

    assert "Client does not allow service account" in consent().text


def test_code_lives_ten_minutes(fortnox, nobody):
    early, late = fortnox.authorize(NORTH), fortnox.authorize(NOBODY)
    fortnox.advance(599)
    in_time = nobody.exchange(early)
    fortnox.advance(1)

    assert 200 == in_time.status_code
    assert 400 == nobody.exchange(late).status_code


def test_code_needs_the_redirect_address_it_was_asked_with(consent, nobody):
    code = consent()["code"]

    assert 400 == nobody.exchange(code, redirect_uri="http://127.0.0.1/other").status_code


def test_refresh_token_works_once_and_brings_the_next(fortnox, nobody):
    first = nobody.exchange(fortnox.authorize(NOBODY)).json()["refresh_token"]
    second = nobody.refresh(first).json()["refresh_token"]
    again = nobody.refresh(first)
    third = nobody.refresh(second)

    assert first != second
    assert (400, SPENT) == (again.status_code, again.json())
    assert 200 == third.status_code


def test_refresh_token_lives_45_days_and_calls_do_not_prolong_it(fortnox, north):
    pair = north.exchange(fortnox.authorize(NORTH)).json()
    fortnox.advance(45 * DAY_S - 1)
    second = north.refresh(pair["refresh_token"]).json()
    north.get("/3/companyinformation", token=second["access_token"])
    fortnox.advance(45 * DAY_S)

    assert SPENT == north.refresh(second["refresh_token"]).json()


def test_refresh_whose_answer_is_lost_has_rotated_the_token(fortnox, nobody):
    """The crash between answer and save: only a new consent helps."""
    token = nobody.exchange(fortnox.authorize(NOBODY)).json()["refresh_token"]
    fortnox.faults.add("lose_answer", tenant=NOBODY, path="/oauth-v1/token")

    with pytest.raises(Exception, match="disconnected"):
        nobody.refresh(token)

    assert SPENT == nobody.refresh(token).json()


def test_second_consent_replaces_the_tokens(fortnox, nobody):
    first = nobody.exchange(fortnox.authorize(NOBODY)).json()["refresh_token"]
    fortnox.authorize(NOBODY)

    assert SPENT == nobody.refresh(first).json()


def test_access_token_is_a_jwt_of_about_3_kb_for_its_tenant_and_scopes(north):
    answer = north.credentials(scope="bookkeeping").json()

    assert ["access_token", "expires_in", "token_type"] == sorted(answer)
    assert 2_500 <= len(answer["access_token"]) <= 3_500
    said = claims(answer["access_token"])
    assert (NORTH, ["bookkeeping"], 3600) == (
        said["tenantId"], said["scope"], said["exp"] - said["iat"],
    )  # fmt: skip


def test_access_token_ends_after_an_hour(fortnox, north):
    token = north.token
    fortnox.advance(3599)
    before = north.get("/3/companyinformation")
    fortnox.advance(1)

    assert 200 == before.status_code
    assert 401 == north.get("/3/companyinformation", token=token).status_code


def test_token_asked_for_without_tenant_id_is_given_and_answers_a_bare_500(north):
    token = north.post("/oauth-v1/token", grant_type="client_credentials").json()["access_token"]
    answer = north.get("/3/companyinformation", token=token)

    assert (500, b"") == (answer.status_code, answer.content)


def test_client_credentials_need_a_service_consent(fortnox, nobody):
    before = nobody.credentials()
    fortnox.authorize(NOBODY, service=False)
    personal = nobody.credentials()
    fortnox.authorize(NOBODY)

    assert (400, "invalid_grant") == (before.status_code, before.json()["error"])
    assert 400 == personal.status_code
    assert 200 == nobody.credentials().status_code


@pytest.mark.requirement("R-X-11b")
def test_scope_beyond_the_consent_is_refused(fortnox, nobody):
    fortnox.authorize(NOBODY, scopes=["bookkeeping"])

    assert "invalid_scope" == nobody.credentials(scope="bookkeeping archive").json()["error"]


def test_client_must_say_who_it_is(north):
    answer = north.http.post("/oauth-v1/token", data={"grant_type": "client_credentials"})

    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])


def test_revoked_refresh_token_is_dead(fortnox, nobody):
    pair = nobody.exchange(fortnox.authorize(NOBODY)).json()
    form = {"token_type_hint": "refresh_token", "token": pair["refresh_token"]}
    answer = nobody.post("/oauth-v1/revoke", **form)
    access = nobody.get("/3/companyinformation", token=pair["access_token"])

    assert {"revoked": True} == answer.json()
    assert SPENT == nobody.refresh(pair["refresh_token"]).json()
    assert 200 == access.status_code


def test_revoked_consent_ends_client_credentials_until_the_next_consent(fortnox, north):
    fortnox.revoke_consent(NORTH)
    refused = north.credentials()
    fortnox.authorize(NORTH)

    assert 400 == refused.status_code
    assert 200 == north.credentials().status_code


def test_licence_that_lapsed_is_told_on_refresh_and_keeps_the_token(fortnox, nobody):
    token = nobody.exchange(fortnox.authorize(NOBODY)).json()["refresh_token"]
    fortnox.tenant(NOBODY).switch("licence_missing")
    refused = nobody.refresh(token)
    fortnox.tenant(NOBODY).switch("licence_missing", on=False)

    assert (400, "error_missing_license") == (refused.status_code, refused.json()["error"])
    assert 200 == nobody.refresh(token).status_code
