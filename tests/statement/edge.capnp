# The edge, behind a Worker that also brings parcels to its statements, as shards would.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "feed", worker = .feed),
    (name = "kv", external = (http = ())),
    (name = "ledger", disk = (writable = true)),
  ],
  sockets = [(name = "http", http = (), service = "feed")],
);

const feed :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [(name = "feed.js", esModule = embed "feed.js")],
  bindings = [
    (name = "EDGE", service = "edge"),
    (name = "STATEMENT", durableObjectNamespace = (className = "StatementObject", serviceName = "edge")),
  ],
);

const edge :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [
    (name = "index.js", esModule = embed "build/index.js"),
    (name = "index_bg.wasm", wasm = embed "build/index_bg.wasm"),
  ],
  bindings = [
    (name = "POLICY", kvNamespace = "kv"),
    (name = "LEDGER", durableObjectNamespace = "LedgerObject"),
    (name = "STATEMENT", durableObjectNamespace = "StatementObject"),
    (name = "COUPON_KEYS", fromEnvironment = "COUPON_KEYS"),
    (name = "POS_ROOTS", fromEnvironment = "POS_ROOTS"),
    (name = "RECEIPT_KEYS", fromEnvironment = "RECEIPT_KEYS"),
    (name = "ARCHIVE_KEYS", fromEnvironment = "ARCHIVE_KEYS"),
    (name = "POLICY_KEYS", fromEnvironment = "POLICY_KEYS"),
    (name = "AUTHORITIES", fromEnvironment = "AUTHORITIES"),
  ],
  durableObjectNamespaces = [
    (className = "LedgerObject", uniqueKey = "coupon-edge-LedgerObject", enableSql = true),
    (className = "StatementObject", uniqueKey = "coupon-edge-StatementObject", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "ledger"),
);
