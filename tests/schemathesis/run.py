"""Lets Schemathesis loose on an edge of its own."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from counters import read_counters
from verdict import UNSEEN, Notes, disagreements, table
from world import Edge, Issuer, World, issue_all, live_through

HERE = Path(__file__).parent
SHORT = ("--max-examples", "40")
LONG = ("--max-examples", "500", "--max-time", "600")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/schemathesis", description=__doc__)
    parser.add_argument("--long", action="store_true", help="ten minutes, a new seed each time")
    parser.add_argument("--seed", type=int, help="that of an earlier run")
    arguments = parser.parse_args()
    is_long = arguments.long
    seed = arguments.seed or (random.randrange(1, 10**9) if is_long else 1)
    # Whatever ends us, the edge and the folder go too.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))

    with tempfile.TemporaryDirectory() as folder:
        options = ("--seed", str(seed), *(LONG if is_long else SHORT))
        status, notes = run(Path(folder), options)
    found = report(notes) if notes else ["Schemathesis has noted nothing"]
    if found:
        say("The description and the edge disagree")
        print("\n".join(f"  {line}" for line in found))
    if found or status:
        say(f"FAILED. Again: scripts/schemathesis{' --long' if is_long else ''} --seed {seed}")
        return 1
    say("The description and the edge agree")
    return 0


def run(folder: Path, options: tuple[str, ...]) -> tuple[int, Notes | None]:
    """Schemathesis' exit code, and what was noted while it ran."""
    say("An issuer, coupons of every kind, and an edge")
    issuer = Issuer(folder)
    tills, situations, token = issuer.enrol(), issue_all(issuer), issuer.operator()
    answers = folder / "answers.json"
    with Edge(issuer) as url:
        world = World(url, tills, token, situations)
        live_through(world)
        say("The counters, as the reference parser reads them")
        read_counters(world)
        world.save(folder / "world.json")
        say(f"Schemathesis {' '.join(options)}")
        config = ("--config-file", str(HERE / "schemathesis.toml"))
        command = (sys.executable, "-m", "schemathesis.cli", *config)
        environment = {
            **os.environ,
            "SCHEMATHESIS_HOOKS": "hooks",
            "SCHEMATHESIS_WORLD": str(folder / "world.json"),
            "SCHEMATHESIS_ANSWERS": str(answers),
        }
        status = subprocess.call(
            (*command, "run", f"{url}/openapi.json", "--checks", "all", *options),
            env=environment,
            # It leaves files of its own.
            cwd=folder,
        )
    return status, json.loads(answers.read_text()) if answers.exists() else None


def report(notes: Notes) -> list[str]:
    say("What was answered")
    print(table(notes))
    say("What cannot be seen from outside")
    print("\n".join(f"  {answer}: {why}" for answer, why in UNSEEN.items()))
    return disagreements(notes)


def say(what: str) -> None:
    print(f"\n\033[1m› {what}\033[0m", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
