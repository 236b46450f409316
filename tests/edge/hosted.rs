//! The same Worker under `wrangler dev`: `wrangler.toml` fits, and Workers KV as the platform's own
//! simulator gives it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{iter, thread};

use coupon_edge::cli::local::free_port;
use coupon_edge::cli::pos::{Habits, PosClient};
use serde_json::json;

use crate::support::{Issuer, till_key};

/// A process group that ends with the test: wrangler leaves its children behind otherwise.
struct Wrangler(Child);

impl Drop for Wrangler {
    fn drop(&mut self) {
        // Wrangler ends its workerd when it is asked to end, not when it is killed.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn wrangler(arguments: &[&str]) -> Command {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(project.join("node_modules/.bin/node"));
    command
        .current_dir(project)
        .arg(project.join("node_modules/wrangler/wrangler-dist/cli.js"))
        .args(arguments)
        .env("WRANGLER_SEND_METRICS", "false")
        .env("CI", "true")
        .stdin(Stdio::null());
    command
}

#[test]
fn wrangler_dev_runs_the_edge_with_its_own_kv() {
    let issuer = Issuer::new();
    let port = free_port().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let state = state.to_str().unwrap();

    let bindings = issuer.bindings(port);
    let lines = bindings.iter().map(|(name, value)| format!("{name}='{value}'\n"));
    let secrets: PathBuf = folder.path().join("secrets.env");
    fs::write(&secrets, lines.collect::<String>()).unwrap();

    for (key, document) in [issuer.signed_campaign(), issuer.signed_shops()] {
        let file = folder.path().join("document");
        fs::write(&file, document).unwrap();
        let put = ["kv", "key", "put", &key, "--local", "--binding", "POLICY", "--persist-to"];
        let output = wrangler(&put).arg(state).arg("--path").arg(&file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    let port_text = port.to_string();
    let mut child = wrangler(&["dev", "--ip", "127.0.0.1", "--port", &port_text])
        .args(["--inspector-port", "0", "--show-interactive-dev-session", "false"])
        .args(["--persist-to", state, "--env-file"])
        .arg(&secrets)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let _wrangler = Wrangler(child);
    let mut said = String::new();
    let ready = lines.any(|line| {
        said.push_str(&line);
        said.push('\n');
        line.contains("Ready on")
    });
    assert!(ready, "{said}");
    // It goes on talking.
    thread::spawn(move || lines.for_each(drop));

    let till = issuer.credential(7, 1);
    let client = PosClient::new(
        &format!("http://127.0.0.1:{port}"),
        till,
        till_key(&till),
        Habits::default(),
    );
    let order = json!({ "token": issuer.coupon(), "order_amount": 3000, "currency": "CNY" });
    let redeem = || client.post("/v1/redemptions", Some("a"), Some(&order)).unwrap();
    // A KV that has never been read may take longer than the edge waits for it.
    let redeemed = iter::repeat_with(redeem).find(|answer| answer.status != 503).unwrap();
    assert_eq!(redeemed.status, 201, "{}", redeemed.body);
    assert_eq!((redeem().status, redeem().body), (200, redeemed.body));
}
