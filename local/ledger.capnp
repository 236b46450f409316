# The ledger without the Worker: the shards of local/front.capnp, each under its id.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "shards", worker = .shards),
    (name = "edge", worker = .edge),
    (name = "archive", external = (http = ())),
    (name = "ledger", disk = (writable = true)),
  ],
  sockets = [(name = "http", http = (), service = "shards")],
);

const shards :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [(name = "shards.js", esModule = embed "shards.js")],
  bindings = [
    (name = "LEDGER", durableObjectNamespace = (className = "LedgerObject", serviceName = "edge")),
  ],
);

const edge :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [
    (name = "index.js", esModule = embed "../build/index.js"),
    (name = "index_bg.wasm", wasm = embed "../build/index_bg.wasm"),
  ],
  bindings = [
    (name = "LEDGER", durableObjectNamespace = "LedgerObject"),
    (name = "COUNTERS", durableObjectNamespace = "CounterObject"),
    (name = "STATEMENT", durableObjectNamespace = "StatementObject"),
    (name = "ARCHIVE", r2Bucket = "archive"),
    (name = "ARCHIVE_KEYS", fromEnvironment = "ARCHIVE_KEYS"),
  ],
  durableObjectNamespaces = [
    (className = "LedgerObject", uniqueKey = "coupon-edge-LedgerObject", enableSql = true),
    (className = "CounterObject", uniqueKey = "coupon-edge-CounterObject", enableSql = true),
    (className = "StatementObject", uniqueKey = "coupon-edge-StatementObject", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "ledger"),
);
