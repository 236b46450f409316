"""Schemathesis' hooks: what is asked for, and what is held against each answer.

Schemathesis makes its requests from the description alone, so it knows no coupon, no redemption
and no till. Here they get them. What it has left out or bent on purpose stays so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import schemathesis
from agreement import Agreement, answered
from elsewhere import add_unknown_paths
from schemathesis import Case, CheckContext, HookContext, Response
from signer import REFUSED, Signer, as_bytes, max_body_bytes
from turns import Turns
from world import World

WORLD = World.load(Path(os.environ["SCHEMATHESIS_WORLD"]))
TURNS = Turns(WORLD)
AGREEMENT = Agreement(Path(os.environ["SCHEMATHESIS_ANSWERS"]))

schemathesis.auth.set_from_requests(Signer(WORLD))


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    AGREEMENT.declare(raw_schema)
    add_unknown_paths(raw_schema)


@schemathesis.hook
def map_case(context: HookContext, case: Case) -> Case:
    return TURNS.fill_in(case)


@schemathesis.hook
def before_add_examples(context: HookContext, examples: list[Case]) -> None:
    examples += [case for example in examples[:1] for case in TURNS.every(example)]


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    AGREEMENT.note(case, response)


@schemathesis.check
def declared_code(ctx: CheckContext, response: Response, case: Case) -> None:
    """A refusal has a code that the description gives for this call and status."""
    AGREEMENT.hold(case, response)


@schemathesis.check
def signature(ctx: CheckContext, response: Response, case: Case) -> None:
    """A well-formed request is refused for its signature when that is all that is wrong."""
    wanted = REFUSED.get(case.headers.get("Signature-Input", ""))
    is_own = response.request.method == case.operation.method.upper()
    if wanted and is_own and case.meta and case.meta.generation.mode.is_positive:
        answer = answered(response)
        # An answer to HEAD has no code.
        assert answer in (wanted, wanted.split()[0]), f"`{answer}` instead of `{wanted}`"


@schemathesis.check
def size_limit(ctx: CheckContext, response: Response, case: Case) -> None:
    """413 is for bodies over 64 KiB, of a batch 256 KiB, and for all of them that a call would read."""
    size = len(as_bytes(response.request.body))
    if size > max_body_bytes(response.request.url):
        assert response.status_code == 413, f"{size} bytes were read"
    else:
        assert response.status_code != 413, f"{size} bytes are not too many"
