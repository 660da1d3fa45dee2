"""Lets clients that insist on ``https://SHOP.myshopify.com`` reach a sandbox on loopback.

An HTTP proxy: it takes CONNECT for any host, ends TLS with a certificate of its own, leaves out
of a document what the sandbox does not serve, and passes everything on. Run as a module, it is a
process of its own, so that its CPU time is nobody's.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from graphql import (
    REMOVE,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    parse,
    print_ast,
    visit,
)

HOST = "large.myshopify.com"


def certificate(folder: Path) -> Path:
    """A self-signed certificate with its key for ``HOST``, in one file that a client may trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "front.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )  # fmt: skip
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class _Unserved(Visitor):
    """Leaves out fields, arguments and types that the schema does not have."""

    def __init__(self, schema: GraphQLSchema, types: TypeInfo) -> None:
        super().__init__()
        self._schema, self._types = schema, types

    def enter_field(self, node: Any, *_: Any) -> Any:
        known = self._types.get_field_def()
        return REMOVE if known is None and node.name.value != "__typename" else None

    def enter_inline_fragment(self, node: Any, *_: Any) -> Any:
        named = node.type_condition
        return REMOVE if named and named.name.value not in self._schema.type_map else None


class _Emptied(Visitor):
    """Leaves out what lost all that was asked of it."""

    def leave_field(self, node: Any, *_: Any) -> Any:
        emptied = node.selection_set is not None and not node.selection_set.selections
        return REMOVE if emptied else None

    def leave_inline_fragment(self, node: Any, *_: Any) -> Any:
        return None if node.selection_set.selections else REMOVE


@cache
def _schema() -> GraphQLSchema:
    text = (resources.files("store_sandbox") / "admin" / "schema.graphql").read_text()
    return build_schema(text, assume_valid=True)


@cache
def served(text: str) -> str:
    """The document without what the sandbox does not serve."""
    schema = _schema()
    types = TypeInfo(schema)
    pruned = visit(parse(text), TypeInfoVisitor(types, _Unserved(schema, types)))
    return print_ast(visit(pruned, _Emptied()))


def _passed_on(body: bytes) -> bytes:
    asked = json.loads(body)
    inner = (asked.get("variables") or {}).get("query")
    if isinstance(inner, str) and inner.lstrip().startswith("{"):
        asked["variables"]["query"] = served(inner)
    else:
        asked["query"] = served(asked["query"])
    return json.dumps(asked).encode()


class Front:
    """The proxy before the sandbox at ``address``."""

    def __init__(self, address: str, pem: Path) -> None:
        self._address = address
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(pem)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: CONNECT, TLS, then requests until the client has enough."""
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            await writer.start_tls(self._context)
            async with httpx.AsyncClient(timeout=300) as http:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    await self._answer(http, head.decode(), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _answer(
        self,
        http: httpx.AsyncClient,
        head: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        first, *rest = head.strip().split("\r\n")
        method, path, _ = first.split()
        headers = {
            name.lower(): value.strip() for name, _, value in (h.partition(":") for h in rest)
        }
        body = await reader.readexactly(int(headers.pop("content-length", "0")))
        for name in ("host", "accept-encoding", "connection"):
            headers.pop(name, None)
        if path.endswith("graphql.json"):
            body = _passed_on(body)
        url = self._address + path
        async with http.stream(method, url, headers=headers, content=body) as answer:
            size = answer.headers["content-length"]
            kind = answer.headers.get("content-type", "text/plain")
            writer.write(
                f"HTTP/1.1 {answer.status_code} X\r\nContent-Type: {kind}\r\n"
                f"Content-Length: {size}\r\n\r\n".encode()
            )
            async for chunk in answer.aiter_raw():
                writer.write(chunk)
                await writer.drain()


async def _serve(address: str, pem: Path, started: Callable[[int], None]) -> None:
    server = await asyncio.start_server(Front(address, pem).handle, "127.0.0.1", 0, limit=2**20)
    started(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2]), lambda port: print(port, flush=True)))
