"""Business partners and products of a simulated Procountor, and how its lists are walked."""

import pytest

from simulators.procountor.rights import changed


def ids(answer):
    return [row["id"] for row in answer["results"]]


def test_card_comes_back_whole_and_active_with_a_version(client, card):
    made = client.made("/businesspartners", card(additionalInfo={"comments2": "avain 42"}))
    found = client.read(f"/businesspartners/{made['id']}")

    assert ("avain 42", True, "2026-04-10T10:00:00") == (
        found["additionalInfo"]["comments2"],
        found["registryInfo"]["active"],
        found["version"],
    )


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"name": " "}, "name", "Value of the 'name' cannot be blank."),
        ({"name": "x" * 81}, "name", "Value of the 'name' is longer than 80"),
        ({"type": "PERSON"}, "type", "Value of the 'type' field is invalid: "),
        ({"address": None}, "address", "Value of the 'address' cannot be blank."),
        (
            {"paymentInfo": {}},
            "paymentInfo.paymentMethod",
            "Value of the 'paymentInfo.paymentMethod' cannot be blank.",
        ),
        (
            {"invoicingInfo": {"identifier": "12345678", "identifierType": "FI"}},
            "invoicingInfo.identifier",
            "ERROR_BRN_CODE",
        ),
    ],
)
def test_card_that_breaks_a_rule_is_refused_by_field(client, card, change, field, message):
    answer = client.post("/businesspartners", {**card(), **change})

    assert [(400, field, message)] == client.errors(answer)


def test_supplier_needs_no_address(client, card):
    assert (
        "SUPPLIER" == client.made("/businesspartners", card(kind="SUPPLIER", address=None))["type"]
    )


def test_number_of_a_customer_with_another_business_id_is_refused(client, card):
    client.made("/businesspartners", card(invoicingInfo={"customerNumber": "1", "identifier": "a"}))
    answer = client.post(
        "/businesspartners", card(invoicingInfo={"customerNumber": "1", "identifier": "b"})
    )

    assert "invoicingInfo.customerNumber" == client.errors(answer)[0][1]


def test_empty_update_is_refused_and_leaves_the_card(client, card):
    made = client.made("/businesspartners", card())
    path = f"/businesspartners/{made['id']}"

    assert 400 == client.put(path, {}).status_code
    assert made == client.read(path)


def test_put_replaces_everything(client, card):
    made = client.made("/businesspartners", card(registryInfo={"phone": "+358"}))
    path = f"/businesspartners/{made['id']}"
    client.put(path, card(name="Uusi Oy"))
    found = client.read(path)

    assert ("Uusi Oy", None) == (found["name"], found["registryInfo"].get("phone"))


def test_patch_needs_the_latest_version_and_leaves_billing_address_alone(client, card):
    made = client.made("/businesspartners", card(billingAddress={"name": "Vanha"}))
    path = f"/businesspartners/{made['id']}"
    change = {"name": "Uusi Oy", "billingAddress": {"name": "Uusi"}}
    first = client.call("PATCH", path, {**change, "version": made["version"]})
    stale = client.call("PATCH", path, {**change, "version": made["version"]})
    found = client.read(path)

    assert (200, 400) == (first.status_code, stale.status_code)
    assert ("Uusi Oy", "Vanha") == (found["name"], found["billingAddress"]["name"])
    assert found["version"] > made["version"]


def test_list_hides_inactive_cards_by_default(client, card, acts):
    one, two = (client.made("/businesspartners", card(name=name))["id"] for name in "ab")
    acts.set_active(two, active=False)

    assert [one] == ids(client.read("/businesspartners"))
    assert [two] == ids(client.read("/businesspartners", active="false"))


def test_name_and_identifier_are_headers_not_parameters(client, card):
    one = client.made("/businesspartners", card(name="Alfa"))["id"]
    two = client.made(
        "/businesspartners", card(name="Beeta", invoicingInfo={"identifier": "7654321-1"})
    )["id"]

    def search(query=None, **headers):
        answer = client.call("GET", "/businesspartners", params=query, headers=headers)
        return ids(answer.json())

    assert [one] == search(name="alf")
    assert [two] == search(identifier="7654321-1")
    assert [two, one] == search({"name": "alf", "identifier": "7654321-1"})


def test_list_of_cards_goes_by_id_and_by_the_version_since(client, card, world, acts):
    made = [client.made("/businesspartners", card(name=f"Yritys {n}"))["id"] for n in range(5)]
    world.advance(60)
    acts.edit_partner(made[1], name="Muutettu")

    assert made[2:4] == ids(
        client.read("/businesspartners", orderById="ASC", previousId=made[1], size=2)
    )
    assert [made[1]] == ids(client.read("/businesspartners", versionStartDate="2026-04-10T10:01"))
    newest_first = ids(client.read("/businesspartners", orderByVersion="ASC"))
    assert sorted(made, reverse=True) == newest_first


def test_walk_goes_on_where_a_card_was_deleted(client, card, acts):
    made = [client.made("/businesspartners", card(name=f"Yritys {n}"))["id"] for n in range(4)]
    acts.delete_partner(made[1])

    assert made[2:] == ids(client.read("/businesspartners", orderById="ASC", previousId=made[1]))


def test_page_beyond_the_largest_size_is_refused(client):
    assert 400 == client.get("/businesspartners", size=201).status_code
    assert 200 == client.read("/businesspartners", size=200)["meta"]["pageSize"]


def test_batch_of_one_is_an_object_and_of_two_an_array_without_those_missing(client, card):
    made = client.made("/businesspartners", card())["id"]

    assert made == client.read(f"/businesspartners/{made}")["id"]
    assert [made] == [row["id"] for row in client.read(f"/businesspartners/{made},{made + 7}")]
    assert 404 == client.get(f"/businesspartners/{made + 7},{made + 8}").status_code
    many = ",".join(str(number) for number in range(201))
    assert 400 == client.get(f"/businesspartners/{many}").status_code


def test_user_without_a_register_sees_none_of_its_cards(client, company, card):
    made = client.made("/businesspartners", card())["id"]
    user = company.users[1]
    user.rights = changed(user.rights, {"sales.customerRegister": "NO_ACCESS"})

    assert [] == ids(client.read("/businesspartners"))
    assert 404 == client.get(f"/businesspartners/{made}").status_code
    assert 403 == client.post("/businesspartners", card()).status_code


def product(**changes):
    return {"type": "SALES", "name": "Konsultointi", "code": "CONS", "unit": "HOUR", "price": 12,
            "discount": 0, "vat": 25.5, "active": True, "currency": "EUR", **changes}  # fmt: skip


def test_product_has_an_id_beyond_32_bits_and_is_found_by_part_of_its_code(client):
    made = client.made("/products", product())
    client.made("/products", product(code="OTHER", name="Muu"))
    client.made("/products", product(type="TRAVEL"))

    assert made["id"] > 2**32
    assert [made["id"]] == ids(client.read("/products", code="on"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"vat": 24}, "vat"),
        ({"vatStatus": 31}, "vatStatus"),
        ({"price": "12"}, "price"),
        ({"unit": "kpl"}, "unit"),
        ({"active": None}, "active"),
    ],
)
def test_product_that_breaks_a_rule_is_refused_by_field(client, change, field):
    assert [field] == [row[1] for row in client.errors(client.post("/products", product(**change)))]


def test_products_have_no_page_numbers(client):
    made = [client.made("/products", product(code=f"P{n}"))["id"] for n in range(3)]

    assert made[:1:-1] == ids(client.read("/products", size=1, page=1))
    assert made[1:2] == ids(client.read("/products", size=1, previousId=made[2]))


def test_inactive_products_come_when_they_are_asked_for(client):
    made = client.made("/products", product(active=False))["id"]

    assert ([], [made]) == (
        ids(client.read("/products")),
        ids(client.read("/products", active="false")),
    )


def test_text_that_windows_1252_lacks_is_refused(client, card):
    answer = client.post("/businesspartners", card(name="Łódź"))

    assert 400 == answer.status_code
    assert "name" == client.errors(answer)[0][1]
