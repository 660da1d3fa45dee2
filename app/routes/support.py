"""Threads with customers."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.support import (
    AddressChangeIn,
    CodeIn,
    ExchangeIn,
    FilePath,
    OrderCancelIn,
    ProposedOut,
    RefundIn,
    ReplyIn,
    ReshipIn,
    ReturnIn,
    ThreadDetail,
    ThreadPage,
    ThreadPath,
    ThreadQuery,
    VouchIn,
)
from app.views import support as view

api = group("support", "What customers asked, what is being answered, and by when.")


@api.get("/threads", responses={200: ThreadPage})
@requires("store:read")
def list_threads(query: ThreadQuery) -> Response:
    """Threads, newest message first."""
    return reply(view.threads(platform(), query))


@api.get("/threads/<thread_id>", responses={200: ThreadDetail})
@requires("store:read")
def get_thread(path: ThreadPath) -> Response:
    """One thread with its messages and the draft of an answer."""
    return reply(view.thread(platform(), path.thread_id))


@api.get(
    "/threads/<thread_id>/attachments/<attachment_id>",
    responses={
        200: {
            "description": "The file.",
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
    },
)
@requires("store:read")
def download_attachment(path: FilePath) -> Response:
    """A file that came with a message, to be saved: no browser shows or runs it from here."""
    told, content = view.file(platform(), path)
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=told.filename)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@api.post("/threads/<thread_id>/reply", responses={200: ProposedOut})
@requires("decisions:propose")
def reply_to_thread(path: ThreadPath, body: ReplyIn) -> Response:
    """Propose a reply to the newest message; it is sent once it is approved."""
    return reply(view.answer(platform(), caller(), path.thread_id, body))


@api.post("/threads/<thread_id>/refund", responses={200: ProposedOut})
@requires("decisions:propose")
def refund_in_thread(path: ThreadPath, body: RefundIn) -> Response:
    """Propose money back for the thread's order; above the caps a person is asked."""
    return reply(view.refund(platform(), caller(), path.thread_id, body))


@api.post("/threads/<thread_id>/order-cancellation", responses={200: ProposedOut})
@requires("decisions:propose")
def cancel_order_of_thread(path: ThreadPath, body: OrderCancelIn) -> Response:
    """Propose to cancel the thread's order with the money back; a person always decides."""
    return reply(view.cancel_order(platform(), caller(), path.thread_id, body))


@api.post("/threads/<thread_id>/address", responses={200: ProposedOut})
@requires("decisions:propose")
def change_address_in_thread(path: ThreadPath, body: AddressChangeIn) -> Response:
    """Propose another address for the thread's order, as long as nothing of it has left."""
    return reply(view.change_address(platform(), caller(), path.thread_id, body))


@api.post("/threads/<thread_id>/return", responses={200: ProposedOut})
@requires("decisions:propose")
def return_goods_in_thread(path: ThreadPath, body: ReturnIn) -> Response:
    """Propose that goods of the thread's order come back; it can be undone until money went."""
    return reply(view.return_goods(platform(), caller(), path.thread_id, body))


@api.post("/threads/<thread_id>/exchange", responses={200: ProposedOut})
@requires("decisions:propose")
def exchange_goods_in_thread(path: ThreadPath, body: ExchangeIn) -> Response:
    """Propose that goods of the thread's order come back for another variant of the article."""
    return reply(view.exchange_goods(platform(), caller(), path.thread_id, body))


@api.post("/threads/<thread_id>/reship", responses={200: ProposedOut})
@requires("decisions:propose")
def send_goods_again_in_thread(path: ThreadPath, body: ReshipIn) -> Response:
    """Propose that lost goods of the thread's order are sent again for nothing."""
    return reply(view.send_again(platform(), caller(), path.thread_id, body))


@api.post("/threads/<thread_id>/discount", responses={200: ProposedOut})
@requires("decisions:propose")
def give_code_in_thread(path: ThreadPath, body: CodeIn) -> Response:
    """Propose a code of one use for the thread's customer; ending it undoes it."""
    return reply(view.give_code(platform(), caller(), path.thread_id, body))


@api.post("/threads/<thread_id>/escalate", responses={200: ThreadDetail})
@requires("decisions:decide")
def escalate_thread(path: ThreadPath) -> Response:
    """Take the thread over: the agent leaves it alone."""
    return reply(view.escalate(platform(), caller(), path.thread_id))


@api.post("/threads/<thread_id>/vouch", responses={200: ThreadDetail})
@requires("decisions:decide")
def vouch_for_thread(path: ThreadPath, body: VouchIn) -> Response:
    """Give your word that the sender is who it says, for this thread as you read it."""
    return reply(view.vouch(platform(), caller(), path.thread_id, body))


@api.post("/threads/<thread_id>/resolve", responses={200: ThreadDetail})
@requires("decisions:decide")
def resolve_thread(path: ThreadPath) -> Response:
    """Nothing more is to be done; the customer's next message opens it again."""
    return reply(view.resolve(platform(), caller(), path.thread_id))
