"""A wish about the policy becomes a decision; who may write the policy has it in force at once."""

from __future__ import annotations

from core.errors import Conflict, Invalid
from core.security.principals import Principal
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.enacting import demand_right
from orchestrator.core.ledger import approve_in
from orchestrator.core.proposing import propose_in
from royal_platform.commerce.decisions.limits import (
    changed,
    contradiction,
    difference,
    with_limits,
)
from royal_platform.commerce.decisions.model import Decision, Evidence, Policy
from royal_platform.commerce.decisions.policy_change import (
    POLICY,
    PolicyRequest,
    policy_proposal,
)
from royal_platform.commerce.inventory.receipt import PERSON
from royal_platform.commerce.pricing.request import ASSISTANT, Voice, Wording
from royal_platform.persistence.policies import StoredPolicy


def wish_limit(
    ground: Ground, name: str, value: str, asked: Wording, *, reason: str = ""
) -> Decision:
    """Propose one limit; return the decision as judged, the one that waits where it is the same.

    Raises ``Invalid`` for a limit that does not exist, a value it cannot have, or has already.
    """
    with writing(ground) as books:
        stored = books.policies.current(books.connection)
        try:
            after = changed(stored.policy, name, value)
        except ValueError as error:
            raise Invalid(str(error), remedy="Read the limits with `/policy`.") from error
        decision_id = _propose(books, stored, after, asked, reason)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def replace_policy(
    ground: Ground, edited: int, after: Policy, actor: Principal | str, reason: str = ""
) -> Decision | None:
    """Decide on a whole policy; ``edited`` is the version it was made from.

    Returns the decision - executed, or waiting for a second person - or None when nothing is
    different. Raises ``Conflict`` for another version in force, ``Invalid`` for a policy that
    contradicts itself, ``Forbidden``.
    """
    demand_right(actor, POLICY)
    with writing(ground) as books:
        stored = books.policies.current(books.connection)
        if edited != stored.version:
            raise Conflict(
                f"The policy was changed meanwhile: version {stored.version} is in force, "
                f"{edited} was edited.",
                remedy="Read the policy again, apply your change to it and send that version.",
            )
        if after == stored.policy:
            return None
        _refuse_unsound(stored.policy, after)
        name = actor if isinstance(actor, str) else actor.name
        asked = Wording(Voice.PERSON, name, "Saved on the page of policies", "PUT /v1/policies")
        decision_id = _propose(books, stored, after, asked, reason)
        approve_in(books, decision_id, name)
        return books.decisions.get(books.connection, decision_id)


def _refuse_unsound(before: Policy, after: Policy) -> None:
    """What the gate would deny anyway, told to who edits it rather than kept as rejected."""
    try:
        problem = contradiction(with_limits(before, difference(before, after)))
    except ValueError as error:
        problem = str(error)
    if problem is not None:
        raise Invalid(problem, remedy="Change the limit it names.")


def _propose(books: Books, stored: StoredPolicy, after: Policy, asked: Wording, reason: str) -> str:
    voice = asked.voice
    request = PolicyRequest(
        agent_id=PERSON if voice is Voice.PERSON else ASSISTANT,
        before=stored.policy,
        version=stored.version,
        after=after,
        currency=books.store.currency,
        opening=voice.proposes.format(who=asked.who),
        reason=reason,
        said=Evidence(
            voice.label, asked.words, "", voice.source, asked.query or asked.who, books.now
        ),
        provenance=voice.provenance,
    )
    try:
        proposal = policy_proposal(request, now=books.now)
    except ValueError as error:
        raise Invalid(str(error), remedy="Read the policy: nothing would change.") from error
    for waiting in books.decisions.open_on(books.connection, POLICY, proposal.subject.id):
        if waiting.argument_hash == proposal.argument_hash:
            return waiting.id
    return propose_in(books, proposal, asked.who)
