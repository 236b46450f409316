# The edge on this machine: the same Worker and Durable Object on workerd, storage on disk.
# Sockets, folders and KV are given on the command line (see src/cli/local).
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "kv", external = (http = ())),
    (name = "archive", external = (http = ())),
    (name = "ledger", disk = (writable = true)),
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
    (name = "LEDGER", durableObjectNamespace = "LedgerObject"),
    (name = "COUNTERS", durableObjectNamespace = "CounterObject"),
    (name = "ARCHIVE", r2Bucket = "archive"),
    (name = "STATEMENT", durableObjectNamespace = "StatementObject"),
    (name = "COUPON_KEYS", fromEnvironment = "COUPON_KEYS"),
    (name = "POS_ROOTS", fromEnvironment = "POS_ROOTS"),
    (name = "RECEIPT_KEYS", fromEnvironment = "RECEIPT_KEYS"),
    (name = "ARCHIVE_KEYS", fromEnvironment = "ARCHIVE_KEYS"),
    (name = "OPS_KEYS", fromEnvironment = "OPS_KEYS"),
    (name = "POLICY_KEYS", fromEnvironment = "POLICY_KEYS"),
    (name = "AUTHORITIES", fromEnvironment = "AUTHORITIES"),
  ],
  durableObjectNamespaces = [
    (className = "LedgerObject", uniqueKey = "coupon-edge-LedgerObject", enableSql = true),
    (className = "CounterObject", uniqueKey = "coupon-edge-CounterObject", enableSql = true),
    (className = "StatementObject", uniqueKey = "coupon-edge-StatementObject", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "ledger"),
);
