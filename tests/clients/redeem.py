"""Redeems a coupon: python3 redeem.py URL KEYID SECRET TOKEN KEY"""
import base64, hashlib, hmac, json, sys, time
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

url, keyid, secret, token, key = sys.argv[1:]
url = urljoin(url, "/v1/redemptions")
scheme, host = urlsplit(url).scheme, urlsplit(url).netloc.lower()
default_port = {"http": ":80", "https": ":443"}[scheme]

order = {"order_amount": 3000, "currency": "CNY", "order_ref": "bill 4711"}
body = json.dumps({"token": token, **order}).encode()
digest = base64.b64encode(hashlib.sha256(body).digest()).decode()

covered = {
    "@method": "POST",
    "@authority": host.removesuffix(default_port),
    "@path": urlsplit(url).path,
    "@query": "?" + urlsplit(url).query,
    "content-digest": f"sha-256=:{digest}:",
    "idempotency-key": key,
}
names = " ".join(f'"{name}"' for name in covered)
params = f'({names});created={int(time.time())};keyid="{keyid}";tag="coupon-pos"'
lines = [f'"{name}": {value}' for name, value in covered.items()]
base = "\n".join([*lines, f'"@signature-params": {params}'])

secret_bytes = base64.urlsafe_b64decode(secret + "=")
tag = base64.b64encode(hmac.digest(secret_bytes, base.encode(), "sha256")).decode()
request = Request(url, body, {
    "Content-Type": "application/json",
    "Content-Digest": covered["content-digest"],
    "Idempotency-Key": key,
    "Signature-Input": f"sig={params}",
    "Signature": f"sig=:{tag}:",
})
try:
    with urlopen(request, timeout=10) as answer:
        print(answer.status, answer.read().decode())
except HTTPError as refusal:
    print(refusal.code, refusal.read().decode())
