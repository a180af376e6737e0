"""Discord's own OpenAPI file as a judge: which operation a request is, and what is wrong with a payload."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

FILE = Path(__file__).parents[2] / "data" / "discord" / "openapi.json"
METHODS = {"get", "post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Operation:
    """One entry of the file, for example ``POST /channels/{channel_id}/messages``."""

    method: str
    template: str
    pattern: re.Pattern[str]
    definition: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    def __hash__(self) -> int:
        return hash((self.method, self.template))


class Spec:
    """The file, its operations, and one compiled validator per operation and direction."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._operations: dict[tuple[str, int], list[Operation]] = {}
        for operation in sorted(_operations(document), key=lambda operation: operation.template.count("{")):
            self._operations.setdefault((operation.method, operation.template.count("/")), []).append(operation)
        self._validators: dict[str, Validator] = {}
        self._validator_class = _lenient_validator_class()

    @staticmethod
    @cache
    def load() -> Spec:
        """The pinned copy, read once per process."""
        return Spec(json.loads(FILE.read_text(encoding="utf-8")))

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation a request is, and the ids in its path. Literal parts (``@me``) win over placeholders."""
        for operation in self._operations.get((method, path.count("/")), ()):
            if match := operation.pattern.fullmatch(path):
                return operation, match.groupdict()
        return None

    def request_error(self, operation: Operation, body: object) -> str | None:
        """What the file has against a request body, or None."""
        content = operation.definition.get("requestBody", {}).get("content", {}).get("application/json")
        return self._error(f"{operation} asks", content["schema"], body) if content else None

    def response_error(self, operation: Operation, status: int, body: object) -> str | None:
        """What the file has against an answer, or None. A status it does not list is an error too."""
        responses = operation.definition["responses"]
        listed = responses.get(str(status)) or responses.get(f"{status // 100}XX")
        if listed is None:
            return f"the file lists no answer {status}"
        content = listed.get("content", {}).get("application/json")
        if content is None:
            return None if body is None else f"answer {status} has no body in the file"
        return self._error(f"{operation} answers {status}", content["schema"], body)

    def _error(self, direction: str, schema: dict[str, Any], value: Any) -> str | None:
        if direction not in self._validators:
            self._validators[direction] = self._validator_class({**schema, "components": self.document["components"]})
        error = next(iter(self._validators[direction].iter_errors(value)), None)
        if error is None:
            return None
        error = _innermost(error)
        return f"{error.json_path}: {error.message[:200]}"


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for template, item in document["paths"].items():
        pattern = re.compile(re.sub(r"\\\{([^}]*)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))
        for method in METHODS & item.keys():
            yield Operation(method.upper(), template, pattern, item[method])


def _innermost(error: ValidationError) -> ValidationError:
    """The fault in the branch that was meant: of several component schemas, the one whose ``type`` fits."""
    while error.context:
        branches: dict[object, list[ValidationError]] = {}
        for fault in error.context:
            branches.setdefault(fault.schema_path[0], []).append(fault)
        meant = [b for b in branches.values() if not any(fault.path and fault.path[-1] == "type" for fault in b)]
        error = (meant or list(branches.values()))[0][0]
    return error


def _is_integer(_checker: object, value: object) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"-?\d+", value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _is_type(validator: Any, types: Any, value: Any, schema: Any) -> Any:
    """A string with a pattern of digits is a snowflake, and may be sent as an integer."""
    if types == "string" and "pattern" in schema and isinstance(value, int) and not isinstance(value, bool):
        return []
    return jsonschema.Draft202012Validator.VALIDATORS["type"](validator, types, value, schema)


def _lenient_validator_class() -> Any:
    """Draft 2020-12 with what the file's own README allows.

    Integers may be sent as strings and snowflakes as integers; therefore two branches of a ``oneOf`` may both
    match (a nonce is an integer or a string), and it is read as ``anyOf``.
    """
    strict = jsonschema.Draft202012Validator
    rules: dict[str, Any] = {"oneOf": strict.VALIDATORS["anyOf"], "type": _is_type}
    for keyword in ("pattern", "minLength", "maxLength"):
        rules[keyword] = _on_text(strict.VALIDATORS[keyword])
    types = strict.TYPE_CHECKER.redefine("integer", _is_integer)
    return jsonschema.validators.extend(strict, rules, type_checker=types)  # type: ignore[no-untyped-call] # not annotated


def _on_text(rule: Any) -> Any:
    def on_text(validator: object, argument: object, value: object, schema: object) -> Any:
        return rule(validator, argument, str(value) if isinstance(value, int) else value, schema)

    return on_text
