"""Texts that people type: names, labels, addresses, passwords. All errors of a form are collected at once."""

from __future__ import annotations

import re
import unicodedata

from hansa.centers.user.types import Address
from hansa.kernel.problem import FieldError

PASSWORD_LETTERS_MIN = 8  # NIST SP 800-63B: at least 8, no rules of composition
PASSWORD_LETTERS_MAX = 128
PASSWORD_RAW_MAX = 1024  # before composing; argon2 takes any length, but a long body must not be the attack

_SPACES = re.compile(r"\s+")
_PHONE_FILLERS = re.compile(r"[\s().\-/]")
_PHONE = re.compile(r"\+?[0-9]{5,15}")  # E.164: at most 15 digits
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # the shape of BCP 47
_POSTCODE = re.compile(r"[A-Z0-9][A-Z0-9 \-]{1,10}[A-Z0-9]")

# ISO 3166-1 alpha-2, officially assigned.
COUNTRIES = frozenset(
    """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ
    FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ
    IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH
    MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL
    PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD
    TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW""".split()  # noqa: SIM905 - a list of 249 quoted pairs reads worse
)


def tidy(text: str) -> str:
    """Return the text in one Unicode form, without spaces around it and with single ones inside."""
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text).strip())


def check_text(
    field: str, text: str, *, letters_max: int, letters_min: int = 1
) -> tuple[str, FieldError | None]:
    """Tidy a line of text and say what is wrong with it, if anything."""
    # The tidied text is checked, but controls are looked for in what was sent: tidying turns some into spaces.
    if any(_is_control(letter) for letter in text):
        return text, FieldError(field, "characters", "This holds letters that cannot be printed.")
    tidied = tidy(text)
    if len(tidied) < letters_min:
        return tidied, FieldError(field, "required", "This is missing.")
    if len(tidied) > letters_max:
        return tidied, FieldError(field, "too_long", f"At most {letters_max} letters.")
    return tidied, None


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs")


def normal_password(password: str) -> str:
    """Return the one form in which a password is hashed: keyboards spell the same letter differently.

    The form is NFKC, as NIST SP 800-63B advises.
    """
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, email: str) -> FieldError | None:
    """Say what is wrong with a new password, if anything."""
    normal = normal_password(password)
    if any(_is_control(letter) for letter in normal):
        return FieldError("password", "characters", "This holds letters that cannot be printed.")
    if len(normal) < PASSWORD_LETTERS_MIN:
        return FieldError("password", "too_short", f"At least {PASSWORD_LETTERS_MIN} letters.")
    if len(normal) > PASSWORD_LETTERS_MAX or len(password) > PASSWORD_RAW_MAX:
        return FieldError("password", "too_long", f"At most {PASSWORD_LETTERS_MAX} letters.")
    folded, address = normal.casefold(), email.strip().casefold()
    if folded in (address, address.partition("@")[0]) or len(set(folded)) == 1:
        return FieldError("password", "guessable", "This would be the first guess.")
    return None


def check_locale(locale: str) -> FieldError | None:
    """Say what is wrong with a language tag, if anything."""
    return (
        None
        if _TAG.fullmatch(locale)
        else FieldError("locale", "malformed", "A language looks like en or zh-Hans.")
    )


def check_address(address: Address) -> tuple[Address, list[FieldError]]:
    """Tidy an address and name everything that is wrong with it."""
    errors: list[FieldError] = []

    def line(field: str, text: str, letters_max: int, letters_min: int = 1) -> str:
        tidied, error = check_text(field, text, letters_max=letters_max, letters_min=letters_min)
        if error is not None:
            errors.append(error)
        return tidied

    phone = _PHONE_FILLERS.sub("", line("phone", address.phone, 40))
    postcode = line("postcode", address.postcode, 16, 0).upper()
    country = line("country", address.country, 2).upper()
    checked = Address(
        recipient=line("recipient", address.recipient, 64),
        phone=phone,
        country=country,
        region=line("region", address.region, 64),
        city=line("city", address.city, 64),
        district=line("district", address.district, 64, 0),
        street=line("street", address.street, 200),
        postcode=postcode,
    )
    wrong = {error.field for error in errors}
    if "phone" not in wrong and not _PHONE.fullmatch(phone):
        errors.append(FieldError("phone", "malformed", "5 to 15 digits, perhaps with a leading +."))
    if "country" not in wrong and country not in COUNTRIES:
        errors.append(FieldError("country", "unknown", "A country's two letters (ISO 3166-1)."))
    if postcode and "postcode" not in wrong and not _POSTCODE.fullmatch(postcode):
        errors.append(FieldError("postcode", "malformed", "3 to 12 letters and digits."))
    return checked, errors
