"""Puts real coupons, keys, redemptions and tills into cases.

Each kind into an example, so that a short run meets every one; into what is made up, one by lot.
The lot is the case's own: a failure stays one when Schemathesis sends it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any
from zlib import crc32

from schemathesis import Case
from schemathesis.generation.meta import TestPhase
from signer import REFUSED, How
from world import ORDER, World

ID = re.compile(r"R1\.[A-Za-z0-9_-]{16}")

# What no world has: a token or an id that stays as it was made up, an order in yen.
MADE_UP, FOREIGN = "made up", "foreign"

# One on which there may be a statement.
DAY = "2026-02-06"


def is_statement(case: Case) -> bool:
    return str(case.operation.path).endswith("/statement")


class Turns:
    def __init__(self, world: World) -> None:
        self.world = world
        self.coupons = [*REFUSED, How.LARGE, *world.situations, MADE_UP, FOREIGN]
        self.redemptions = [*REFUSED, How.LARGE, *world.redemptions, MADE_UP]

    def every(self, example: Case) -> Iterator[Case]:
        """The example with every kind."""
        body = example.body
        names_coupon = isinstance(body, dict) and ("token" in body or "items" in body)
        kinds = self.coupons if names_coupon else self.redemptions
        if is_statement(example):
            kinds = [*REFUSED, How.RIGHTLY, FOREIGN]
        elif not names_coupon and "id" not in example.path_parameters:
            kinds = []
        for kind in kinds:
            yield self.fill_in(example.derive(keep_auth=True), kind)

    def fill_in(self, case: Case, kind: str | None = None) -> Case:
        assert case.meta, "it is Schemathesis that made it"
        content = (case.operation.label, case.path_parameters, str(case.query), dict(case.headers), case.body)
        lot = Random(crc32(repr(content).encode()))
        is_well_formed = case.meta.generation.mode.is_positive
        is_in_sequence = case.meta.phase.name == TestPhase.STATEFUL
        takes_turns = is_well_formed and not is_in_sequence
        body: Any = case.body
        if isinstance(body, dict) and isinstance(body.get("token"), str):
            # What is bent shall be all that is wrong, and a sequence shall begin with a success.
            turn = kind or (lot.choice(self.coupons) if takes_turns else "fresh")
            self.fill_in_coupon(case, body, turn, lot, is_well_formed)
        elif isinstance(body, dict) and isinstance(body.get("items"), list):
            turn = kind or (lot.choice(self.coupons) if takes_turns else "fresh")
            case.body = body = deepcopy(body)
            for item in body["items"]:
                if isinstance(item, dict) and isinstance(item.get("token"), str):
                    self.fill_in_coupon(case, item, turn, lot, is_well_formed)
        elif ID.fullmatch(str(case.path_parameters.get("id"))):
            # In a sequence the id is that of the call before.
            otherwise = MADE_UP if is_in_sequence else "undoable"
            turn = kind or (lot.choice(self.redemptions) if takes_turns else otherwise)
            self.fill_in_redemption(case, turn, lot)
        elif is_statement(case):
            kinds = [*REFUSED, How.RIGHTLY, FOREIGN]
            turn = kind or (lot.choice(kinds) if takes_turns else How.RIGHTLY)
            if kind or takes_turns and lot.random() < 0.5:
                # Made up, a day, a zone or a cursor is mostly none.
                case.query = {"day": DAY}
            if turn == FOREIGN:
                case.query = {**(case.query or {}), "shop": 4_000_000_000}
        else:
            return case
        if "Signature-Input" in case.headers:
            case.headers["Signature-Input"] = turn if turn in [*How] else How.RIGHTLY.value
        return case

    def fill_in_coupon(
        self, case: Case, body: dict[str, Any], turn: str, lot: Random, is_well_formed: bool
    ) -> None:
        if is_well_formed and "order_amount" in body:
            # To JSON Schema 3000.0 is an integer; the description says in words that it is not.
            body["order_amount"] = int(body["order_amount"])
        if turn == MADE_UP:
            return
        situation = lot.choice(self.world.situations.get(turn, self.world.situations["fresh"]))
        body["token"] = situation.token
        if not is_well_formed:
            return
        if "currency" in body:
            body["currency"] = ORDER["currency"]
        if turn in (FOREIGN, "dear") and "redemption_key" not in body:
            body.update(ORDER, currency="JPY" if turn == FOREIGN else ORDER["currency"])
        if situation.key is None:
            return
        if "redemption_key" in body:
            body["redemption_key"] = situation.key
        elif "txn" in body:
            body["txn"] = situation.key
        elif "order_amount" in body and "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = situation.key
            if lot.random() < 0.5:
                body.pop("order_ref", None)
                body.update(ORDER)

    def fill_in_redemption(self, case: Case, turn: str, lot: Random) -> None:
        if turn != MADE_UP:
            ids = self.world.redemptions.get(turn, self.world.redemptions["undoable"])
            case.path_parameters["id"] = lot.choice(ids)
