"""What a new environment has: a short Finnish chart, VAT rates and statuses, a bank account.

VAT status numbers 1, 3, 5 and 12 are the vendor's; those above 30 are made up, since its list is
not public: a client reads them from the environment.

Source:
    docs/systems/procountor-simulator.md.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

YEARS: Final = (2025, 2026)

_CHART: Final = """
1100 Koneet ja kalusto|1501 Varasto|1701 Myyntisaamiset|1763 Alv-saamiset|1800 Siirtosaamiset
1900 Kassa|1910 Pankkitili|1990 Rahaa matkalla|2000 Osakepääoma|2251 Edellisten tilikausien voitto
2371 Tilikauden voitto|2600 Pankkilainat|2880 Ostovelat|2921 Ennakonpidätysvelka
2922 Sairausvakuutusmaksuvelka|2939 Arvonlisäverovelka|2950 Palkkavelat|2960 Siirtovelat
3000 Myynti 25,5 %|3010 Myynti 14 %|3015 Myynti 13,5 %|3020 Myynti 10 %|3060 Myynti 0 %
3370 Yhteisömyynti|3390 Vientimyynti|3500 Muut tuotot|4000 Ostot 25,5 %|4010 Ostot 14 %
4015 Ostot 13,5 %|4020 Ostot 10 %|4060 Ostot 0 %|4300 Rakennuspalvelut|4490 Alihankinta
5000 Palkat|6130 Eläkevakuutusmaksut|6300 Muut sivukulut|6800 Poistot|7230 Toimitilavuokrat
7680 Pienhankinnat|7800 Matkakulut|8000 Mainonta|8370 Ohjelmistot|8500 Puhelin ja tietoliikenne
8560 Pankkikulut|8620 Pyöristyserot|9440 Korkotuotot|9460 Korkokulut|9900 Tuloverot
"""

CHART: Final = {
    code: name
    for entry in _CHART.replace("\n", "|").split("|")
    if entry
    for code, name in [entry.split(" ", 1)]
}
"""Account numbers and names."""

VAT_PERCENTS: Final = tuple(Decimal(text) for text in ("25.5", "14", "13.5", "10", "0"))

POSTING: Final = {
    "SALES_INVOICE": "1701",
    "PURCHASE_INVOICE": "2880",
    "TRAVEL_INVOICE": "2950",
    "BILL_OF_CHARGES": "2950",
    "sales": "3000",
    "purchases": "4000",
    "rounding": "8620",
    "vat_debt": "2939",
    "vat_claim": "1763",
}
"""Where Procountor books by itself: the other side of an invoice by its type, its rows, VAT."""


def vat_statuses() -> list[dict[str, Any]]:
    """Give the VAT statuses that are in use, with whether sales and purchases may have them."""
    rows = (
        (1, "Kotimainen", True, True),
        (3, "EU:n ulkopuolinen myynti", True, False),
        (5, "Yhteisömyynti, tavara", True, False),
        (12, "Ei ALV-käsittelyä", True, True),
        (31, "Yhteisöhankinta, tavara", False, True),
        (35, "Rakennusalan käänteinen ALV", True, True),
    )
    keys = ("vatStatus", "description", "sales", "purchase")
    return [dict(zip(keys, row, strict=True)) for row in rows]


def bank_accounts() -> list[dict[str, Any]]:
    """Give one active account and one that is no longer used."""
    return [
        {
            "id": 901,
            "accountNumber": "12345600000785",
            "iban": "FI2112345600000785",
            "bic": "NDEAFIHH",
            "bankName": "Esimerkkipankki",
            "currency": "EUR",
            "defaultForInvoice": True,
            "defaultForPayment": True,
            "status": "ACTIVE",
            "orderNo": 1,
            "associatedAccounts": [],
            "ledgerAccount": "1910",
        },
        {
            "id": 902,
            "accountNumber": "42345670000081",
            "iban": "FI5542345670000081",
            "bic": "OKOYFIHH",
            "bankName": "Vanha pankki",
            "currency": "EUR",
            "defaultForInvoice": False,
            "defaultForPayment": False,
            "status": "INACTIVE",
            "orderNo": 2,
            "associatedAccounts": [],
            "ledgerAccount": "1910",
        },
    ]


def dimensions() -> list[dict[str, Any]]:
    """Give one dimension with an active item and one that is not (status P)."""
    return [
        {
            "id": 501,
            "name": "Kustannuspaikka",
            "items": [
                {"id": 5011, "codeName": "KP-1", "description": "Myymälä"},
                {"id": 5012, "codeName": "KP-2", "description": "Varasto", "status": "P"},
            ],
        }
    ]
