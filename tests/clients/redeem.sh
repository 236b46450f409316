#!/usr/bin/env bash
# Redeems a coupon: ./redeem.sh URL KEYID SECRET TOKEN KEY
# For trying things out: openssl takes the secret on its command line, where others can see it.
set -euo pipefail
url=$1 keyid=$2 secret=$3 token=$4 key=$5

scheme=${url%%://*}
host=${url#*://} host=${host%%/*}
authority=$(printf %s "$host" | tr '[:upper:]' '[:lower:]')
case $scheme in https) authority=${authority%:443} ;; http) authority=${authority%:80} ;; esac

body='{"token":"'$token'","order_amount":3000,"currency":"CNY","order_ref":"bill 4711"}'
digest="sha-256=:$(printf %s "$body" | openssl dgst -sha256 -binary | base64):"

names='"@method" "@authority" "@path" "@query" "content-digest" "idempotency-key"'
params="($names);created=$(date +%s);keyid=\"$keyid\";tag=\"coupon-pos\""
base="\"@method\": POST
\"@authority\": $authority
\"@path\": /v1/redemptions
\"@query\": ?
\"content-digest\": $digest
\"idempotency-key\": $key
\"@signature-params\": $params"

hex=$(printf '%s=' "$secret" | tr -- '-_' '+/' | base64 -d | od -An -v -tx1 | tr -d ' \n')
tag=$(printf %s "$base" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hex" -binary | base64)

answer=$(curl -sS --max-time 10 -w '\n%{http_code}' "$scheme://$host/v1/redemptions" \
  -H 'Content-Type: application/json' \
  -H "Content-Digest: $digest" \
  -H "Idempotency-Key: $key" \
  -H "Signature-Input: sig=$params" \
  -H "Signature: sig=:$tag:" \
  --data-binary "$body")
printf '%s %s\n' "${answer##*$'\n'}" "${answer%$'\n'*}"
