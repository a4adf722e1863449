"""The chart of accounts that the invented companies share: numbers as in BAS, names of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

_CHART: Final = """
1030 Köpta rättigheter|1039 Avskrivet på köpta rättigheter|1110 Hus och hallar
1119 Avskrivet på hus och hallar|1130 Tomter|1150 Vägar och planer
1159 Avskrivet på vägar och planer|1210 Maskiner i drift|1219 Avskrivet på maskiner i drift
1220 Inredning och verktyg
1229 Avskrivet på inredning och verktyg|1240 Bilar, släp och truckar
1249 Avskrivet på bilar, släp och truckar|1250 Datorer|1259 Avskrivet på datorer
1310 Andelar i dotterbolag|1380 Långa fordringar|1410 Lager av råvaror|1460 Lager av handelsvaror
1470 Pågående jobb|1510 Fordringar på kunder|1515 Osäkra fordringar på kunder
1519 Nedskrivet på fordringar|1610 Utlägg av anställda|1630 Skattekontot
1640 Skatt att få tillbaka|1650 Moms att få tillbaka|1680 Övriga korta fordringar
1710 Förbetalda hyror|1730 Förbetalda försäkringar|1790 Övriga interimsfordringar
1910 Kontantkassa|1920 Girokonto|1930 Företagskonto i bank|1940 Sparkonto i bank
2081 Aktiekapital|2086 Reservfond|2091 Vinst eller förlust från äldre år
2093 Tillskott från ägare|2098 Vinst eller förlust från året före|2099 Resultat för året
2110 Sparad periodiseringsfond|2150 Överavskrivningar|2220 Avsatt för garantier
2330 Checkkredit|2350 Banklån på lång tid|2390 Övriga långa skulder|2420 Förskott från kunder
2440 Skulder till leverantörer|2510 Skatter att betala|2611 Utgående moms 25 %
2614 Utgående moms vid omvänd skattskyldighet|2621 Utgående moms 12 %|2631 Utgående moms 6 %
2641 Ingående moms|2645 Beräknad ingående moms på inköp utifrån|2650 Redovisning av moms
2710 Avdragen skatt på löner|2731 Arbetsgivaravgifter att betala|2820 Skulder till anställda
2890 Övriga korta skulder|2910 Upplupna löner|2920 Upplupen semester
2940 Upplupna arbetsgivaravgifter|2960 Upplupna räntor|2990 Övriga interimsskulder
3001 Sålt i Sverige, 25 % moms|3002 Sålt i Sverige, 12 % moms|3003 Sålt i Sverige, 6 % moms
3041 Arbete sålt i Sverige, 25 % moms|3106 Sålt till annat EU-land|3305 Tjänster sålda utanför EU
3540 Fakturaavgifter|3550 Vidarefakturerade resor|3590 Vidarefakturerat övrigt
3740 Öresutjämning|3910 Hyresintäkter|3960 Kursvinster i rörelsen|3990 Övriga intäkter
4010 Material och varor|4056 Varor från annat EU-land|4425 Byggtjänster, omvänd skattskyldighet
4500 Varor utifrån|4600 Underentreprenörer och legoarbete|4960 Ändring av varulager
5010 Hyra för lokal|5020 El i lokal|5060 Städning|5070 Underhåll av lokal|5210 Hyrda maskiner
5410 Förbrukningsinventarier|5460 Förbrukningsmaterial|5480 Arbetskläder|5500 Reparationer
5611 Drivmedel till bilar|5612 Försäkring och skatt för bilar|5613 Service av bilar
5710 Frakter|5800 Resor|5831 Logi i Sverige|5910 Annonser|5930 Trycksaker och skyltar
6071 Representation, avdragsgill|6072 Representation, ej avdragsgill|6110 Kontorsmaterial
6212 Mobiltelefoni|6230 Bredband|6250 Porto|6310 Försäkringar av företaget
6351 Konstaterade kundförluster|6530 Redovisningstjänster|6540 IT-tjänster
6570 Avgifter till bank|6590 Övriga köpta tjänster|6970 Tidningar och facklitteratur
6991 Övriga kostnader, avdragsgilla|6992 Övriga kostnader, ej avdragsgilla
7010 Löner till kollektivanställda|7090 Ändrad semesterskuld, kollektiv|7210 Löner till tjänstemän
7290 Ändrad semesterskuld, tjänstemän|7331 Skattefri bilersättning|7410 Pensionspremier
7510 Arbetsgivaravgifter enligt lag|7519 Avgifter på semesterlöner|7570 Arbetsmarknadsförsäkringar
7610 Utbildning|7620 Sjuk- och hälsovård|7690 Övrigt för personalen
7810 Årets avskrivning på rättigheter|7820 Årets avskrivning på hus
7832 Årets avskrivning på inredning och verktyg|7834 Årets avskrivning på bilar
8310 Ränteintäkter|8314 Skattefria ränteintäkter|8330 Kursvinster på placeringar
8410 Räntekostnader|8423 Räntekostnad för skatter|8811 Avsatt till periodiseringsfond
8850 Ändrad överavskrivning|8910 Skatt på årets vinst|8999 Årets resultat
"""


@dataclass(frozen=True)
class Account:
    """One account: its number (text), name and SIE type (T asset, S debt/equity, I, K)."""

    number: str
    name: str

    @property
    def sie_type(self) -> str:
        """T, S, I (income) or K (cost), as #KTYP writes it."""
        if self.number[0] in "12":
            return {"1": "T", "2": "S"}[self.number[0]]
        return "I" if self.number[0] == "3" or self.number[:2] == "83" else "K"

    @property
    def sru_code(self) -> str:
        """A made-up tax code of the right form: four digits that begin with 7."""
        return f"7{2 if self.number[0] in '12' else 5}{self.number[:2]}"

    @property
    def has_balance(self) -> bool:
        """Whether the account is carried from year to year."""
        return self.number[0] in "12"


CHART: Final = tuple(
    Account(*entry.split(" ", 1))
    for line in _CHART.split("\n")
    if line
    for entry in line.split("|")
)
"""All accounts, ascending by number."""

NUMBERS: Final = tuple(account.number for account in CHART)
"""The account numbers, in the order of `CHART`; columns hold positions in it."""

_POSITION: Final = {number: position for position, number in enumerate(NUMBERS)}

HAS_BALANCE: Final = np.array([account.has_balance for account in CHART])
"""Per position: True for the accounts of the balance sheet."""


def at(number: str) -> int:
    """Give an account's position in `CHART`.

    Raises:
        KeyError: No such account.
    """
    return _POSITION[number]


def positions(*numbers: str) -> np.ndarray:
    """Give several accounts' positions as an int16 column."""
    return np.array([at(number) for number in numbers], dtype=np.int16)
