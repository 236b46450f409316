# The Worker of the edge without its ledger, as on the hosted platform, where the shards run
# elsewhere: each call to a shard goes over HTTP to the address "ledger" (see src/cli/local).
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "away", worker = .away),
    (name = "kv", external = (http = ())),
    (name = "ledger", external = (http = ())),
  ],
  sockets = [(name = "http", http = (), service = "edge")],
);

const edge :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [
    (name = "index.js", esModule = embed "../build/index.js"),
    (name = "index_bg.wasm", wasm = embed "../build/index_bg.wasm"),
  ],
  bindings = [
    (name = "POLICY", kvNamespace = "kv"),
    (name = "LEDGER", durableObjectNamespace = (className = "Away", serviceName = "away")),
    (name = "COUPON_KEYS", fromEnvironment = "COUPON_KEYS"),
    (name = "POS_ROOTS", fromEnvironment = "POS_ROOTS"),
    (name = "RECEIPT_KEYS", fromEnvironment = "RECEIPT_KEYS"),
    (name = "ARCHIVE_KEYS", fromEnvironment = "ARCHIVE_KEYS"),
    (name = "OPS_KEYS", fromEnvironment = "OPS_KEYS"),
    (name = "POLICY_KEYS", fromEnvironment = "POLICY_KEYS"),
    (name = "AUTHORITIES", fromEnvironment = "AUTHORITIES"),
  ],
);

# Stands for a shard that is elsewhere, and carries its calls there.
const away :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [(name = "away.js", esModule = embed "away.js")],
  bindings = [(name = "LEDGER", service = "ledger")],
  # The same key as the ledger's, so that a shard has the same id here and there.
  durableObjectNamespaces = [(className = "Away", uniqueKey = "coupon-edge-LedgerObject")],
  durableObjectStorage = (inMemory = void),
);
