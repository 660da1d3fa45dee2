"""Rules on the access log and on credentials: brute force, new places, takeover, privileges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import Credential, Finding, Visit
from royal_platform.commerce.security.words import Phrase, fact, finding, phrase

# How far back a visit still makes an alarm, and how long a place has to be known to be no news.
RECENT = timedelta(hours=24)
SETTLED = timedelta(days=7)
# Guessing 256 random bits is hopeless; so many refusals an hour mean that somebody tries anyway.
GUESSES_AN_HOUR = 20
FORGED_AN_HOUR = 5
# A credential nobody used for so long opens a door that nobody watches.
IDLE = timedelta(days=60)
_PRIVILEGED = frozenset({"admin", "operator"})
_HERE = frozenset({"loopback", ""})
_LOG, _CREDENTIALS = phrase("source.access_log"), phrase("source.credentials")


def brute_force(visits: Iterable[Visit], now: datetime) -> list[Finding]:
    """Networks from which unknown credentials or used links were tried too often in one hour."""
    worst: dict[str, Visit] = {}
    for hour, place, count, last in _refused(visits, now):
        if count >= GUESSES_AN_HOUR and (place not in worst or count > worst[place].count):
            worst[place] = Visit(hour, "", "unknown", "", place, count, hour, last)
    return [
        finding(
            "access.brute_force",
            place,
            Severity.HIGH if each.count >= 10 * GUESSES_AN_HOUR else Severity.MEDIUM,
            phrase("brute_force.title", tries=each.count, place=_where(place)),
            phrase("brute_force.remedy"),
            (
                fact("label.refused_in_hour", each.count, _LOG),
                fact("label.hour", each.hour.isoformat(), _LOG),
                fact("label.last", each.last_at.isoformat(), _LOG),
            ),
        )
        for place, each in sorted(worst.items())
    ]


def forged_signatures(visits: Iterable[Visit], now: datetime) -> list[Finding]:
    """Inlets that take signed requests and refused too many signatures in one hour."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for each in visits:
        signed = each.inlet in {"webhooks", "control", "inbound"}
        if signed and each.outcome == "unknown" and now - each.last_at <= RECENT:
            counted[each.inlet, each.place] += each.count
    return [
        finding(
            "access.signature",
            f"{inlet} {place}",
            Severity.HIGH if count >= 10 * FORGED_AN_HOUR else Severity.MEDIUM,
            phrase("signature.title", requests=count, inlet=inlet),
            phrase("signature.remedy"),
            (fact("label.refused", count, _LOG), fact("label.from", _where(place), _LOG)),
        )
        for (inlet, place), count in sorted(counted.items())
        if count >= FORGED_AN_HOUR
    ]


def new_places(
    visits: Sequence[Visit], credentials: Iterable[Credential], now: datetime
) -> list[Finding]:
    """Credentials in use for a while that came in from a network they never came from before."""
    names = {f"{each.kind}:{each.id}": each for each in credentials}
    came: dict[str, dict[str, Visit]] = defaultdict(dict)
    for each in sorted(visits, key=lambda visit: visit.first_at):
        if each.outcome == "let_in" and each.caller in names:
            came[each.caller].setdefault(each.place, each)
    found = []
    for caller, places in sorted(came.items()):
        first, *others = places.values()
        for each in others:
            is_news = each.place not in _HERE and now - each.first_at <= RECENT
            if is_news and each.first_at - first.first_at >= SETTLED:
                found.append(_new_place(names[caller], each, sorted(places)))
    return found


def takeovers(
    visits: Sequence[Visit], credentials: Iterable[Credential], now: datetime
) -> list[Finding]:
    """Networks that were refused again and again and then let in with a credential."""
    names = {f"{each.kind}:{each.id}": each for each in credentials}
    refused: dict[str, tuple[datetime, int]] = {}
    for _hour, place, count, last in _refused(visits, now):
        before = refused.get(place, (last, 0))
        if count >= GUESSES_AN_HOUR:
            refused[place] = (min(last, before[0]), before[1] + count)
    found: dict[tuple[str, str], Finding] = {}
    for each in visits:
        tried = refused.get(each.place)
        let_in = each.outcome == "let_in" and each.caller in names
        if tried is None or not let_in or each.last_at < tried[0]:
            continue
        who = names[each.caller]
        found[each.caller, each.place] = finding(
            "access.takeover",
            f"{each.caller} {each.place}",
            Severity.CRITICAL,
            phrase("takeover.title", who=repr(who.name), place=_where(each.place)),
            phrase("takeover.remedy"),
            (
                fact("label.refused_before", tried[1], _LOG),
                fact("label.let_in", each.last_at.isoformat(), _LOG),
                fact("label.credential", each.caller, _LOG),
                fact("label.role", who.role, _CREDENTIALS),
            ),
            {"token_id": who.id} if who.kind == "token" else {},
        )
    return list(found.values())


def new_privileges(credentials: Iterable[Credential], now: datetime) -> list[Finding]:
    """Tokens made within the last day that may decide or configure."""
    return [
        finding(
            "access.privilege",
            each.id,
            Severity.MEDIUM if each.role == "admin" else Severity.LOW,
            phrase("privilege.title", who=repr(each.name), role=each.role),
            phrase("privilege.remedy"),
            (
                fact("label.role", each.role, _CREDENTIALS),
                fact("label.made", each.created_at.isoformat(), _CREDENTIALS),
            ),
            {"token_id": each.id} if each.kind == "token" else {},
        )
        for each in credentials
        if each.kind == "token"
        and each.role in _PRIVILEGED
        and each.in_force(now)
        and now - each.created_at <= RECENT
    ]


def idle_tokens(
    visits: Iterable[Visit], credentials: Iterable[Credential], log_from: datetime, now: datetime
) -> list[Finding]:
    """Tokens in force that nobody used for 60 days, as far as the log reaches."""
    used = {each.caller for each in visits if each.outcome == "let_in"}
    watched = min(now - log_from, IDLE)
    return [
        finding(
            "access.idle_token",
            each.id,
            Severity.MEDIUM if each.role in _PRIVILEGED else Severity.LOW,
            phrase("idle_token.title", who=repr(each.name), role=each.role),
            phrase("idle_token.remedy"),
            (
                fact("label.not_used_for", phrase("value.at_least_days", days=watched.days), _LOG),
                fact("label.made", each.created_at.isoformat(), _CREDENTIALS),
            ),
            {"token_id": each.id},
        )
        for each in credentials
        if each.kind == "token"
        and each.in_force(now)
        and f"token:{each.id}" not in used
        and now - each.created_at >= IDLE
        # What was not watched for a month is not called idle.
        and now - log_from >= IDLE / 2
    ]


def _new_place(who: Credential, visit: Visit, places: Sequence[str]) -> Finding:
    known = [each for each in places if each != visit.place]
    return finding(
        "access.new_place",
        f"{who.kind}:{who.id} {visit.place}",
        Severity.HIGH if who.role in _PRIVILEGED else Severity.MEDIUM,
        phrase("new_place.title", who=repr(who.name), place=_where(visit.place)),
        phrase("new_place.remedy"),
        (
            fact("label.first_seen_there", visit.first_at.isoformat(), _LOG),
            fact("label.requests_in_hour", visit.count, _LOG),
            *(fact("label.known_places", _where(each), _LOG) for each in known),
            fact("label.role", who.role, _CREDENTIALS),
        ),
        {"token_id": who.id} if who.kind == "token" else {},
    )


def _refused(visits: Iterable[Visit], now: datetime) -> list[tuple[datetime, str, int, datetime]]:
    """(hour, place, refusals, last) of what was tried at the doors of people and programs."""
    counted: dict[tuple[datetime, str], tuple[int, datetime]] = {}
    for each in visits:
        tried = each.outcome in {"unknown", "used_link"} and each.inlet != "webhooks"
        if tried and now - each.last_at <= RECENT:
            count, last = counted.get((each.hour, each.place), (0, each.last_at))
            counted[each.hour, each.place] = (count + each.count, max(last, each.last_at))
    return [(hour, place, count, last) for (hour, place), (count, last) in sorted(counted.items())]


def _where(place: str) -> Phrase | str:
    """A network by its address; the places that have none are words."""
    key = {"loopback": "loopback", "": "unknown", "elsewhere": "elsewhere"}.get(place)
    return place if key is None else phrase(f"place.{key}")
