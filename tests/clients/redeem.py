"""Redeems a coupon: python3 redeem.py URL KEYID SECRET TOKEN KEY"""
import base64, hashlib, hmac, json, sys, time
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen


def sign(keyid, secret, method, url, body=None, key=None, clock_off_by=0):
    """The headers that sign a call. A POST has a body, a write also a key."""
    url = urlsplit(url)
    default_port = {"http": ":80", "https": ":443"}[url.scheme]
    headers = {}
    if body is not None:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers["Content-Digest"] = f"sha-256=:{digest}:"
    if key is not None:
        headers["Idempotency-Key"] = key

    covered = {
        "@method": method,
        "@authority": url.netloc.lower().removesuffix(default_port),
        "@path": url.path,
        "@query": "?" + url.query,
        **{name.lower(): value for name, value in headers.items()},
    }
    names = " ".join(f'"{name}"' for name in covered)
    created = int(time.time()) + clock_off_by
    params = f'({names});created={created};keyid="{keyid}";tag="coupon-pos"'
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    base = "\n".join([*lines, f'"@signature-params": {params}'])

    secret_bytes = base64.urlsafe_b64decode(secret + "=")
    tag = hmac.digest(secret_bytes, base.encode(), "sha256")
    headers["Signature-Input"] = f"sig={params}"
    headers["Signature"] = f"sig=:{base64.b64encode(tag).decode()}:"
    return headers


def redeem(url, keyid, secret, token, key):
    """The status and the body of the answer."""
    url = urljoin(url, "/v1/redemptions")
    order = {"order_amount": 3000, "currency": "CNY", "order_ref": "bill 4711"}
    body = json.dumps({"token": token, **order}).encode()
    headers = sign(keyid, secret, "POST", url, body, key)
    headers["Content-Type"] = "application/json"
    try:
        with urlopen(Request(url, body, headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refusal:
        return refusal.code, refusal.read().decode()


if __name__ == "__main__":
    print(*redeem(*sys.argv[1:]))
