"""Whether every declared answer was seen, but those that a stranger cannot bring about."""

from __future__ import annotations

from typing import TypedDict

FAULT = "only from an edge that cannot read its keys: tests/edge/contract.rs"
BUSY = "only without a policy in force: tests/edge/contract.rs, tests/edge/policy.rs"

# Declared and not to be seen here: why, and which test shows it.
UNSEEN = {"500 fault": FAULT, "500": FAULT, "503 busy": BUSY, "503": BUSY}

# The same of one operation: it is always asked with the right token, or with none.
UNSEEN_OF = {("metrics", "401 signature-invalid"): "another token: tests/edge/watching.rs"}


class Notes(TypedDict):
    declared: dict[str, list[str]]
    seen: dict[str, dict[str, int]]


def table(notes: Notes) -> str:
    """How often each operation was called, and its answers."""
    lines = []
    for operation, answers in sorted(notes["seen"].items()):
        told = ", ".join(f"{answer} ×{count}" for answer, count in sorted(answers.items()))
        lines.append(f"  {operation}: {sum(answers.values())} calls\n      {told}")
    return "\n".join(lines)


def disagreements(notes: Notes) -> list[str]:
    """Where what was not seen differs from `UNSEEN`."""
    found = []
    for operation, declared in notes["declared"].items():
        seen = notes["seen"].get(operation, {})
        found += [
            f"{operation}: `{answer}` is declared and was not seen"
            for answer in declared
            if answer not in seen and answer not in UNSEEN and (operation, answer) not in UNSEEN_OF
        ]
        found += [
            f"{operation}: `{answer}` was seen, and UNSEEN says that it cannot be"
            for answer in seen
            if answer in UNSEEN
        ]
    every = {answer for declared in notes["declared"].values() for answer in declared}
    idle = [answer for answer in UNSEEN if answer not in every]
    return found + [f"`{answer}` is in UNSEEN, and nothing declares it" for answer in idle]
