"""Coupon tokens, version 2, after docs/token.md: a second implementation and the test vectors.

    token_v2.py FILE            checks every vector in FILE
    token_v2.py --write FILE    writes the vectors anew

Python 3.9 or later, standard library only. What both versions have in common is in token_v1.py.
"""

import hashlib
import re
import struct
import sys

import ed25519
import token_v1 as v1
from token_v1 import CAMPAIGN, EXAMPLE, LAYOUT, OTHER_CAMPAIGN, ROOT, Coupon, Refused

PREFIX = b"C2."
LABEL = b"coupon-edge/token/v2"
MARK = "ed25519:"


def derive_seed(root, campaign, kid):
    return v1.hkdf(root, LABEL + struct.pack(">IH", campaign, kid))


def public_text(seed):
    return MARK + v1.encode(ed25519.public_key(seed))


def token_of(signed, signature):
    return "C2." + v1.encode(signed + signature)


def mint(seed, coupon):
    v1.check_coupon(coupon)
    signed = LAYOUT.pack(*coupon)
    return token_of(signed, ed25519.sign(seed, PREFIX + signed))


def verify(keys, text):
    """The coupon that the text stands for; `keys` maps (campaign, kid) to the text of a key."""
    if len(text.encode()) == 71:
        secrets = {at: v1.decode(key) for at, key in keys.items() if not key.startswith(MARK)}
        return v1.verify(secrets, text)
    if len(text.encode()) != 135:
        raise Refused("token-malformed/length")
    if not text.startswith("C2."):
        raise Refused("token-malformed/prefix")
    # Python's decoder skips what it does not know, so the alphabet is checked before.
    if not re.fullmatch("[A-Za-z0-9_-]{132}", text[3:]):
        raise Refused("token-malformed/alphabet")
    data = v1.decode(text[3:])
    signed, signature = data[:35], data[35:]
    coupon = Coupon(*LAYOUT.unpack(signed))
    key = keys.get((coupon.campaign, coupon.kid), "")
    if coupon.campaign >> 27 > v1.MAX_SHARDS_LOG2 or not key.startswith(MARK):
        raise Refused("token-unknown-key")
    if not ed25519.verify(v1.decode(key[len(MARK) :]), PREFIX + signed, signature):
        raise Refused("token-forged")
    v1.check_coupon(coupon)
    return coupon


# Checking: everything expected comes from the file.


def check(vectors):
    """Says what is wrong, a line for each vector."""
    root = v1.decode(vectors["root"])
    keys = {(key["campaign"], key["kid"]): key["key"] for key in vectors["keyring"]}
    for (campaign, kid), key in keys.items():
        secret = v1.encode(v1.derive_key(root, campaign, kid))
        derived = public_text(derive_seed(root, campaign, kid)) if MARK in key else secret
        if key != derived:
            yield f"key {campaign}/{kid}: derived {derived}"

    for vector in vectors["valid"]:
        named = {name: vector[name] for name in Coupon._fields}
        coupon = Coupon(**{**named, "serial": v1.decode(vector["serial"])})
        token = mint(derive_seed(root, coupon.campaign, coupon.kid), coupon)
        if token != vector["token"]:
            yield f"valid: {vector['about']} Minted {token}"
        if outcome(keys, vector["token"]) != coupon:
            yield f"valid: {vector['about']} Got {outcome(keys, vector['token'])}"
        if v1.shard_of(coupon.campaign, coupon.serial) != vector["shard"]:
            yield f"valid: {vector['about']} Not in this shard"

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

# One kid of version 1 beside those of version 2.
VERSION_1 = (CAMPAIGN, 9)
LIVE = [*v1.LIVE, VERSION_1]
SEED = derive_seed(ROOT, CAMPAIGN, 1)
PUBLIC = ed25519.public_key(SEED)
SIGNED = LAYOUT.pack(*EXAMPLE)
SIGNATURE = ed25519.sign(SEED, PREFIX + SIGNED)
TOKEN = token_of(SIGNED, SIGNATURE)


def put(at, text, over=1):
    """The token with `over` of its characters, from `at`, replaced."""
    return TOKEN[:at] + text + TOKEN[at + over :]


def sign(coupon, seed=SEED):
    """Signs whatever the coupon says, as `mint` would not."""
    signed = LAYOUT.pack(*coupon)
    return token_of(signed, ed25519.sign(seed, PREFIX + signed))


def own(coupon):
    """The same by the key that the coupon names."""
    return sign(coupon, derive_seed(ROOT, coupon.campaign, coupon.kid))


def broken_shapes():
    shapes = "length", "prefix", "alphabet"
    length, prefix, alphabet = (f"token-malformed/{why}" for why in shapes)
    yield "The prefix alone.", length, "C2."
    yield "No prefix.", length, TOKEN[3:]
    yield "134 characters.", length, TOKEN[:-1]
    yield "136 characters.", length, TOKEN + "A"
    yield "Padding added.", length, TOKEN + "="
    yield "A newline after it.", length, TOKEN + "\n"
    yield "A space before it.", length, " " + TOKEN
    yield "135 characters, but 136 bytes: one is not ASCII.", length, put(30, "é")
    yield "A signature cut to 16 bytes, under this prefix.", prefix, token_of(SIGNED, SIGNATURE[:16])
    yield "A signature cut to 63 bytes.", length, token_of(SIGNED, SIGNATURE[:63])
    yield "A signature of 65 bytes.", length, token_of(SIGNED, SIGNATURE + b"\0")
    yield "A small c.", prefix, put(0, "c")
    yield "All in lower case.", prefix, TOKEN.lower()
    yield "A signature under the prefix of version 1.", prefix, put(1, "1")
    yield "Version 3.", prefix, put(1, "3")
    yield "A colon for the dot.", prefix, put(2, ":")
    yield "A space before it and the last character gone.", prefix, " " + TOKEN[:-1]
    yield "A Cyrillic capital Es for the C, 135 bytes in all.", prefix, "\u0421" + TOKEN[1:-1]
    yield "The prefix comes before the alphabet.", prefix, "C1." + "=" * 132
    yield "A plus sign, from the standard alphabet.", alphabet, put(40, "+")
    yield "A slash, from the standard alphabet.", alphabet, put(40, "/")
    yield "Padding in place of the last character.", alphabet, put(134, "=")
    yield "A newline in place of the last character.", alphabet, put(134, "\n")
    yield "A space inside.", alphabet, put(30, " ")
    yield "A second dot.", alphabet, put(50, ".")
    yield "A character of 2 bytes, 135 bytes in all.", alphabet, put(30, "é", over=2)
    yield "The alphabet comes before the key: commas only.", alphabet, "C2." + "," * 132


def broken_keys():
    change, unknown = EXAMPLE._replace, "token-unknown-key"
    version_1 = change(kid=VERSION_1[1])
    yield "A kid with no key, signed by the key it would have.", unknown, own(change(kid=3))
    yield "A campaign with no key, signed likewise.", unknown, own(change(campaign=4 << 27 | 3))
    yield "A live kid of another campaign.", unknown, own(change(campaign=OTHER_CAMPAIGN, kid=2))
    yield "17 in the top bits of the campaign.", unknown, own(change(campaign=17 << 27 | 1))
    yield "Ones in every bit.", unknown, "C2." + "_" * 132
    yield "A kid of version 1, signed by the key it would have.", unknown, own(version_1)
    yield "A coupon of version 1 under a kid of version 2.", unknown, v1.TOKEN
    yield (
        "The same, its tag by the public key, which everybody knows.",
        unknown,
        v1.sign(EXAMPLE, PUBLIC),
    )
    yield "The same, its tag by the seed.", unknown, v1.sign(EXAMPLE, SEED)
    yield "The key comes before the flags: no such kid, and a flag.", unknown, own(
        change(kid=3, flags=1)
    )


def moved(**changes):
    """The example's signature under changed fields."""
    return token_of(LAYOUT.pack(*EXAMPLE._replace(**changes)), SIGNATURE)


def forged_fields():
    yield "Kid changed after signing, to another live one.", moved(kid=2)
    yield "Campaign changed after signing, to another live one.", moved(campaign=OTHER_CAMPAIGN)
    yield "Serial changed after signing.", moved(serial=bytes(12))
    yield "Value changed after signing.", moved(value=250000)
    yield "Start changed after signing.", moved(not_before=0)
    yield "End changed after signing.", moved(not_after=v1.U32)
    yield "Scope changed after signing.", moved(scope=0)
    yield "Flags changed after signing: the signature comes before the flags.", moved(flags=1)
    yield "Value made 0 after signing: the signature comes before the value.", moved(value=0)
    yield "Zeros in every bit: a live key, but not its signature.", "C2." + "A" * 132


def forged_signatures():
    r, s = SIGNATURE[:32], int.from_bytes(SIGNATURE[32:], "little")
    message = PREFIX + SIGNED
    number = ed25519.expand(SEED)[0]

    def signed_with(message):
        return ed25519.sign(SEED, message)

    def small(commitment):
        """What plain verification takes when R is of small order: S is then all challenge."""
        challenge = ed25519.hashed(commitment, PUBLIC, message) % ed25519.L
        return commitment + (challenge * number % ed25519.L).to_bytes(32, "little")

    yield "The signature is all zeros.", bytes(64)
    yield "The signature is all ones.", b"\xff" * 64
    yield "The first bit of the signature flipped.", bytes([SIGNATURE[0] ^ 1]) + SIGNATURE[1:]
    yield "The sign of R flipped.", r[:31] + bytes([r[31] ^ 0x80]) + SIGNATURE[32:]
    yield "The lowest bit of S flipped.", r + (s ^ 1).to_bytes(32, "little")
    yield "The halves of the signature swapped.", SIGNATURE[32:] + r
    yield "S as the group's order minus S.", r + (ed25519.L - s).to_bytes(32, "little")
    yield "S plus the group's order: another spelling.", r + (s + ed25519.L).to_bytes(32, "little")
    yield "S is 0.", r + bytes(32)
    yield "R is the neutral point, and S fits it.", small(ed25519.compress(ed25519.NEUTRAL))
    yield "R is the point of order 2, and S fits it.", small((ed25519.P - 1).to_bytes(32, "little"))
    yield "The prefix is not signed.", signed_with(SIGNED)
    yield "Signed as version 1.", signed_with(b"C1." + SIGNED)
    yield "Signed as a policy is.", signed_with(b"coupon-edge/policy/v1\n" + SIGNED)
    yield "The prefix is signed after the fields.", signed_with(SIGNED + PREFIX)
    yield "The text is signed, and not the bytes.", signed_with(PREFIX + v1.encode(SIGNED).encode())
    yield "The flags are not signed.", signed_with(message[:-1])
    yield "The SHA-512 of the message is signed.", signed_with(hashlib.sha512(message).digest())
    yield "The signature of another coupon.", signed_with(
        PREFIX + LAYOUT.pack(*EXAMPLE._replace(serial=bytes(12)))
    )
    yield "The tag of version 1, and zeros.", v1.sha256_hmac(v1.KEY, message)[:16] + bytes(48)


def wrong_seeds():
    ids = struct.pack(">IH", CAMPAIGN, 1)
    yield "The key of another kid.", derive_seed(ROOT, CAMPAIGN, 2)
    yield "The key of another campaign.", derive_seed(ROOT, OTHER_CAMPAIGN, 1)
    yield "The key of another root.", derive_seed(bytes(32), CAMPAIGN, 1)
    yield "The root itself as the seed.", ROOT
    yield "The secret of version 1 as the seed.", v1.KEY
    yield "The public key as the seed.", PUBLIC
    yield "HKDF without its expand step.", v1.sha256_hmac(bytes(32), ROOT)
    yield "HKDF with a salt.", v1.hkdf(ROOT, LABEL + ids, salt=b"coupon-edge")
    yield "HKDF with the label alone.", v1.hkdf(ROOT, LABEL)
    yield "HKDF with no label.", v1.hkdf(ROOT, ids)
    yield "HKDF with little-endian numbers.", v1.hkdf(ROOT, LABEL + struct.pack("<IH", CAMPAIGN, 1))


def broken_tokens():
    yield from broken_shapes()
    yield from broken_keys()
    for why, text in forged_fields():
        yield why, "token-forged", text
    for why, signature in forged_signatures():
        yield why, "token-forged", token_of(SIGNED, signature)
    for why, seed in wrong_seeds():
        yield why, "token-forged", sign(EXAMPLE, seed)
    for why, refusal, changes in v1.authentic_nonsense():
        yield why, refusal, sign(EXAMPLE._replace(**changes))


def key_text(campaign, kid):
    if (campaign, kid) == VERSION_1:
        return v1.encode(v1.derive_key(ROOT, campaign, kid))
    return public_text(derive_seed(ROOT, campaign, kid))


def vectors_text():
    """The vectors as JSON, a line for each so that a change is easy to review."""

    def minted(coupon):
        return mint(derive_seed(ROOT, coupon.campaign, coupon.kid), coupon)

    return v1.text_of(LIVE, key_text, minted, broken_tokens())


if __name__ == "__main__":
    sys.exit(v1.main(sys.argv[1:], __doc__, check, vectors_text))
