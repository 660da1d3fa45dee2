"""Consent to marketing by mail and by text message."""

from typing import Any

from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Write, refuse
from store_sandbox.state import to_seconds

_NO_MAIL = "An email address is required to set the email marketing consent state."
_NO_PHONE = "A phone number is required to set the SMS consent state."
# states that follow from what happened and cannot be written
_READ_ONLY = ("NOT_SUBSCRIBED", "REDACTED", "INVALID")


def email(write: Write, args: dict[str, Any]) -> Payload:
    """`customerEmailMarketingConsentUpdate`."""
    given = args["input"]
    at = ["input", "emailMarketingConsent"]
    number = _set(write, given, given["emailMarketingConsent"], at, ("email", _NO_MAIL))
    write.tx.changed("customers_email_marketing_consent/update", number)
    return {"customer": number, "userErrors": []}


def sms(write: Write, args: dict[str, Any]) -> Payload:
    """`customerSmsMarketingConsentUpdate`."""
    given = args["input"]
    at = ["input", "smsMarketingConsent"]
    number = _set(write, given, given["smsMarketingConsent"], at, ("phone", _NO_PHONE))
    write.tx.changed("customers_marketing_consent/update", number)
    return {"customer": number, "userErrors": []}


def _set(
    write: Write,
    given: dict[str, Any],
    consent: dict[str, Any],
    at: list[str],
    reached_by: tuple[str, str],
) -> int:
    row = write.row("customers", parse_gid(given["customerId"], "Customer"))
    if row is None:
        raise refuse(["input", "customerId"], "Customer not found", "INVALID")
    column, missing = reached_by
    if not row[column]:
        raise refuse(at, missing, "INVALID")
    state = consent["marketingState"]
    if state in _READ_ONLY:
        message = f"Cannot specify {state} as a marketing state input"
        raise refuse([*at, "marketingState"], message, "INVALID")
    moment = consent.get("consentUpdatedAt")
    seconds = write.tx.now if moment is None else to_seconds(moment)
    if seconds > write.tx.now:
        message = "Consent updated at must not be in the future"
        raise refuse([*at, "consentUpdatedAt"], message, "INVALID")
    channel = "email" if column == "email" else "sms"
    _note(write, row["id"], channel, consent, at)
    name = f"{channel}_consent"
    write.tx.update("customers", row["id"], {name: state, f"{name}_at": seconds})
    write.tx.changed("customers/update", row["id"])
    before, after = {name: row[name]}, {name: state}
    write.journal(gid("Customer", row["id"]) or "", before, after)
    return int(row["id"])


def _note(write: Write, number: int, channel: str, consent: dict[str, Any], at: list[str]) -> None:
    """Keep the level and the place that were given; what was not given stays as it was."""
    place = consent.get("sourceLocationId")
    location = None if place is None else parse_gid(place, "Location")
    if place is not None and write.row("locations", location) is None:
        raise refuse([*at, "sourceLocationId"], "Source location does not exist", "INVALID")
    write.tx.connection.execute(
        "INSERT INTO consents VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " opt_in_level = coalesce(excluded.opt_in_level, opt_in_level),"
        " location_id = coalesce(excluded.location_id, location_id)",
        (number, channel, consent.get("marketingOptInLevel"), location),
    )
