"""Reads an archive and sums it: python3 read_archive.py FOLDER"""

import base64, hashlib, json, pathlib, sys

KINDS = {"R": "redemptions", "U": "reversals", "V": "voids", "C": "conflicts"}


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(path):
    """A segment's header, its entries as lists of columns, and its hash."""
    body, hash_line = path.read_bytes().rsplit(b"\nsha256\t", 1)
    body += b"\n"
    digest = hashlib.sha256(body).digest()
    assert hash_line.endswith(b"\n") and decode(hash_line[:-1].decode()) == digest, f"{path}: altered"
    header, *lines = body.decode().split("\n")[:-1]
    return json.loads(header), [line.split("\t") for line in lines], digest


def shard(folder):
    # 1. The head. Check its signature with any JOSE library: EdDSA, and a kid of your JWKS.
    head = json.loads(decode((folder / "head.jws").read_text().split(".")[1]))
    end = {"hash": bytes(32), "last": 0, "incarnation": 1, "segments": 0}
    sums = {kind: {"count": 0, "discount": 0} for kind in KINDS.values()}
    # 2. The segments, in the order of their names, each following on the one before.
    for path in sorted(folder.glob("*/*.tsv")):
        header, entries, digest = read(path)
        restored = header["incarnation"] > end["incarnation"] and header["first"] <= end["last"] + 1
        follows = header["incarnation"] == end["incarnation"] and header["first"] == end["last"] + 1
        assert header["v"] == 1 and header["origin"] == head["origin"], f"{path}: of another archive"
        assert decode(header["previous"]) == end["hash"] and (follows or restored), f"{path}: not next"
        assert [int(entry[0]) for entry in entries] == list(range(header["first"], header["last"] + 1))
        for _, kind, *columns in entries:
            sums[KINDS[kind]]["count"] += 1
            sums[KINDS[kind]]["discount"] += int(columns[8])
        segments = end["segments"] + 1
        end = {**{name: header[name] for name in ("last", "incarnation")}, "hash": digest, "segments": segments}
    # 3. The end is what the head says.
    end["hash"] = base64.urlsafe_b64encode(end["hash"]).decode().rstrip("=")
    assert all(head[name] == end[name] for name in end) and head["sums"] == sums, f"{folder}: not its head"
    return head["origin"]["shard"], sums


for folder in sorted(pathlib.Path(sys.argv[1], "journal").glob("*/*")):
    name, sums = shard(folder)
    print(name, *(f"{kind} {sum['count']}/{sum['discount']}" for kind, sum in sums.items()))
