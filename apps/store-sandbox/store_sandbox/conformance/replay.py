"""One recording against the sandbox: what agrees, what differs, what cannot be compared.

Errors of a document or its variables, and the cost, do not depend on what a store holds: they are
compared as they are. The actual cost is computed from the recorded data. Shapes are compared where
both sides answered something; business errors where the recording has some.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import NonNullTypeNode, OperationDefinitionNode

from store_sandbox.admin.context import Context
from store_sandbox.admin.cost import Bucket, Pricing
from store_sandbox.admin.execution import operation_of, prepare, run
from store_sandbox.admin.schema import served_schema
from store_sandbox.bulk.selections import fragments_of
from store_sandbox.conformance.recordings import Recording
from store_sandbox.runtime import Runtime
from store_sandbox.scopes import ALL

ASPECTS = ("errors", "cost", "shape", "user errors")
# codes of a document that names something this sandbox does not serve
_UNSERVED = frozenset({"undefinedField", "undefinedType", "argumentNotAccepted"})


@dataclass(slots=True)
class Verdict:
    """Per aspect: None not comparable, '' agrees, else the difference in words."""

    recording: Recording
    served: bool
    missing: list[str] = field(default_factory=list)
    aspects: dict[str, str | None] = field(default_factory=dict)


def replay(recording: Recording, runtime: Runtime) -> Verdict:
    """Run a recording's request and compare."""
    theirs = recording.response.get("errors") or []
    told = {error.get("message") for error in theirs if isinstance(error, dict)}
    own_problems = [one for one in prepare(recording.query).errors if _unserved(one, told)]
    if own_problems:
        missing = sorted({_named(one) for one in own_problems})
        return Verdict(recording, served=False, missing=missing)
    if _incomplete(recording, theirs):
        return Verdict(recording, served=False, missing=["variables that were not recorded"])
    context = Context(
        runtime.state,
        runtime.credentials.client_id,
        frozenset(ALL),
        "2026-10",
        "conformance",
        links=runtime.links_for("http://127.0.0.1"),
    )
    body = {"query": recording.query, "variables": recording.variables}
    ours = run(body, context, Bucket(20_000, 1_000))
    unknown = _unknown_inputs(ours, theirs)
    if unknown:
        return Verdict(recording, served=False, missing=unknown)
    verdict = Verdict(recording, served=True)
    verdict.aspects = {
        "errors": _errors(ours, theirs),
        "cost": _cost(recording, ours),
        "shape": _shapes(ours.get("data"), recording.response.get("data")),
        "user errors": _user_errors(ours.get("data"), recording.response.get("data")),
    }
    return verdict


def _incomplete(recording: Recording, theirs: list[Any]) -> bool:
    """Whether a variable is missing that the real store, which did not complain, must have had."""
    document = prepare(recording.query).document
    operation = None if document is None else operation_of(document, None)
    if operation is None or theirs:
        return False
    return any(
        one.variable.name.value not in recording.variables
        for one in operation.variable_definitions or ()
        if isinstance(one.type, NonNullTypeNode) and one.default_value is None
    )


def _unserved(problem: Mapping[str, Any], told: set[Any]) -> bool:
    code = problem.get("extensions", {}).get("code")
    return code in _UNSERVED and problem["message"] not in told


def _unknown_inputs(ours: Mapping[str, Any], theirs: list[Any]) -> list[str]:
    """Input fields of the request that this sandbox does not serve and the real store took."""
    said = {problem for error in theirs for problem in _explained(error)}
    told = {problem for error in ours.get("errors") or [] for problem in _explained(error)}
    prefix = "Field is not defined on "
    return sorted(
        f"{text.removeprefix(prefix)}.{name}"
        for name, text in told - said
        if text.startswith(prefix)
    )


def _explained(error: Any) -> list[tuple[str, str]]:
    problems = (error.get("extensions") or {}).get("problems") or []
    return [(str((one["path"] or [""])[-1]), one["explanation"]) for one in problems]


def _named(problem: Mapping[str, Any]) -> str:
    extra = problem["extensions"]
    if extra["code"] == "undefinedField":
        return f"{extra['typeName']}.{extra['fieldName']}"
    if extra["code"] == "argumentNotAccepted":
        return f"{extra['name']}({extra['argumentName']})"
    return str(extra["typeName"])


def _errors(ours: Mapping[str, Any], theirs: list[Any]) -> str | None:
    """Top-level errors: how many, their words, codes and places; request ids are nobody's."""
    own = ours.get("errors") or []
    if not own and not theirs:
        return ""
    left, right = [_error(one) for one in own], [_error(one) for one in theirs]
    return "" if left == right else f"ours {left!r}, recorded {right!r}"


def _error(error: Any) -> dict[str, Any]:
    extensions = error.get("extensions") or {}
    return {
        "message": error.get("message"),
        "code": extensions.get("code"),
        "path": error.get("path"),
        "locations": error.get("locations"),
    }


def _cost(recording: Recording, ours: Mapping[str, Any]) -> str | None:
    known = (recording.response.get("extensions") or {}).get("cost")
    own = (ours.get("extensions") or {}).get("cost")
    if not known or not own:
        return None
    pricing, operation = _pricing(recording)
    actual = pricing.actual(operation, recording.response.get("data"))
    left = (own["requestedQueryCost"], actual)
    right = (known.get("requestedQueryCost"), known.get("actualQueryCost"))
    if right[1] is None:
        left, right = left[:1], right[:1]  # type: ignore[assignment]
    return "" if left == right else f"ours {left}, recorded {right}"


def _pricing(recording: Recording) -> tuple[Pricing, OperationDefinitionNode]:
    document = prepare(recording.query).document
    assert document is not None  # noqa: S101 - it ran
    operation = operation_of(document, None)
    assert operation is not None  # noqa: S101 - it ran
    return Pricing(served_schema(), fragments_of(document), recording.variables), operation


def _shapes(ours: Any, theirs: Any) -> str | None:
    """Keys and kinds where both answered; None when nothing could be compared."""
    found: list[str] = []
    compared = _shape(ours, theirs, "", found)
    return "; ".join(found[:3]) if found else ("" if compared else None)


def _shape(ours: Any, theirs: Any, path: str, found: list[str]) -> bool:
    if ours is None or theirs is None:
        return False
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if list(ours) != list(theirs):
            found.append(f"{path or 'data'} has {list(ours)}, recorded {list(theirs)}")
            return True
        parts = [_shape(ours[key], theirs[key], f"{path}.{key}", found) for key in theirs]
        return any(parts)
    if isinstance(theirs, list) and isinstance(ours, list):
        return bool(ours and theirs) and _shape(ours[0], theirs[0], f"{path}[0]", found)
    if type(ours) is not type(theirs) and {type(ours), type(theirs)} != {int, float}:
        found.append(f"{path} is {type(ours).__name__}, recorded {type(theirs).__name__}")
    return True


def _user_errors(ours: Any, theirs: Any) -> str | None:
    """Business errors of each root payload, when the recording has any."""
    if not isinstance(theirs, dict):
        return None
    differences: list[str] = []
    compared = False
    for key, payload in theirs.items():
        right = _business(payload)
        if not right:
            continue
        compared = True
        left = _business((ours or {}).get(key))
        if left != right:
            differences.append(f"{key}: ours {left!r}, recorded {right!r}")
    return "; ".join(differences) if compared else None


def _business(payload: Any) -> list[Any]:
    if not isinstance(payload, dict):
        return []
    lists = [value for key, value in payload.items() if key.lower().endswith("usererrors")]
    return [error for errors in lists if isinstance(errors, list) for error in errors]
