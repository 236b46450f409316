# The ledger without the Worker: the shards of local/front.capnp, each under its id.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "shards", worker = .shards),
    (name = "edge", worker = .edge),
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
  durableObjectNamespaces = [
    (className = "LedgerObject", uniqueKey = "coupon-edge-LedgerObject", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "ledger"),
);
