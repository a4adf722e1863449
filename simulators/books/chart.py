"""The charts of accounts of the invented companies: Swedish as in BAS, Finnish as usual there.

Numbers are as programs have them, names are of our own.
"""

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


_FINNISH: Final = """
1020 Ohjelmistot|1029 Ohjelmistojen poistot|1161 Koneet ja kalusto|1169 Koneiden poistot
1510 Tavaravarasto|1701 Myyntisaamiset|1761 Ennakkomaksut|1763 Arvonlisäverosaamiset
17631 ALV-saamiset ostoista|1849 Muut siirtosaamiset|1900 Kassa|1910 Pankkitili|1920 Säästötili
2001 Osakepääoma|2062 Sijoitetun pääoman rahasto|2251 Edellisten kausien voitto tai tappio
2371 Tilikauden voitto tai tappio|2621 Pankkilaina|2851 Saadut ennakot|2871 Ostovelat
2921 Ennakonpidätysvelka|2923 Sosiaaliturvamaksuvelka|2924 Eläkevakuutusmaksuvelka
2939 Arvonlisäverovelka|29391 ALV-velat myynnistä|2959 Lomapalkkavelka|2969 Muut siirtovelat
3000 Myynti, yleinen verokanta|3010 Myynti, alennettu verokanta|3020 Myynti, lehdet
3300 Vienti, veroton|3500 Annetut alennukset|3650 Vuokratuotot|3990 Muut tuotot
4000 Ostot, yleinen verokanta|4010 Ostot, elintarvikkeet|4130 Ostot ulkomailta
4400 Varaston muutos|4450 Alihankinta|5000 Palkat|5300 Lomapalkat|5690 Palkkojen oikaisut
6130 Eläkevakuutusmaksut|6300 Sosiaaliturvamaksut|6400 Muut henkilösivukulut
6820 Poistot ohjelmistoista|6870 Poistot koneista ja kalustosta|7000 Henkilökunnan koulutus
7230 Toimitilavuokrat|7270 Sähkö|7410 Vuokra-autot|7620 Kone- ja laitehankinnat
7700 Matkaliput|7770 Majoitus|7960 Edustus|8000 Mainonta|8370 Kirjanpitopalvelut
8450 Muut hallintokulut|8500 Vakuutukset|8680 Muut kulut|9160 Korkotuotot|9460 Korkokulut
9740 Poistoeron muutos|9900 Tuloverot
"""


def _accounts(text: str) -> tuple[Account, ...]:
    entries = (entry for line in text.split("\n") if line for entry in line.split("|"))
    return tuple(Account(*entry.split(" ", 1)) for entry in entries)


CHART: Final = _accounts(_CHART)
"""The Swedish accounts, ascending by number."""

FINNISH_CHART: Final = _accounts(_FINNISH)
"""The Finnish accounts, ascending by text as they are listed."""

ACCOUNTS: Final = CHART + FINNISH_CHART
"""All accounts of both; columns hold positions in it."""

NUMBERS: Final = tuple(account.number for account in CHART)
"""The Swedish account numbers."""

ALL_NUMBERS: Final = tuple(account.number for account in ACCOUNTS)
"""The account numbers, in the order of `ACCOUNTS`."""

HAS_BALANCE: Final = np.array([account.has_balance for account in ACCOUNTS])
"""Per position: True for the accounts of the balance sheet."""

_POSITION: Final = {number: position for position, number in enumerate(NUMBERS)}
_FINNISH_POSITION: Final = {
    account.number: position for position, account in enumerate(FINNISH_CHART, start=len(CHART))
}


def at(number: str) -> int:
    """Give a Swedish account's position in `ACCOUNTS`.

    Raises:
        KeyError: No such account.
    """
    return _POSITION[number]


def positions(*numbers: str) -> np.ndarray:
    """Give several Swedish accounts' positions as an int16 column."""
    return np.array([at(number) for number in numbers], dtype=np.int16)


def finnish(number: str) -> int:
    """Give a Finnish account's position in `ACCOUNTS`.

    Raises:
        KeyError: No such account.
    """
    return _FINNISH_POSITION[number]


def finnish_positions(*numbers: str) -> np.ndarray:
    """Give several Finnish accounts' positions as an int16 column."""
    return np.array([finnish(number) for number in numbers], dtype=np.int16)
