# The twin on this machine, with the services and bindings of the project's local/edge.capnp.
# Sockets, folders and KV are given on the command line.
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
  compatibilityFlags = ["nodejs_compat"],
  modules = [(name = "index.js", esModule = embed "../build/index.js")],
  bindings = [
    (name = "POLICY", kvNamespace = "kv"),
    (name = "LEDGER", durableObjectNamespace = "LedgerObject"),
    (name = "COUPON_KEYS", fromEnvironment = "COUPON_KEYS"),
    (name = "POS_ROOTS", fromEnvironment = "POS_ROOTS"),
    (name = "POLICY_KEYS", fromEnvironment = "POLICY_KEYS"),
    (name = "AUTHORITIES", fromEnvironment = "AUTHORITIES"),
  ],
  durableObjectNamespaces = [
    (className = "LedgerObject", uniqueKey = "coupon-edge-LedgerObject", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "ledger"),
);
