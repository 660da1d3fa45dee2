"""Country names as exports write them -> ISO 3166 codes."""

_NAMES = {
    "australia": "AU", "austria": "AT", "bahrain": "BH", "belgium": "BE", "brazil": "BR",
    "canada": "CA", "channel islands": "JE", "cyprus": "CY", "czech republic": "CZ",
    "denmark": "DK", "deutschland": "DE", "eire": "IE", "finland": "FI", "france": "FR",
    "germany": "DE", "greece": "GR", "hong kong": "HK", "iceland": "IS", "ireland": "IE",
    "israel": "IL", "italy": "IT", "japan": "JP", "lebanon": "LB", "lithuania": "LT",
    "luxembourg": "LU", "malta": "MT", "nederland": "NL", "netherlands": "NL", "norway": "NO",
    "poland": "PL", "portugal": "PT", "rsa": "ZA", "saudi arabia": "SA", "singapore": "SG",
    "south africa": "ZA", "spain": "ES", "sweden": "SE", "switzerland": "CH",
    "the netherlands": "NL", "uk": "GB", "united arab emirates": "AE", "united kingdom": "GB",
    "united states": "US", "usa": "US",
}  # fmt: skip


def country_code(name: str) -> str | None:
    """The two-letter code of a country name or code; None when it is not known."""
    plain = name.strip().lower()
    if plain in _NAMES:
        return _NAMES[plain]
    return plain.upper() if len(plain) == 2 and plain.isascii() and plain.isalpha() else None
