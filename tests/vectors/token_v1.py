"""Coupon tokens, version 1, after docs/token.md: a second implementation and the test vectors.

    token_v1.py FILE            checks every vector in FILE
    token_v1.py --write FILE    writes the vectors anew

Python 3.9 or later, standard library only.
"""

import base64
import hashlib
import hmac
import json
import re
import struct
import sys
from typing import NamedTuple

PREFIX = b"C1."
LABEL = b"coupon-edge/token/v1"
LAYOUT = struct.Struct(">HI12sIIIIB")
MAX_SHARDS_LOG2 = 16


class Coupon(NamedTuple):
    """The signed fields, in the order of the layout."""

    kid: int
    campaign: int
    serial: bytes
    value: int
    not_before: int
    not_after: int
    scope: int
    flags: int = 0


class Refused(Exception):
    """The text is not a coupon of ours; the message is the refusal."""


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256_hmac(key, message):
    return hmac.digest(key, message, "sha256")


def hkdf(root, info, salt=bytes(32)):
    """One block of HKDF-SHA-256. An empty salt is the same as 32 zero bytes (RFC 5869)."""
    return sha256_hmac(sha256_hmac(salt, root), info + b"\x01")


def derive_key(root, campaign, kid):
    return hkdf(root, LABEL + struct.pack(">IH", campaign, kid))


def check_coupon(coupon):
    if coupon.flags != 0:
        raise Refused("token-malformed/flags")
    if coupon.value == 0:
        raise Refused("token-malformed/value")
    if coupon.not_before >= coupon.not_after:
        raise Refused("token-malformed/window")


def mint(key, coupon):
    check_coupon(coupon)
    signed = LAYOUT.pack(*coupon)
    return "C1." + encode(signed + sha256_hmac(key, PREFIX + signed)[:16])


def verify(keys, text):
    """The coupon that the text stands for; `keys` maps (campaign, kid) to a derived key."""
    if len(text.encode()) != 71:
        raise Refused("token-malformed/length")
    if not text.startswith("C1."):
        raise Refused("token-malformed/prefix")
    # Python's decoder skips what it does not know, so the alphabet is checked before.
    if not re.fullmatch("[A-Za-z0-9_-]{68}", text[3:]):
        raise Refused("token-malformed/alphabet")
    data = decode(text[3:])
    signed, tag = data[:35], data[35:]
    coupon = Coupon(*LAYOUT.unpack(signed))
    key = keys.get((coupon.campaign, coupon.kid))
    if coupon.campaign >> 27 > MAX_SHARDS_LOG2 or key is None:
        raise Refused("token-unknown-key")
    if not hmac.compare_digest(sha256_hmac(key, PREFIX + signed)[:16], tag):
        raise Refused("token-forged")
    check_coupon(coupon)
    return coupon


def shard_of(campaign, serial):
    digest = hashlib.sha256(struct.pack(">I", campaign) + serial).digest()
    return int.from_bytes(digest[:4], "big") % (1 << (campaign >> 27))


# Checking: everything expected comes from the file.


def check(vectors):
    """Says what is wrong, a line for each vector."""
    root = decode(vectors["root"])
    keys = {}
    for key in vectors["keyring"]:
        campaign, kid = key["campaign"], key["kid"]
        keys[campaign, kid] = derive_key(root, campaign, kid)
        if encode(keys[campaign, kid]) != key["key"]:
            yield f"key {campaign}/{kid}: derived {encode(keys[campaign, kid])}"

    for vector in vectors["valid"]:
        named = {name: vector[name] for name in Coupon._fields}
        coupon = Coupon(**{**named, "serial": decode(vector["serial"])})
        token = mint(keys[coupon.campaign, coupon.kid], coupon)
        if token != vector["token"]:
            yield f"valid: {vector['about']} Minted {token}"
        if outcome(keys, vector["token"]) != coupon:
            yield f"valid: {vector['about']} Got {outcome(keys, vector['token'])}"
        if shard_of(coupon.campaign, coupon.serial) != vector["shard"]:
            yield f"valid: {vector['about']} Shard {shard_of(coupon.campaign, coupon.serial)}"

    for vector in vectors["broken"]:
        got = outcome(keys, vector["token"])
        if got != vector["refusal"]:
            yield f"broken: {vector['why']} Expected {vector['refusal']}, got {got}"


def outcome(keys, text):
    try:
        return verify(keys, text)
    except Refused as refusal:
        return str(refusal)


# Writing: each refusal is stated by hand, and not asked of `verify`.

ROOT = bytes(range(32))
U16, U32 = 0xFFFF, 0xFFFFFFFF
CAMPAIGN, OTHER_CAMPAIGN = 4 << 27 | 1, 4 << 27 | 2
FIRST_CAMPAIGN, LAST_CAMPAIGN = 0, 16 << 27 | (1 << 27) - 1
LIVE = [
    (CAMPAIGN, 1),
    (CAMPAIGN, 2),
    (CAMPAIGN, 0),
    (CAMPAIGN, U16),
    (OTHER_CAMPAIGN, 1),
    (FIRST_CAMPAIGN, 0),
    (LAST_CAMPAIGN, U16),
    (1 << 27 | 7, 3),
    (10 << 27 | 123456, 258),
]
EXAMPLE = Coupon(1, CAMPAIGN, bytes(range(12)), 2500, 1770336000, 1771804800, 5)
KEY = derive_key(ROOT, CAMPAIGN, 1)
TOKEN = mint(KEY, EXAMPLE)


def valid_coupons():
    change = EXAMPLE._replace
    yield "The worked example of docs/token.md.", EXAMPLE
    yield "The same coupon under another kid: another token, the same coupon.", change(kid=2)
    yield "The smallest kid.", change(kid=0)
    yield "The largest kid.", change(kid=U16)
    yield "Another campaign, the same serial: another coupon.", change(campaign=OTHER_CAMPAIGN)
    yield "Campaign 0: one shard.", change(kid=0, campaign=FIRST_CAMPAIGN)
    yield "The largest campaign id: 65,536 shards.", change(kid=U16, campaign=LAST_CAMPAIGN)
    yield "Two shards.", change(kid=3, campaign=1 << 27 | 7)
    yield (
        "1,024 shards; the two bytes of the kid differ.",
        change(kid=258, campaign=10 << 27 | 123456),
    )
    yield "A serial of zeros.", change(serial=bytes(12))
    yield "A serial of ones.", change(serial=b"\xff" * 12)
    yield "A serial that is text.", change(serial=b"serial-12345")
    yield "The smallest value.", change(value=1)
    yield "The largest value.", change(value=U32)
    yield "Valid from the first second.", change(not_before=0)
    yield "Valid for one second, the first.", change(not_before=0, not_after=1)
    yield "Valid for the last second there is.", change(not_before=U32 - 1, not_after=U32)
    yield "Valid for as long as there is.", change(not_before=0, not_after=U32)
    yield "Every shop group, as a scope of 0.", change(scope=0)
    yield "Every shop group, as a scope of ones.", change(scope=U32)
    yield "The last shop group only.", change(scope=1 << 31)
    yield (
        "Each byte of each number differs.",
        Coupon(
            258,
            10 << 27 | 123456,
            bytes(range(0xF4, 0x100)),
            0x01020304,
            0x05060708,
            0x090A0B0C,
            0x0D0E0F10,
        ),
    )
    yield "Every field as small as it may be.", Coupon(0, FIRST_CAMPAIGN, bytes(12), 1, 0, 1, 0)
    yield (
        "Every field as large as it may be.",
        Coupon(U16, LAST_CAMPAIGN, b"\xff" * 12, U32, U32 - 1, U32, U32),
    )


def sign(coupon, key=KEY):
    """Signs whatever the coupon says, as `mint` would not."""
    signed = LAYOUT.pack(*coupon)
    return token_of(signed, sha256_hmac(key, PREFIX + signed))


def token_of(signed, tag):
    return "C1." + encode(signed + tag[:16])


def put(at, text, over=1):
    """The token with `over` of its characters, from `at`, replaced."""
    return TOKEN[:at] + text + TOKEN[at + over :]


def broken_shapes():
    shapes = "length", "prefix", "alphabet"
    length, prefix, alphabet = (f"token-malformed/{why}" for why in shapes)
    yield "Empty.", length, ""
    yield "The prefix alone.", length, "C1."
    yield "No prefix.", length, TOKEN[3:]
    yield "70 characters.", length, TOKEN[:-1]
    yield "72 characters.", length, TOKEN + "A"
    yield "Twice the token.", length, TOKEN * 2
    yield "Padding added.", length, TOKEN + "="
    yield "A newline after it.", length, TOKEN + "\n"
    yield "CR and LF after it.", length, TOKEN + "\r\n"
    yield "A space before it.", length, " " + TOKEN
    yield "A space after it.", length, TOKEN + " "
    yield "A space added inside.", length, put(30, " ", over=0)
    yield "A NUL after it.", length, TOKEN + "\0"
    yield "A byte order mark before it.", length, "\ufeff" + TOKEN
    yield "71 characters, but 72 bytes: one is not ASCII.", length, put(30, "é")
    yield "71 characters, but 73 bytes: a full-width C.", length, put(0, "Ｃ")
    yield "In quotes.", length, f'"{TOKEN}"'
    yield "In a link.", length, f"https://shop.example/{TOKEN}"
    yield "In hexadecimal.", length, "C1." + decode(TOKEN[3:]).hex()
    yield "Length comes first: no prefix and no alphabet either.", length, "=" * 72

    yield "A small c.", prefix, put(0, "c")
    yield "All in lower case.", prefix, TOKEN.lower()
    yield "Version 2.", prefix, put(1, "2")
    yield "Version 0.", prefix, put(1, "0")
    yield "Version 1 with a zero before the 1.", prefix, put(0, "C01", over=3)
    yield "A colon for the dot.", prefix, put(2, ":")
    yield "A space before it and the last character gone.", prefix, " " + TOKEN[:-1]
    yield "A Cyrillic capital Es for the C, 71 bytes in all.", prefix, "\u0421" + TOKEN[1:-1]
    yield "A full-width C, 71 bytes in all.", prefix, "Ｃ" + TOKEN[1:-2]
    yield "Bytes of a token in base64url, with no prefix.", prefix, TOKEN[3:] + "AAA"
    yield "71 NULs.", prefix, "\0" * 71
    yield "The prefix comes before the alphabet.", prefix, "C2." + "=" * 68

    yield "A plus sign, from the standard alphabet.", alphabet, put(40, "+")
    yield "A slash, from the standard alphabet.", alphabet, put(40, "/")
    yield "Padding in place of the last character.", alphabet, put(70, "=")
    yield "Padding in place of the last two characters.", alphabet, put(69, "==", over=2)
    yield "A newline in place of the last character.", alphabet, put(70, "\n")
    yield "A space in place of the first character after the prefix.", alphabet, put(3, " ")
    yield "A space inside.", alphabet, put(30, " ")
    yield "A tab inside.", alphabet, put(30, "\t")
    yield "A newline inside.", alphabet, put(30, "\n")
    yield "A NUL inside.", alphabet, put(30, "\0")
    yield "A second dot.", alphabet, put(50, ".")
    yield "A percent escape.", alphabet, put(30, "%2D", over=3)
    yield "A character of 2 bytes, 71 bytes in all.", alphabet, put(30, "é", over=2)
    yield "A full-width A (3 bytes), 71 bytes in all.", alphabet, put(30, "Ａ", over=3)
    yield "A digit that is not ASCII (3 bytes), 71 bytes in all.", alphabet, put(30, "１", over=3)
    yield "A character of 4 bytes, 71 bytes in all.", alphabet, put(30, "🎫", over=4)
    yield "A zero-width space, 71 bytes in all.", alphabet, put(30, "\u200b", over=3)
    yield "The alphabet comes before the key: commas only.", alphabet, "C1." + "," * 68


def broken_keys():
    change, unknown = EXAMPLE._replace, "token-unknown-key"

    def own(coupon):
        return sign(coupon, derive_key(ROOT, coupon.campaign, coupon.kid))

    yield "A kid with no key, signed by the key it would have.", unknown, own(change(kid=3))
    yield "A campaign with no key, signed likewise.", unknown, own(change(campaign=4 << 27 | 3))
    yield (
        "A live kid, but of another campaign: (campaign, kid) is the name.",
        unknown,
        own(change(campaign=OTHER_CAMPAIGN, kid=2)),
    )
    yield "The campaign with another count of shards.", unknown, own(change(campaign=5 << 27 | 1))
    yield "The campaign without its count of shards.", unknown, own(change(campaign=1))
    yield "17 in the top bits of the campaign.", unknown, own(change(campaign=17 << 27 | 1))
    yield "31 in the top bits of the campaign.", unknown, own(change(campaign=31 << 27 | 1))
    yield "Kid changed after signing, to one with no key.", unknown, moved_tag(kid=3)
    yield "Campaign changed after signing, to one with no key.", unknown, moved_tag(campaign=3)
    yield (
        "Kid and campaign written the other way round.",
        unknown,
        rewritten(">IH12sIIIIB", CAMPAIGN, 1),
    )
    yield "All integers little-endian.", unknown, rewritten("<HI12sIIIIB", 1, CAMPAIGN)
    yield "Ones in every bit.", unknown, "C1." + "_" * 68
    yield (
        "The key comes before the tag: no such kid, and a tag of zeros.",
        unknown,
        token_of(LAYOUT.pack(*change(kid=3)), bytes(16)),
    )
    yield (
        "The key comes before the flags: no such kid, and a flag.",
        unknown,
        own(change(kid=3, flags=1)),
    )


def moved_tag(**changes):
    """The example's tag under changed fields."""
    return token_of(LAYOUT.pack(*EXAMPLE._replace(**changes)), decode(TOKEN[3:])[35:])


def rewritten(layout, *ids):
    """The example in another layout, correctly signed."""
    signed = struct.pack(layout, *ids, *EXAMPLE[2:])
    return token_of(signed, sha256_hmac(KEY, PREFIX + signed))


def forged_fields():
    def flip(at, bit):
        data = bytearray(decode(TOKEN[3:]))
        data[at] ^= bit
        return "C1." + encode(bytes(data))

    yield "The first bit of the tag flipped.", flip(35, 0x80)
    yield "The last bit of the first half of the tag flipped.", flip(42, 1)
    yield "The last bit of the tag flipped.", flip(50, 1)
    yield "Kid changed after signing, to another live one.", moved_tag(kid=2)
    yield "Campaign changed after signing, to another live one.", moved_tag(campaign=OTHER_CAMPAIGN)
    yield "First bit of the serial changed after signing.", flip(6, 0x80)
    yield "Last bit of the serial changed after signing.", flip(17, 1)
    yield "Value changed after signing.", moved_tag(value=250000)
    yield "Start changed after signing.", moved_tag(not_before=0)
    yield "End changed after signing.", moved_tag(not_after=U32)
    yield "Scope changed after signing.", moved_tag(scope=0)
    yield "Flags changed after signing: the tag comes before the flags.", moved_tag(flags=1)
    yield "Value made 0 after signing: the tag comes before the value.", moved_tag(value=0)
    yield (
        "Start and end swapped after signing: the tag comes before the window.",
        moved_tag(not_before=EXAMPLE.not_after, not_after=EXAMPLE.not_before),
    )
    yield (
        "Value and scope swapped after signing.",
        moved_tag(value=EXAMPLE.scope, scope=EXAMPLE.value),
    )
    yield "Serial reversed after signing.", moved_tag(serial=EXAMPLE.serial[::-1])
    yield "Zeros in every bit: a live key, but not its tag.", "C1." + "A" * 68


def forged_tags():
    signed = LAYOUT.pack(*EXAMPLE)
    message = PREFIX + signed
    full = sha256_hmac(KEY, message)
    little = struct.pack("<HI12sIIIIB", *EXAMPLE)
    text = PREFIX + encode(signed).encode()
    yield "The tag is all zeros.", bytes(16)
    yield "The tag is all ones.", b"\xff" * 16
    yield "The tag is the last 16 bytes of the HMAC.", full[16:]
    yield "The tag is the middle 16 bytes of the HMAC.", full[8:24]
    yield "The tag is the first 16 bytes of the HMAC in reverse.", full[15::-1]
    yield "The tag is the whole HMAC, folded.", bytes(a ^ b for a, b in zip(full, full[16:]))
    yield "The first 15 bytes of the tag are right, and the last is 0.", full[:15] + b"\0"
    yield "The prefix is not signed.", sha256_hmac(KEY, signed)
    yield "The prefix is signed without its dot.", sha256_hmac(KEY, b"C1" + signed)
    yield "Signed as version 2.", sha256_hmac(KEY, b"C2." + signed)
    yield "The prefix is signed after the fields.", sha256_hmac(KEY, signed + PREFIX)
    yield "The text is signed, and not the bytes.", sha256_hmac(KEY, text)
    yield "The flags are not signed.", sha256_hmac(KEY, message[:-1])
    yield "The kid is not signed.", sha256_hmac(KEY, PREFIX + signed[2:])
    yield "Signed with little-endian integers.", sha256_hmac(KEY, PREFIX + little)
    yield "HMAC-SHA-512.", hmac.digest(KEY, message, "sha512")
    yield "HMAC-SHA-1.", hmac.digest(KEY, message, "sha1")
    yield "SHA-256 of key and message, not HMAC.", hashlib.sha256(KEY + message).digest()
    yield (
        "The tag of another coupon.",
        sha256_hmac(KEY, PREFIX + LAYOUT.pack(*EXAMPLE._replace(serial=bytes(12)))),
    )


def wrong_keys():
    ids = struct.pack(">IH", CAMPAIGN, 1)
    little = struct.pack("<IH", CAMPAIGN, 1)
    swapped = struct.pack(">HI", 1, CAMPAIGN)
    extracted = sha256_hmac(bytes(32), ROOT)
    yield "The key of another kid.", derive_key(ROOT, CAMPAIGN, 2)
    yield "The key of another campaign.", derive_key(ROOT, OTHER_CAMPAIGN, 1)
    yield "The key of another root.", derive_key(bytes(32), CAMPAIGN, 1)
    yield "The root itself as the key.", ROOT
    yield "HKDF without its expand step.", extracted
    yield "HKDF without its extract step.", sha256_hmac(ROOT, LABEL + ids + b"\x01")
    yield "The second block of HKDF.", sha256_hmac(extracted, KEY + LABEL + ids + b"\x02")
    yield "HKDF with a salt.", hkdf(ROOT, LABEL + ids, salt=b"coupon-edge")
    yield "HKDF with the label as the salt.", hkdf(ROOT, ids, salt=LABEL)
    yield "HKDF with an empty info.", hkdf(ROOT, b"")
    yield "HKDF with the label alone.", hkdf(ROOT, LABEL)
    yield "HKDF with no label.", hkdf(ROOT, ids)
    yield "HKDF with the label of version 2.", hkdf(ROOT, b"coupon-edge/token/v2" + ids)
    yield "HKDF with the label in capitals.", hkdf(ROOT, LABEL.upper() + ids)
    yield "HKDF with a NUL after the label.", hkdf(ROOT, LABEL + b"\0" + ids)
    yield "HKDF with little-endian numbers.", hkdf(ROOT, LABEL + little)
    yield "HKDF with the kid before the campaign.", hkdf(ROOT, LABEL + swapped)
    yield "HKDF with the numbers in decimal.", hkdf(ROOT, LABEL + b"%d%d" % (CAMPAIGN, 1))
    yield "HKDF-SHA-256 of the root's text form.", derive_key(encode(ROOT).encode(), CAMPAIGN, 1)
    yield "The text form of the key as the key.", encode(KEY).encode()
    yield "The first half of the key as the key.", KEY[:16]


def authentic_nonsense():
    flags, value, window = (f"token-malformed/{why}" for why in ("flags", "value", "window"))
    empty = {"not_before": 5, "not_after": 5}
    for number in 1, 128, 255:
        yield f"Authentic, with flags {number}.", flags, {"flags": number}
    yield "Authentic, worth nothing.", value, {"value": 0}
    yield "Authentic, its window empty.", window, empty
    yield "Authentic, its window empty at 0.", window, {"not_before": 0, "not_after": 0}
    yield "Authentic, its window empty at the end.", window, {"not_before": U32, "not_after": U32}
    yield "Authentic, its window ends before it starts.", window, {"not_before": 6, "not_after": 5}
    yield "Authentic, its window ends at 0, which is not never.", window, {"not_after": 0}
    yield "Flags come before the value.", flags, {"flags": 1, "value": 0}
    yield "Flags come before the window.", flags, {"flags": 1, **empty}
    yield "The value comes before the window.", value, {"value": 0, **empty}
    yield "Flags come before value and window.", flags, {"flags": 1, "value": 0, **empty}


def broken_tokens():
    yield from broken_shapes()
    yield from broken_keys()
    for why, text in forged_fields():
        yield why, "token-forged", text
    for why, tag in forged_tags():
        yield why, "token-forged", token_of(LAYOUT.pack(*EXAMPLE), tag)
    for why, key in wrong_keys():
        yield why, "token-forged", sign(EXAMPLE, key)
    for why, refusal, changes in authentic_nonsense():
        yield why, refusal, sign(EXAMPLE._replace(**changes))


def text_of(live, key_text, minted, broken_tokens):
    """Vectors as JSON, a line for each so that a change is easy to review."""

    def lines(items):
        return ",\n".join("    " + json.dumps(item) for item in items)

    keyring = [
        {"campaign": campaign, "kid": kid, "key": key_text(campaign, kid)} for campaign, kid in live
    ]
    valid = [
        {
            "about": about,
            **coupon._asdict(),
            "serial": encode(coupon.serial),
            "shard": shard_of(coupon.campaign, coupon.serial),
            "token": minted(coupon),
        }
        for about, coupon in valid_coupons()
    ]
    broken = [
        {"why": why, "refusal": refusal, "token": text} for why, refusal, text in broken_tokens
    ]
    parts = [f'  "root": {json.dumps(encode(ROOT))}']
    for name, items in ("keyring", keyring), ("valid", valid), ("broken", broken):
        parts.append(f'  "{name}": [\n{lines(items)}\n  ]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def vectors_text():
    def key_text(campaign, kid):
        return encode(derive_key(ROOT, campaign, kid))

    def minted(coupon):
        return mint(derive_key(ROOT, coupon.campaign, coupon.kid), coupon)

    return text_of(LIVE, key_text, minted, broken_tokens())


def main(arguments, usage, check, vectors_text):
    """What is called from a shell, for either version."""
    if len(arguments) == 2 and arguments[0] == "--write":
        with open(arguments[1], "w", encoding="utf-8", newline="\n") as file:
            file.write(vectors_text())
    elif len(arguments) == 1:
        with open(arguments[0], encoding="utf-8") as file:
            vectors = json.load(file)
        wrong = list(check(vectors))
        for line in wrong:
            print(line, file=sys.stderr)
        counts = f"{len(vectors['valid'])} valid and {len(vectors['broken'])} broken vectors"
        print(f"{counts}, {len(wrong)} of them wrong" if wrong else f"{counts}, all as expected")
        return 1 if wrong else 0
    else:
        print(usage, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], __doc__, check, vectors_text))
