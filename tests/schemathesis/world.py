"""An issuer with coupons of every kind, shops, and a running edge that has a past with them."""

from __future__ import annotations

import base64
import csv
import json
import subprocess
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from redeem import sign

PROJECT = Path(__file__).parents[2]
COUPON = PROJECT / "target/debug/coupon"

# What an operator calls, and no till.
METRICS = "/v1/ops/metrics"

HOME, OTHER, SUSPENDED = "1", "2", "3"
# The order of everything that is in the past.
ORDER: dict[str, Any] = {"order_amount": 3000, "currency": "CNY"}
# As many entries as a coupon can have are ten redemptions, each undone.
REDEMPTIONS_OF_A_COUPON = 10
# More than a run uses up.
FRESH = 20_000


@dataclass
class Till:
    keyid: str
    secret: str


@dataclass
class Situation:
    """A coupon, and a key that has a past with it or none."""

    token: str
    key: str | None = None


@dataclass
class World:
    """What the hooks need to know."""

    url: str
    tills: dict[str, Till]
    operator_token: str
    situations: dict[str, list[Situation]] = field(default_factory=dict)
    # Redemptions, each by what became of it.
    redemptions: dict[str, list[str]] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> World:
        saved = json.loads(path.read_text())
        situations = saved["situations"].items()
        return cls(
            url=saved["url"],
            tills={shop: Till(**till) for shop, till in saved["tills"].items()},
            operator_token=saved["operator_token"],
            situations={name: [Situation(**one) for one in all] for name, all in situations},
            redemptions=saved["redemptions"],
        )

    def call(self, shop: str, path: str, key: str, body: Any = None) -> Any:
        """Makes a write that has to succeed."""
        url, data = self.url + path, b"" if body is None else json.dumps(body).encode()
        till = self.tills[shop]
        headers = sign(till.keyid, till.secret, "POST", url, data, key)
        headers["Content-Type"] = "application/json"
        try:
            with urlopen(Request(url, data, headers), timeout=60) as answer:
                return json.load(answer)
        except HTTPError as refusal:
            raise RuntimeError(f"{path}: {refusal.code} {refusal.read().decode()}") from None

    def redeem(self, token: str, key: str, shop: str = HOME) -> str:
        return self.call(shop, "/v1/redemptions", key, {"token": token, **ORDER})["id"]

    def reverse(self, redemption: str, key: str) -> None:
        self.call(HOME, f"/v1/redemptions/{redemption}/reversal", key)


class Issuer:
    """The `coupon` command, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.coupon("init")

    def command(self, *arguments: str) -> list[str]:
        return [str(COUPON), "--dir", str(self.folder / "issuer"), *arguments]

    def coupon(self, *arguments: str) -> str:
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"coupon {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def enrol(self) -> dict[str, Till]:
        wanted, given = self.folder / "enrol.csv", self.folder / "shops.csv"
        lines = [f"{shop},1,1,Shop {shop}\n" for shop in (HOME, OTHER, SUSPENDED)]
        wanted.write_text("id,chain,groups,name\n" + "".join(lines))
        self.coupon("shop", "enrol", str(wanted), "--out", str(given), "--tills", "1")
        self.coupon("shop", "publish", "--suspend", SUSPENDED)
        with given.open() as rows:
            return {row["shop"]: Till(row["keyid"], row["secret"]) for row in csv.DictReader(rows)}

    def operator(self) -> str:
        """The token of an operator."""
        return self.coupon("ops", "credential", "create", "schemathesis").strip()

    def campaign(self, *options: str) -> str:
        window = ("--from", days_from_now(-30), "--until", days_from_now(30))
        options = ("--name", "Milk tea", "--currency", "CNY", "--shards", "2", *window, *options)
        return json.loads(self.coupon("--json", "campaign", "create", *options))["campaign"]

    def publish(self, campaign: str, *options: str) -> None:
        self.coupon("campaign", "publish", str(campaign), *options)

    def recall(self, campaign: str, kid: int) -> None:
        """Revokes every coupon that was signed under this key."""
        draft = self.folder / f"issuer/campaigns/{campaign}.json"
        document = json.loads(draft.read_text())
        document["policy"]["revoked"] = {"kids": [kid]}
        draft.write_text(json.dumps(document))

    def issue(self, campaign: str, count: int = 1, *options: str) -> list[str]:
        out = self.folder / "coupons.txt"
        wanted = ("--campaign", str(campaign), "--count", str(count), "--value", "2500")
        self.coupon("issue", *wanted, "--out", str(out), "--force", *options)
        return out.read_text().split()


class Edge:
    """`coupon dev`, until the end of the block."""

    def __init__(self, issuer: Issuer) -> None:
        self.url_file, self.log = issuer.folder / "url", issuer.folder / "edge.log"
        ledger = str(issuer.folder / "ledger")
        options = ("--port", "0", "--storage", ledger, "--url-file", str(self.url_file))
        self.command = issuer.command("dev", *options)

    def __enter__(self) -> str:
        with self.log.open("w") as log:
            # In a session of its own: Ctrl-C reaches us, and we end it.
            self.process = subprocess.Popen(
                self.command, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True
            )
        try:
            return self.wait_for_url()
        except BaseException:
            self.__exit__()
            raise

    def wait_for_url(self) -> str:
        for _ in range(300):
            if self.url_file.exists():
                return self.url_file.read_text().strip()
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"the edge did not start: {self.log.read_text()}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


def days_from_now(days: int) -> str:
    return (datetime.now(timezone.utc) + timedelta(days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def altered(token: str) -> str:
    return token[:-1] + ("B" if token.endswith("A") else "A")


def kid(token: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(token[3:7])[:2], "big")


def issue_all(issuer: Issuer) -> dict[str, list[Situation]]:
    """Coupons of every kind; those with a past get it from `live_through`."""
    tea = issuer.campaign()
    dear = issuer.campaign("--minimum-spend", str(10**12))
    paused = issuer.campaign()
    final = issuer.campaign("--reversal-window", "0")
    recalled = issuer.campaign()
    tokens = {
        "fresh": issuer.issue(tea, FRESH),
        "used": issuer.issue(tea),
        "used-elsewhere": issuer.issue(tea),
        "undone": issuer.issue(tea),
        "undoable": issuer.issue(tea, 20),
        "worn": issuer.issue(tea),
        "expired": issuer.issue(tea, 1, "--until", days_from_now(-1)),
        "early": issuer.issue(tea, 1, "--from", days_from_now(1)),
        "others": issuer.issue(tea, 1, "--scope", "0x2"),
        "malformed": [token[:-1] for token in issuer.issue(tea)],
        "forged": [altered(token) for token in issuer.issue(tea)],
        "dear": issuer.issue(dear),
        "paused": issuer.issue(paused),
        "final": issuer.issue(final),
        "recalled": issuer.issue(recalled),
    }
    issuer.recall(recalled, kid(tokens["recalled"][0]))
    for campaign in (tea, dear, final, recalled):
        issuer.publish(campaign)
    issuer.publish(paused, "--pause")
    return {name: [Situation(token) for token in all] for name, all in tokens.items()}


def live_through(world: World) -> None:
    """Gives coupons a past, and keys a part in it."""
    redemptions = {}
    for name in ("used", "undone", "final"):
        [situation] = world.situations[name]
        situation.key = name
        redemptions[name] = [world.redeem(situation.token, name)]
    world.reverse(redemptions["undone"][0], "undoing")
    [undone] = world.situations["undone"]
    world.situations["key-of-a-reversal"] = [Situation(undone.token, "undoing")]
    # `used` stays so: it is not among those that cases undo.
    del redemptions["used"]
    [elsewhere], [worn] = world.situations["used-elsewhere"], world.situations["worn"]
    redemptions["elsewhere"] = [world.redeem(elsewhere.token, "elsewhere", OTHER)]
    for turn in range(REDEMPTIONS_OF_A_COUPON):
        world.reverse(world.redeem(worn.token, f"turn-{turn}"), f"turn-{turn}-undone")
    undoable = world.situations["undoable"]
    redemptions["undoable"] = [world.redeem(one.token, "undoable") for one in undoable]
    for one in undoable:
        one.key = "undoable"
    world.redemptions = redemptions
