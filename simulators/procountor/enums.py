"""The values of Procountor's enums that a client of ours has a use for.

Countries and currencies are those of Europe and a few others; the vendor's lists are longer.

Source:
    Procountor API 26.04.
"""

from __future__ import annotations

from typing import Final

COUNTRIES: Final = frozenset(
    [
        "AFGHANISTAN",
        "ALAND_ISLANDS",
        "ALBANIA",
        "ANDORRA",
        "ARGENTINA",
        "AUSTRALIA",
        "AUSTRIA",
        "BELGIUM",
        "BRAZIL",
        "BULGARIA",
        "CANADA",
        "CHINA",
        "CROATIA",
        "CYPRUS",
        "CZECH_REPUBLIC",
        "DENMARK",
        "ESTONIA",
        "FAROE_ISLANDS",
        "FINLAND",
        "FRANCE",
        "GEORGIA",
        "GERMANY",
        "GREECE",
        "GREENLAND",
        "HUNGARY",
        "ICELAND",
        "INDIA",
        "IRELAND",
        "ISRAEL",
        "ITALY",
        "JAPAN",
        "LATVIA",
        "LIECHTENSTEIN",
        "LITHUANIA",
        "LUXEMBOURG",
        "MALTA",
        "MONACO",
        "NETHERLANDS",
        "NEW_ZEALAND",
        "NORWAY",
        "POLAND",
        "PORTUGAL",
        "REPUBLIC_OF_KOREA",
        "ROMANIA",
        "RUSSIAN_FEDERATION",
        "SLOVAKIA",
        "SLOVENIA",
        "SPAIN",
        "SWEDEN",
        "SWITZERLAND",
        "TURKEY",
        "UKRAINE",
        "UNITED_KINGDOM",
        "UNITED_KINGDOM_OF_GREAT_BRITAIN_AND_NORTHERN_IRELAND",
        "UNITED_STATES_OF_AMERICA",
    ]
)
CURRENCIES: Final = frozenset(
    [
        "EUR",
        "SEK",
        "NOK",
        "DKK",
        "USD",
        "GBP",
        "CHF",
        "PLN",
        "CZK",
        "JPY",
        "CAD",
        "AUD",
        "HUF",
        "RON",
    ]
)
LANGUAGES: Final = frozenset({"FINNISH", "SWEDISH", "ENGLISH", "ESTONIAN", "NORWEGIAN", "DANISH"})
UNITS: Final = frozenset(
    ["CM", "LOT", "GRAM", "HOUR", "PERSON", "LINEAR_METER", "KILOGRAM", "MONTH",
     "KILOMETER", "PIECE", "KILOWATT_HOUR", "LITER", "BOX", "METER", "SQUARE_METER",
     "CUBIC_METER", "SALE_UNIT", "MINUTE", "MILLIMETER", "PARCEL", "BOTTLE", "CAN", "BAG",
     "DAY", "ROLL", "PAGE", "SACK", "SERIES", "TUBE", "TON", "YEAR", "WEEK", "FULL_DAY",
     "KILOBIT", "MEGABIT", "GIGABIT", "TERABIT", "SQUARE_CENTIMETRE", "CENTILITRE", "CUP",
     "DECILITRE", "GALLON_UK", "GALLON_US", "MILLILITRE", "PINT_UK", "PINT_US", "AMPERE",
     "AMPERE_HOUR", "AMPERE_MINUTE", "KILOAMPERE_HOUR", "KILOVOLT", "MILLIVOLT",
     "MILLIAMPERE_HOUR", "FOOT", "INCH", "MILE", "YARD", "EXAJOULE", "GIGAJOULE", "JOULE",
     "JOULE_PER_SECOND", "KILOJOULE", "MILLIJOULE", "PETAJOULE", "TERAJOULE",
     "GRAM_PER_CUBIC_METRE", "GRAM_PER_SQUARE_METRE", "KILOGRAM_PER_CUBIC_METRE",
     "KILOGRAM_PER_SQUARE_METRE", "MILLIGRAM", "MILLIGRAM_PER_CUBIC_METRE", "OUNCE",
     "POUND", "STONE_UK", "DOZEN", "DOZEN_PACK", "EIGHT_PACK", "FIVE_PACK", "FOUR_PACK",
     "HUNDRED", "JAR", "NINE_PACK", "NUMBER_OF_WORDS", "PAIR", "PALLET", "PLATE", "SET",
     "SEVEN_PACK", "SIX_PACK", "TEN_PACK", "THREE_PACK", "TWO_PACK", "WRAP", "GIGAWATT",
     "GIGAWATT_HOUR", "KILOWATT", "MEGAWATT_HOUR", "MILLIWATT", "TERAWATT", "TERAWATT_HOUR",
     "WATT", "WATT_HOUR", "BAR", "KILOPASCAL", "PASCAL", "KILOBYTE", "MEGABYTE", "GIGABYTE",
     "SECOND", "HECTARE", "NO_UNIT"]
)  # fmt: skip
"""Procountor API 26.04, `InvoiceRow.unit`."""
INVOICE_TYPES: Final = frozenset(
    {"SALES_INVOICE", "SALES_ORDER", "PURCHASE_INVOICE", "PURCHASE_ORDER", "TRAVEL_INVOICE",
     "BILL_OF_CHARGES"}
)  # fmt: skip
SALES_TYPES: Final = frozenset({"SALES_INVOICE", "SALES_ORDER"})
EXPENSE_TYPES: Final = frozenset({"TRAVEL_INVOICE", "BILL_OF_CHARGES"})
CHANNELS: Final = frozenset({"EMAIL", "MAIL", "ELECTRONIC_INVOICE", "NO_SENDING"})
PAYMENT_METHODS: Final = frozenset(
    {"BANK_TRANSFER", "DIRECT_PAYMENT", "CLEARING", "CREDIT_CARD_CHARGE", "FOREIGN_PAYMENT",
     "OTHER", "CASH", "DOMESTIC_PAYMENT_PLUSGIRO", "DOMESTIC_PAYMENT_BANKGIRO",
     "DOMESTIC_PAYMENT_CREDITOR", "NETS"}
)  # fmt: skip
PARTNER_PAYMENT_METHODS: Final = PAYMENT_METHODS | {"DIRECT_DEBIT"}
MARKED_METHODS: Final = {
    "ADJUSTMENT": "ADJUSTMENT",
    "BANK_STATEMENT": "BANKSTATEMENT",
    "CASH": "CASH",
    "CHARGE_CARD": "CHARGECARD",
    "CORRECTION": "CORRECTION",
    "CREDIT_LOSS": "CREDITLOSS",
    "CREDIT_NOTE": "COMPENSATIONINVOICE",
    "EXTERNAL_BANK_TRANSFER": "BANKTRANSFERELSEWHERE",
    "SET_OFF": "SETOFF",
}
"""How a payment was marked, and the type that its event then has."""
TRANSACTION_TYPES: Final = frozenset({"ENTRY", "REVERSING_ENTRY", "RECONCILIATION_ENTRY"})
VAT_TYPES: Final = frozenset({"SALES", "PURCHASE"})
DEPRECIATIONS: Final = frozenset(
    {"EMPTY", "REDUCING_BALANCE_25_PERCENT", "REDUCING_BALANCE_7_PERCENT",
     "REDUCING_BALANCE_4_PERCENT", "STRAIGHT_LINE_DEPRECIATION_3_YEARS",
     "STRAIGHT_LINE_DEPRECIATION_5_YEARS"}
)  # fmt: skip
VALIDITIES: Final = frozenset({"EMPTY", "IMMEDIATELY", "SERVICE_PERIOD", "OVER_3_YEARS"})
REFERENCE_TYPES: Final = frozenset(
    {"BANKSTATEMENTEVENT", "COST_RECEIPT", "CUSTOMER_BUSINESS_PARTNER_REGISTER", "EMPLOYEE_INFO",
     "ENVIRONMENT", "FINANCIAL_STATEMENT", "INVOICE", "INVOICEDRAFT_ITEM", "LEDGERRECEIPT",
     "NETS_COLLECTION", "PERSON_BUSINESS_PARTNER_REGISTER", "PURCHASE_PRODUCT_REGISTER",
     "REFERENCE_PAYMENT", "SALES_PRODUCT_REGISTER", "SUPPLIER_BUSINESS_PARTNER_REGISTER"}
)  # fmt: skip
