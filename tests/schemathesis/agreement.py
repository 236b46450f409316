"""Holds each answer against the description, and notes which of the declared ones were seen."""

from __future__ import annotations

import atexit
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from schemathesis import Case, Response

PROBLEM = "application/problem+json"
# To OPTIONS, of which the description speaks once, in words, for all paths.
OPTIONS = "204"


class Agreement:
    """By operation; an answer is a status, with the code if there is one: `409 expired`."""

    def __init__(self, notes: Path) -> None:
        self.declared: dict[str, list[str]] = {}
        self.seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
        atexit.register(lambda: notes.write_text(json.dumps(vars(self))))

    def declare(self, description: dict[str, Any]) -> None:
        for item in description["paths"].values():
            for operation in item.values():
                self.declared[operation["operationId"]] = [
                    f"{status} {code}".strip()
                    for status, response in operation["responses"].items()
                    for code in response.get("content", {}).get(PROBLEM, {}).get("examples", [""])
                ]

    def note(self, case: Case, response: Response) -> None:
        self.seen[asked(case, response)][answered(response)] += 1

    def hold(self, case: Case, response: Response) -> None:
        # Paths that the edge does not have are not in the description as it was declared.
        declared = self.declared.get(asked(case, response))
        answer = answered(response)
        is_options = response.request.method == "OPTIONS" and answer == OPTIONS
        assert declared is None or is_options or answer in declared, f"`{answer}` is not declared"


def asked(case: Case, response: Response) -> str:
    """The operation. HEAD shares its path: what another method is told there, GET declares."""
    name: str = case.operation.definition.raw["operationId"]
    is_own = response.request.method == case.operation.method.upper()
    return name if is_own else name.removesuffix("-head")


def answered(response: Response) -> str:
    is_problem = response.headers.get("content-type") == [PROBLEM] and response.content
    code = json.loads(response.content).get("code", "") if is_problem else ""
    return f"{response.status_code} {code}".strip()
