"""Puts real coupons, keys, redemptions and tills into cases, each kind in its turn.

So a short run meets every kind as surely as a long one. The same case always gets the same: a
failure stays one when Schemathesis sends it again.
"""

from __future__ import annotations

import re
from collections import Counter
from random import Random
from zlib import crc32

from schemathesis import Case
from signer import How
from world import ORDER, World

TOKEN = re.compile(r"C1\.[A-Za-z0-9_-]{68}")
ID = re.compile(r"R1\.[A-Za-z0-9_-]{16}")

# What no world has: a token or an id that stays as it was made up, and an order in yen.
MADE_UP, FOREIGN = "made up", "foreign"


class Turns:
    def __init__(self, world: World) -> None:
        self.world = world
        self.coupons = interleaved("fresh", [*world.situations, MADE_UP, FOREIGN, *How])
        self.redemptions = interleaved("undoable", [*world.redemptions, MADE_UP, *How])
        self.taken: Counter[str] = Counter()
        self.given: dict[int, str] = {}

    def fill_in(self, case: Case) -> Case:
        content = (case.operation.label, case.path_parameters, dict(case.headers), case.body)
        fingerprint = crc32(repr(content).encode())
        lot = Random(fingerprint)
        is_well_formed = case.meta is not None and case.meta.generation.mode.is_positive
        if isinstance(case.body, dict) and isinstance(case.body.get("token"), str):
            turn = self.next(case, fingerprint, self.coupons) if is_well_formed else "fresh"
            self.fill_in_coupon(case, turn, lot, is_well_formed)
        elif ID.fullmatch(str(case.path_parameters.get("id"))):
            turn = self.next(case, fingerprint, self.redemptions) if is_well_formed else "undoable"
            self.fill_in_redemption(case, turn, lot)
        else:
            return case
        if "Signature-Input" in case.headers:
            case.headers["Signature-Input"] = turn if turn in [*How] else How.RIGHTLY.value
        return case

    def next(self, case: Case, fingerprint: int, turns: list[str]) -> str:
        if fingerprint not in self.given:
            self.given[fingerprint] = turns[self.taken[case.operation.label] % len(turns)]
            self.taken[case.operation.label] += 1
        return self.given[fingerprint]

    def fill_in_coupon(self, case: Case, turn: str, lot: Random, is_well_formed: bool) -> None:
        body = case.body
        if is_well_formed and "order_amount" in body:
            # To JSON Schema 3000.0 is an integer; the description says in words that here it is not.
            body["order_amount"] = int(body["order_amount"])
        if turn == MADE_UP:
            return
        situation = lot.choice(self.world.situations.get(turn, self.world.situations["fresh"]))
        body["token"] = situation.token
        if not is_well_formed:
            return
        if "currency" in body:
            body["currency"] = ORDER["currency"]
        if turn == FOREIGN and "redemption_key" not in body:
            body.update(ORDER, currency="JPY")
        if situation.key is None:
            return
        if "redemption_key" in body:
            body["redemption_key"] = situation.key
        elif "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = situation.key
            if lot.random() < 0.5:
                case.body = {"token": situation.token, **ORDER}

    def fill_in_redemption(self, case: Case, turn: str, lot: Random) -> None:
        if turn != MADE_UP:
            ids = self.world.redemptions.get(turn, self.world.redemptions["undoable"])
            case.path_parameters["id"] = lot.choice(ids)


def interleaved(usual: str, others: list[str]) -> list[str]:
    """Every third one is the usual one."""
    pairs = [others[at : at + 2] for at in range(0, len(others), 2)]
    return [turn for pair in pairs for turn in (*pair, usual)]
