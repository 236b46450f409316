# Two builds at the same time, as while a new one is rolled out: each request goes to either, and
# the ledger's objects are the owner's. scripts/prove puts the builds in place.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "either", worker = .either),
    (name = "owner", worker = .owner),
    (name = "guest", worker = .guest),
    (name = "kv", external = (http = ())),
    (name = "archive", external = (http = ())),
    (name = "ledger", disk = (writable = true)),
  ],
  sockets = [(name = "http", http = (), service = "either")],
);

const either :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [(name = "either.js", esModule = embed "either.js")],
  bindings = [(name = "OWNER", service = "owner"), (name = "GUEST", service = "guest")],
);

const owner :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [
    (name = "index.js", esModule = embed "../build/index.js"),
    (name = "index_bg.wasm", wasm = embed "../build/index_bg.wasm"),
  ],
  bindings = [
    (name = "LEDGER", durableObjectNamespace = "LedgerObject"),
    (name = "COUNTERS", durableObjectNamespace = "CounterObject"),
    (name = "ARCHIVE", r2Bucket = "archive"),
    (name = "STATEMENT", durableObjectNamespace = "StatementObject"),
    (name = "POLICY", kvNamespace = "kv"),
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

const guest :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [
    (name = "index.js", esModule = embed "../guest/index.js"),
    (name = "index_bg.wasm", wasm = embed "../guest/index_bg.wasm"),
  ],
  bindings = [
    (name = "LEDGER", durableObjectNamespace = (className = "LedgerObject", serviceName = "owner")),
    (name = "COUNTERS", durableObjectNamespace = (className = "CounterObject", serviceName = "owner")),
    (name = "ARCHIVE", r2Bucket = "archive"),
    (name = "STATEMENT", durableObjectNamespace = (className = "StatementObject", serviceName = "owner")),
    (name = "POLICY", kvNamespace = "kv"),
    (name = "COUPON_KEYS", fromEnvironment = "COUPON_KEYS"),
    (name = "POS_ROOTS", fromEnvironment = "POS_ROOTS"),
    (name = "RECEIPT_KEYS", fromEnvironment = "RECEIPT_KEYS"),
    (name = "ARCHIVE_KEYS", fromEnvironment = "ARCHIVE_KEYS"),
    (name = "OPS_KEYS", fromEnvironment = "OPS_KEYS"),
    (name = "POLICY_KEYS", fromEnvironment = "POLICY_KEYS"),
    (name = "AUTHORITIES", fromEnvironment = "AUTHORITIES"),
  ],
);
