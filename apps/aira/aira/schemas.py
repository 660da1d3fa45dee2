"""The chat protocol's shapes: what is asked, every event of an answer, conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

# About 8,000 tokens: a long letter. More belongs into a file, not into a message.
MAX_CHARACTERS = 32_000
MESSAGE_ID = r"^[A-Za-z0-9._-]{8,64}$"

Mode = Literal["command", "model"]
TurnStatus = Literal["answering", "completed", "failed", "cancelled"]
EndStatus = Literal["completed", "failed", "cancelled"]
Source = Literal["shopify", "sandbox", "import", "royal"]
Kind = Literal["text", "money", "number", "percent", "date", "time", "status", "link"]


class Shape(BaseModel):
    """Something we send; a client ignores fields it does not know."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Asked(BaseModel):
    """Something we are sent; a field that does not exist is refused."""

    model_config = ConfigDict(extra="forbid")


class MoneyOut(Shape):
    """An amount as a decimal string with its currency."""

    amount: str
    currency: str


# What is asked


class ChatIn(Asked):
    """One message of the user."""

    text: str = Field(
        min_length=1,
        pattern=r"\S",
        description="A message with / first is a command.",
        json_schema_extra={"maxLength": MAX_CHARACTERS},
    )
    conversation_id: str | None = Field(None, max_length=80, description="None begins a new one.")
    after_turn: str | None = Field(
        None,
        max_length=80,
        description="The last turn shown, empty for none; 409 when there is a later one.",
    )
    message_id: str | None = Field(
        None,
        pattern=MESSAGE_ID,
        description="The client's name of this message: the same again says nothing twice.",
    )


class FlowWordsIn(Asked):
    """A marketing flow as YAML, and the language its customers read."""

    text: str = Field(min_length=1, max_length=20_000)
    language: Literal["en", "nl"]


class RenameIn(Asked):
    """A conversation's new title."""

    title: str = Field(min_length=1, max_length=200, pattern=r"\S")


class GrantIn(Asked):
    """Who gets another day's budget: a user, "" for all users, "agent:*" for all agents."""

    owner: str = Field("", max_length=255)


# What an answer is made of


class TurnData(Shape):
    """Whose answer begins."""

    turn_id: str
    conversation_id: str
    mode: Mode
    text: str = Field(description="What the user said.")
    at: datetime


class TextData(Shape):
    """A piece of the answer: Markdown without HTML, to be appended."""

    text: str


class ToolCallData(Shape):
    """A tool is being used."""

    call_id: str
    tool: str
    title: str
    arguments: dict[str, Any]


class ColumnOut(Shape):
    """One column: the key in a row, how its value reads, and the page about what it names."""

    key: str
    label: str
    kind: Kind
    page: str | None = Field(None, description="The page at /{page}/{row[id]}.")
    id: str | None = Field(None, description="The key of the id in a row.")


class TableView(Shape):
    """Rows under ``result[rows]``."""

    type: Literal["table"]
    columns: list[ColumnOut]
    rows: str


class FactsView(Shape):
    """One object, shown as names and values."""

    type: Literal["facts"]


class SeriesView(Shape):
    """Figures over time under ``result[rows]``."""

    type: Literal["series"]
    x: str
    y: list[str]
    unit: str
    rows: str


View = Annotated[TableView | FactsView | SeriesView, Field(discriminator="type")]


class FaultOut(Shape):
    """What a tool answered instead of a result."""

    slug: str
    status: int
    title: str
    detail: str
    remedy: str
    errors: list[dict[str, Any]] = []


class ToolResultData(Shape):
    """What a tool answered: ``result`` and where it is from, or ``problem`` when not ``ok``."""

    call_id: str
    tool: str
    ok: bool
    result: dict[str, Any] | None = None
    text: str | None = Field(None, description="The same in Markdown, for when there is no view.")
    view: View | None = None
    source: Source | None = None
    as_of: datetime | None = None
    next_cursor: str | None = None
    more: str | None = Field(None, description="The command that gives the next page.")
    problem: FaultOut | None = None


class ChangeOut(Shape):
    """One thing that would change."""

    field: str
    now: str | None
    proposed: str | None
    unit: str | None = None
    written: str | None = Field(None, description="What was written, once it was.")


class HitOut(Shape):
    """One rule of the policy and what it says."""

    rule: str
    ruling: str
    message: str
    limit: str | None = None
    actual: str | None = None
    unit: str | None = None


class ConfirmOut(Shape):
    """The request by which the user confirms."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: str
    body: dict[str, Any] | None = None


class ApprovalData(Shape):
    """Something that waits for the user to confirm it; AIRA never does."""

    call_id: str
    decision_id: str | None = None
    action: str = Field(description="approve, reject, revert, or an act such as agent.pause.")
    argument_hash: str | None = None
    kind: str | None = None
    title: str
    changes: list[ChangeOut] = []
    rationale: str | None = None
    ruling: str | None = None
    hits: list[HitOut] = []
    money_at_stake: MoneyOut | None = None
    undo: str | None = Field(None, description="How it can be undone, or why not.")
    expires_at: datetime | None = None
    status: str | None = None
    link: str | None = None
    confirm: ConfirmOut | None = None
    command: str | None = None
    allowed: bool = Field(description="False when this user's role may not decide it.")


class CitationData(Shape):
    """What ``[n]`` in the text refers to."""

    n: int
    call_id: str
    label: str
    query: str | None = Field(description="The request that gives the same figure.")
    source: Source
    as_of: datetime
    link: str | None = Field(description="A page of the command center.")


class UsageData(Shape):
    """What the answer used of the model.

    Tokens are null when the server did not say them; the budget then counts ``estimated_tokens``,
    four characters to a token. ``cost`` is null with them, and while no price is configured.
    """

    model: str
    requests: int
    input_tokens: int | None
    output_tokens: int | None
    estimated_tokens: int | None
    seconds: float
    first_token_seconds: float | None
    cost: MoneyOut | None


class CompactedData(Shape):
    """So many earlier turns reach the model as a summary now; they stay readable."""

    turns: int


class RestartedData(Shape):
    """The answer begins again: drop ``text`` with a higher id than ``keep`` from before this."""

    keep: int


class ErrorData(Shape):
    """Why the answer ends here, and what to do."""

    slug: str
    status: int
    title: str
    detail: str
    remedy: str
    retry_after: float | None = None


class DoneData(Shape):
    """The end."""

    status: EndStatus


class _Event(Shape):
    id: int = Field(ge=1, description="Grows within the turn; the stream's Last-Event-ID.")


class TurnEvent(_Event):
    """Always the first."""

    event: Literal["turn"]
    data: TurnData


class TextEvent(_Event):
    """Text."""

    event: Literal["text"]
    data: TextData


class ToolCallEvent(_Event):
    """A tool is used."""

    event: Literal["tool_call"]
    data: ToolCallData


class ToolResultEvent(_Event):
    """A tool answered."""

    event: Literal["tool_result"]
    data: ToolResultData


class ApprovalEvent(_Event):
    """A person is asked."""

    event: Literal["approval"]
    data: ApprovalData


class CitationEvent(_Event):
    """A source."""

    event: Literal["citation"]
    data: CitationData


class UsageEvent(_Event):
    """What it took."""

    event: Literal["usage"]
    data: UsageData


class CompactedEvent(_Event):
    """The model sees a summary."""

    event: Literal["compacted"]
    data: CompactedData


class RestartedEvent(_Event):
    """The text begins again."""

    event: Literal["restarted"]
    data: RestartedData


class ErrorEvent(_Event):
    """The answer failed."""

    event: Literal["error"]
    data: ErrorData


class DoneEvent(_Event):
    """Always the last."""

    event: Literal["done"]
    data: DoneData


ChatEventOut = Annotated[
    TurnEvent
    | TextEvent
    | ToolCallEvent
    | ToolResultEvent
    | ApprovalEvent
    | CitationEvent
    | UsageEvent
    | CompactedEvent
    | RestartedEvent
    | ErrorEvent
    | DoneEvent,
    Field(discriminator="event"),
]


# The state of things


class BudgetOut(Shape):
    """What the caller may use of the model today and has used; null limits are no limits.

    Days are UTC: the provider bills the real day, whatever the store's clock says.
    """

    tokens_per_day: int | None
    tokens_used: int
    money_per_day: str | None
    money_used: str | None
    currency: str | None
    resets_at: datetime
    paused: bool


class ChatStatusOut(Shape):
    """Whether a model can talk, what is missing, the limits."""

    model: str | None
    model_routine: str | None
    can_converse: bool
    missing: list[str]
    remedy: str | None
    max_characters: int
    budget: BudgetOut
    agents_budget: BudgetOut


class CancelOut(Shape):
    """What became of the turn."""

    turn_id: str
    status: TurnStatus


class ConversationOut(Shape):
    """A conversation in a list; ``answering`` is the turn being answered."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    turns: int
    answering: str | None


class ConversationList(Shape):
    """Own conversations, the last used first."""

    data: list[ConversationOut]
    next_cursor: str | None
    total: int


class TurnOut(Shape):
    """One turn with the events of its answer, pieces of text joined."""

    id: str
    text: str
    mode: Mode
    status: TurnStatus
    at: datetime
    finished_at: datetime | None
    last_event_id: int = Field(description="Follow the turn from here on.")
    events: list[ChatEventOut]


class ConversationDetail(Shape):
    """One conversation with a page of its turns, oldest first; the cursor leads to older ones."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    total: int
    last_turn: str | None
    answering: str | None
    turns: list[TurnOut]
    next_cursor: str | None


class PassageOut(Shape):
    """What a suggestion rests on, and where it was read."""

    text: str
    source: str
    link: str | None


class FlowWordsOut(Shape):
    """A suggested subject and body; nothing is saved or sent.

    ``policies_read`` false: the shop did not tell its policies, so that nothing rests on them.
    """

    title: str
    body: str
    rests_on: list[PassageOut]
    policies_read: bool
