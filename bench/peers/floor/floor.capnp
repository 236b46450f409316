# Workers that do next to nothing, each on a socket of its own; their objects keep SQLite files.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "floor", worker = .floor),
    (name = "storage", disk = (writable = true)),
  ],
  sockets = [
    (name = "empty", http = (), service = (name = "floor", entrypoint = "empty")),
    (name = "body", http = (), service = (name = "floor", entrypoint = "body")),
    (name = "hop", http = (), service = (name = "floor", entrypoint = "hop")),
    (name = "insert", http = (), service = (name = "floor", entrypoint = "insert")),
    (name = "carry", http = (), service = (name = "floor", entrypoint = "carry")),
  ],
);

const floor :Workerd.Worker = (
  compatibilityDate = "2026-07-01",
  modules = [(name = "floor.js", esModule = embed "floor.js")],
  bindings = [(name = "OBJECTS", durableObjectNamespace = "Floor")],
  durableObjectNamespaces = [(className = "Floor", uniqueKey = "floor", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
