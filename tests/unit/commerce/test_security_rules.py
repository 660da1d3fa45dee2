"""The graph, the forest, leaks, secrets and scopes, as properties."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security import isolation
from royal_platform.commerce.security.graph import TOO_COMMON, UnionFind, path, rings
from royal_platform.commerce.security.leaks import leaks
from royal_platform.commerce.security.model import (
    Fact,
    Finding,
    Scan,
    Secret,
    Suppression,
    scan_of,
    scan_told,
)
from royal_platform.commerce.security.order_facts import OrderFacts
from royal_platform.commerce.security.proposals import Desk, alert, proposals, rises
from royal_platform.commerce.security.secrets import old_secrets, scopes_beyond
from royal_platform.commerce.security.suspicion import Named, suspicious

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
attributes = st.dictionaries(
    st.integers(0, 12).map(lambda n: f"o{n}"),
    st.lists(st.tuples(st.sampled_from(["mail", "phone"]), st.sampled_from("abcdef")), max_size=3),
    max_size=13,
)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=40))
def test_union_find_is_the_closure_of_its_links(links: list[tuple[int, int]]) -> None:
    sets = UnionFind()
    slow = {n: {n} for n in range(21)}
    for one, other in links:
        sets.union(one, other)
        merged = slow[one] | slow[other]
        for each in merged:
            slow[each] = merged
    for one in range(21):
        for other in range(21):
            assert (sets.find(one) == sets.find(other)) == (other in slow[one])


@given(attributes)
def test_a_path_is_there_exactly_within_a_set_and_each_step_can_be_checked(
    given_attributes: dict[str, list[tuple[str, str]]],
) -> None:
    found = rings(given_attributes, {}, least=2)
    together = [set(ring.orders) for ring in found]
    assert sum(map(len, together)) == len(set().union(*together, set()))
    for one in given_attributes:
        for other in given_attributes:
            chain = path(given_attributes, one, other)
            linked = one == other or any({one, other} <= orders for orders in together)
            assert (chain is not None) == linked
            at = one
            for step in chain or ():
                assert step.one == at
                assert step.attribute in given_attributes[step.one]
                assert step.attribute in given_attributes[step.other]
                at = step.other
            assert chain is None or at == other


def test_one_persons_orders_are_no_ring_and_a_parcel_shop_links_nobody() -> None:
    same = {f"o{n}": [("address", "home")] for n in range(5)}
    assert rings(same, dict.fromkeys(same, "anna")) == []
    shop = {f"o{n}": [("address", "parcel shop")] for n in range(TOO_COMMON + 1)}
    assert rings(shop, {}) == []


def test_the_forest_finds_the_point_that_is_far_out_and_says_by_what() -> None:
    chance = np.random.default_rng(7)
    points = chance.normal(size=(400, 4))
    points[13] = (0.0, 0.0, 12.0, -12.0)
    forest = isolation.grow(points, seed=1)
    found = isolation.scores(forest, points)
    assert int(found.argmax()) == 13
    assert found[13] > 0.65 > float(np.quantile(found, 0.99))
    why = isolation.reasons(forest, points[13], ["a", "b", "c", "d"])
    assert {why[0].feature, why[1].feature} == {"c", "d"}
    assert why[0].share + why[1].share > 0.7
    assert sum(each.share for each in why) == pytest.approx(1.0)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 60),
    st.lists(st.integers(-3, 3), min_size=3, max_size=3),
)
def test_scores_are_between_0_and_1_and_the_same_for_the_same_seed(
    seed: int, count: int, scale: list[int]
) -> None:
    points = np.random.default_rng(seed).integers(-2, 3, size=(count, 3)) * np.array(scale, float)
    forest = isolation.grow(points, seed=seed, trees=10)
    found = isolation.scores(forest, points)
    assert ((found > 0) & (found <= 1)).all()
    assert (found == isolation.scores(isolation.grow(points, seed=seed, trees=10), points)).all()
    # Moving or stretching a feature changes nothing: only the order of values is cut.
    moved = isolation.scores(isolation.grow(points * 4 + 8, seed=seed, trees=10), points * 4 + 8)
    assert np.allclose(found, moved)
    alike = {}
    for point, score in zip(map(tuple, points), found, strict=True):
        assert alike.setdefault(point, score) == score


def test_points_that_are_all_alike_are_all_ordinary() -> None:
    points = np.ones((50, 3))
    forest = isolation.grow(points, seed=1)
    assert isolation.scores(forest, points) == pytest.approx(0.5)
    assert isolation.reasons(forest, points[0], ["a", "b", "c"]) == []


@pytest.mark.parametrize("points", [np.ones((1, 2)), np.array([[1.0], [np.nan]]), np.ones(3)])
def test_a_forest_refuses_what_it_cannot_cut(points: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"point|finite"):
        isolation.grow(points, seed=1)


TOKEN = "rqt_" + "a1B2" * 8
SHAPES = [
    TOKEN, "shpat_" + "0af3" * 8, "sk-" + "Ab3_" * 8, "AKIA" + "ABCD" * 4, "ghp_" + "a1B2" * 9,
    "postgresql://royal:hunter22@db/royal", "Authorization: Bearer " + "x9" * 20,
    "-----BEGIN RSA PRIVATE KEY-----",
]  # fmt: skip


@pytest.mark.parametrize("secret", SHAPES)
def test_a_credential_in_a_text_is_found_and_not_repeated(secret: str) -> None:
    found, read = leaks([("place.event_log", f'{{"note": "see {secret} now"}}')], {})
    assert read == 1
    assert found
    assert all(each.severity is Severity.CRITICAL for each in found)
    assert secret.rsplit(maxsplit=1)[-1] not in repr(found)


@given(st.text(min_size=12, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_a_canary_is_found_by_name_wherever_it_stands(value: str, front: str, back: str) -> None:
    found, _ = leaks([("place.runs", front + value + back)], {"SMTP_URL": value})
    assert "Smtp" not in repr(found)
    assert any("SMTP_URL" in each.title for each in found)


def test_ordinary_texts_and_short_values_are_no_leaks() -> None:
    texts = ["sk-1", "rqt_short", "bearer of news", "https://shop.example/a@b", "4111 oak tables"]
    found, read = leaks([("place.runs", text) for text in texts], {"TEST": "oak"})
    assert (found, read) == ([], 5)


def test_a_secret_is_old_after_a_year_and_unknown_age_is_no_finding() -> None:
    known = [
        Secret("A", "place.store", NOW - timedelta(days=400)), Secret("B", "place.store", None),
        Secret("C", "place.store", NOW - timedelta(days=364)),
        Secret("D", "place.store", NOW - timedelta(days=800)),
    ]  # fmt: skip
    found = old_secrets(known, NOW)
    assert [(each.subject, each.severity) for each in found] == [
        ("A", Severity.LOW), ("D", Severity.MEDIUM),
    ]  # fmt: skip


@given(
    st.sets(st.sampled_from(["read_a", "write_a", "read_b", "write_b"])),
    st.sets(st.sampled_from(["read_a", "write_a", "read_b"])),
)
def test_a_scope_is_beyond_when_nothing_needs_it(granted: set[str], needed: set[str]) -> None:
    beyond = {each.subject for each in scopes_beyond(sorted(granted), {"x": sorted(needed)})}
    assert beyond <= granted - needed
    for scope in granted - beyond:
        assert scope in needed or scope.replace("read_", "write_") in needed


def order(number: int, **given: object) -> OrderFacts:
    told = {"placed_at": NOW - timedelta(hours=90 - number), "value": 40.0 + number % 7,
            "customer": f"c{number}", "earlier_orders": number % 3}  # fmt: skip
    return OrderFacts(order_id=f"o{number}", **{**told, **given})  # type: ignore[arg-type]


def found_in(orders: list[OrderFacts]) -> dict[str, list[Finding]]:
    named = {each.order_id: Named(f"#{each.order_id}", each.placed_at.hour) for each in orders}
    found: dict[str, list[Finding]] = {}
    for each in suspicious(orders, named, NOW):
        found.setdefault(each.check, []).append(each)
    return found


def test_an_ordinary_week_raises_nothing_but_at_most_the_strangest() -> None:
    found = found_in([order(n) for n in range(90)])
    assert set(found) <= {"orders.unlike"}
    assert found_in([]) == {}
    assert found_in([order(80)]) == {}


def test_a_ring_is_told_with_the_chain_that_links_it() -> None:
    ring = [
        order(80, mail="m1", address="a1"), order(82, mail="m1", network="n1"),
        order(84, network="n1", phone="p1"), order(86, phone="p1"),
    ]  # fmt: skip
    (one,) = found_in([order(n) for n in range(60)] + ring)["orders.ring"]
    assert "4 orders of 4 customers" in one.title
    assert [each.value for each in one.facts if each.label == "how they are linked"] == [
        "#o80 shares its mail address with #o82",
        "#o82 shares its network address with #o84",
        "#o84 shares its phone number with #o86",
    ]
    assert one.about["order_id"] == "o86"


def test_strangers_on_a_network_are_a_ring_only_where_it_is_fuller_than_usual() -> None:
    phones = [order(n, network=f"n{n // 4}") for n in range(80)]
    assert "orders.ring" not in found_in(phones)
    crowd = [order(80 + n, network="n999") for n in range(8)]
    # Drawn at random, one of a hundred is four times as full as the others.
    chance = random.Random(0)
    drawn = [order(n, network=f"n{chance.randrange(100)}") for n in range(80)]
    assert Counter(each.network for each in drawn).most_common(1)[0][1] == 4
    assert "orders.ring" not in found_in(drawn)
    (ring,) = found_in(drawn + crowd)["orders.ring"]
    assert "8 orders of 8 customers" in ring.title


def test_first_costly_orders_from_one_network_are_a_burst_and_returning_buyers_on_it_are_not() -> (
    None
):
    # Half the buyers come back; each network is as full as the next.
    usual = [order(n, network=f"n{n // 8}", value=40.0, earlier_orders=n % 2) for n in range(64)]
    few = [f"n{n}" for n in range(20)]
    costly = [order(64 + n, network=few[n], value=90.0, earlier_orders=0) for n in range(10)]
    assert "orders.ring" not in found_in(usual + costly)
    together = {"network": "n7", "value": 300.0}
    burst = [order(80 + n, earlier_orders=0, **together) for n in range(5)]
    (ring,) = found_in(usual + costly + burst)["orders.ring"]
    assert set(ring.about["ring"]) >= {f"o{80 + n}" for n in range(5)}
    # The eight who were on that network before them are not drawn in.
    assert "5 orders" in ring.title or "6 orders" in ring.title
    back = [order(80 + n, earlier_orders=3, **together) for n in range(5)]
    assert "orders.ring" not in found_in(usual + costly + back)


def test_many_orders_of_one_mail_within_a_day_are_too_many() -> None:
    quick = [order(70 + n, mail="m") for n in range(6)]
    found = found_in([order(n) for n in range(40)] + quick)["orders.velocity"]
    assert [each.subject for each in found] == ["o74", "o75"]


def test_the_strange_order_is_told_with_what_makes_it_strange() -> None:
    odd = order(85, value=9_000.0, failed_payments=6, disposable_mail=True, name_differs=True)
    found = found_in([order(n) for n in range(80)] + [odd])["orders.unlike"]
    assert [each.subject for each in found] == ["o85"]
    told = {fact.label for fact in found[0].facts}
    assert told & {"value", "failed payments", "throwaway mail", "names differ"}


def test_a_scan_survives_json_and_a_suppression_ends() -> None:
    finding = Finding("a", "s", Severity.HIGH, "t", "r", (Fact("l", "v", "s"),), {"order_id": "1"})
    scan = Scan("a", True, "d", 3, (finding,))
    assert scan_of(scan_told(scan)) == scan
    held = Suppression("x", "a", None, "why", "ann", NOW, NOW + timedelta(days=1))
    assert held.covers("a", "anything", NOW)
    assert not held.covers("a", "anything", NOW + timedelta(days=1))
    assert not held.covers("b", "anything", NOW)


def test_only_what_an_outsider_may_hold_is_proposed_to_be_revoked() -> None:
    desk = Desk("sandbox", NOW)
    about = {"token_id": "tok_1"}

    def kinds(check: str, severity: Severity, what: dict[str, str]) -> list[str]:
        finding = Finding(check, "s", severity, "t", "r", (), what)
        return [each.kind for each in proposals(finding, desk)]

    assert kinds("access.takeover", Severity.CRITICAL, about) == ["token.revoke"]
    assert kinds("access.privilege", Severity.HIGH, about) == []
    assert kinds("access.new_place", Severity.MEDIUM, about) == []
    assert kinds("orders.ring", Severity.MEDIUM, {"order_id": "1"}) == ["order.flag"]


@given(st.lists(st.sampled_from(Severity), max_size=20))
def test_one_alert_for_a_finding_and_each_rise_of_a_grave_severity(seen: list[Severity]) -> None:
    desk, told = Desk("sandbox", NOW), []
    for severity in seen:
        finding = Finding("access.takeover", "tok_1", severity, "Taken over", "Revoke it.")
        if rises(finding, told):
            arguments = alert(finding, told[-1].value if told else None, desk).arguments
            told.append(Severity(arguments["severity"]))
    grave = [each for each in seen if each.rank >= Severity.HIGH.rank]
    assert [each.rank for each in told] == sorted({each.rank for each in told})
    assert len(told) <= 2
    assert bool(told) == bool(grave)
    if grave:
        assert told[0] is grave[0]
        assert told[-1].rank == max(each.rank for each in grave)
