"""Reads the counters by the reference parser of OpenMetrics, when they are as the past has them."""

from __future__ import annotations

import time
from urllib.request import Request, urlopen

from prometheus_client.openmetrics.parser import text_string_to_metric_families
from world import METRICS, REDEMPTIONS_OF_A_COUPON, World

# What `live_through` does: of chain 1, as all shops are.
UNDONE = REDEMPTIONS_OF_A_COUPON + 1
SECONDS = 120


def read_counters(world: World) -> None:
    redeemed = UNDONE + sum(len(ids) for name, ids in world.redemptions.items() if name != "undone") + 1
    wanted = {"redemption": redeemed, "reversal": UNDONE}
    deadline = time.monotonic() + SECONDS
    while (found := entries(world)) != wanted:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the counters have {found} instead of {wanted}")
        time.sleep(0.1)
    print(f"  {found}")


def entries(world: World) -> dict[str, int]:
    """Entries by kind, in all campaigns."""
    headers = {"Authorization": f"Bearer {world.operator_token}"}
    with urlopen(Request(world.url + METRICS, headers=headers), timeout=60) as answer:
        text = answer.read().decode()
    found: dict[str, int] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples if family.name == "coupon_entries" else []:
            kind = sample.labels["kind"]
            found[kind] = found.get(kind, 0) + int(sample.value)
    return found
