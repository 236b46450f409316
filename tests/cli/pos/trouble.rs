//! What goes wrong between a till and its edge.

use super::*;

#[test]
fn without_an_answer_the_outcome_is_unknown() {
    let desk = desk();
    let token = &coupons(&desk)[0];
    let url = format!("http://127.0.0.1:{}", free_port().unwrap());
    let redeem = ["redeem", token, "--amount", "3000", "--order-ref", "table 4, it's"];
    let (code, said) = till(&desk, &url, &redeem);
    assert_eq!(code, 4);
    assert!(said.starts_with(&format!("no answer from {url}: ")), "{said}");
    assert!(said.contains("What happened is unknown."), "{said}");

    // The command that is told can be run as it stands, and has the key.
    let command = said.lines().last().unwrap().trim().to_owned();
    let key = command.split(" --key ").nth(1).unwrap();
    assert!(command.contains(" redeem ") && command.contains(token.as_str()), "{command}");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{command} --json")).current_dir(desk.path(""));
    let output = shell.output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["key"], key.trim_matches('\''));
    let output = Command::new("sh").arg("-c").arg(&command).current_dir(desk.path("")).output();
    assert_eq!(
        String::from_utf8(output.unwrap().stdout).unwrap().lines().last(),
        Some(format!("  {command}").as_str())
    );

    let (code, document) = told(&desk, &url, &["cancel", token, "--redemption-key", "x"]);
    assert_eq!((code, &document["status"], &document["body"]), (4, &Value::Null, &Value::Null));
    assert!(document["error"].as_str().unwrap().contains("no answer from"), "{document}");
    let (code, said) = till(&desk, &url, &["check", token]);
    assert_eq!(code, 4);
    assert!(said.ends_with("\nNothing was changed: run it again.\n"), "{said}");
    assert!(!said.contains("unknown"), "{said}");
}

#[test]
fn what_is_no_edges_answer_is_neither_a_yes_nor_a_no() {
    let desk = desk();
    let token = &coupons(&desk)[0];
    let answers = [
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n<h1>Hi!</h1>",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue",
        "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 15\r\n\r\n{\"error\": \"no\"}",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    ];
    for answer in answers {
        let redeem = ["redeem", token, "--amount", "3000", "--key", "bill-1"];
        let (code, said) = till(&desk, &stranger(answer), &redeem);
        assert_eq!(code, 4, "{answer}\n{said}");
        assert!(said.contains("not in the words of an edge: is --url right?"), "{said}");
        assert!(said.contains("unknown") && said.contains("--key bill-1"), "{said}");
    }
    let broken = stranger("HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{\"id\":");
    let (code, document) = told(&desk, &broken, &["redeem", token, "--amount", "3000"]);
    assert_eq!((code, &document["status"]), (4, &Value::Null), "{document}");
}

#[test]
fn credentials_that_cannot_be_used_are_told_and_not_quoted() {
    let desk = desk();
    let token = coupons(&desk)[0].clone();
    let good = fs::read_to_string(desk.path("shops.csv")).unwrap();
    let secret = |line: &str| line.rsplit(',').next().unwrap().to_owned();
    let secrets: Vec<_> = good.lines().skip(1).map(secret).collect();
    let second = good.lines().nth(2).unwrap();
    let damaged = [
        ("empty", String::new(), "has no till 0 of shop 17: enrol it"),
        ("short", good.replace(second, &second[..20]), "is damaged at line 3"),
        ("cut", good.replace(&secrets[0], &secrets[0][..42]), "is damaged at line 2"),
        ("version", good.replace("S1.", "S2."), "is damaged at line 2"),
        // Another shop's credential in this one's row.
        ("swapped", good.replace("\n18,", "\n17,").replacen("\n17,", "\n18,", 2), "at line 4"),
        ("json", format!("{{\"secret\":\"{}\"}}\nx,y\n", secrets[0]), "is damaged at line 2"),
    ];
    let refused = |name: &str, who: &[&str], why: &str| {
        let args = ["redeem", &token, "--amount", "1", "--url", "http://127.0.0.1:9", "--shops"];
        let (code, stdout, stderr) = desk.coupon(&[&args[..], &[name], who].concat());
        assert_eq!((code, stdout.as_str()), (1, ""), "{name}");
        assert!(stderr.contains(why), "{why}\n{stderr}");
        assert!(!secrets.iter().any(|secret| stderr.contains(&secret[..20])), "{stderr}");
    };
    for (name, content, why) in damaged {
        fs::write(desk.path(name), content).unwrap();
        let till = if name == "short" { "1" } else { "0" };
        refused(name, &["--shop", "17", "--till", till], why);
    }
    refused("none.csv", &[], "cannot open none.csv");
    refused("shops.csv", &["--shop", "99"], "shops.csv has no shop 99: enrol it");
    refused("shops.csv", &["--shop", "17", "--till", "7"], "shops.csv has no till 7 of shop 17");
    refused("shops.csv", &["--till", "7"], "shops.csv has no till 7:");
}

#[test]
fn what_no_edge_would_understand_is_not_sent() {
    let desk = desk();
    let url = stranger("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
    let usage = |args: &[&str], why: &str| {
        let (code, _, stderr) = desk.coupon(&[args, &["--shops", "shops.csv"]].concat());
        assert_eq!(code, 2, "{args:?}\n{stderr}");
        assert!(stderr.contains(why), "{why}\n{stderr}");
    };
    for address in [
        "localhost:8787",
        "ftp://a.example",
        "https://a.example/v1",
        "https://u@a.example",
        "https://",
    ] {
        usage(&["check", "C1.x", "--url", address], "an address is like https://");
    }
    for key in ["", "a b", "a,b", "钥匙"] {
        let redeem = ["redeem", "C1.x", "--amount", "1", "--url", &url, "--key", key];
        usage(&redeem, "1 to 255 visible ASCII");
        let cancel = ["cancel", "C1.x", "--url", &url, "--redemption-key", key];
        usage(&cancel, "1 to 255 visible ASCII");
    }
    for id in ["", "R1.x", "../health", "R1.IAAAAQAKAAAAAAEC?x"] {
        usage(&["reverse", id, "--url", &url], "a redemption's id is like R1.");
    }
}

#[test]
fn an_edge_that_cannot_start_says_why() {
    let desk = desk();
    let failed = |mut command: Command| {
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
        String::from_utf8(output.stderr).unwrap()
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    fs::write(desk.path("url"), "http://an-old-one\n").unwrap();
    let said = failed(dev(&desk, port, &["--url-file", "url"]));
    assert!(
        said.starts_with(&format!("coupon: port {port} cannot be had: say another --port")),
        "{said}"
    );
    // Whoever waits for the file must not find that of an edge that is no more.
    assert!(!desk.path("url").exists());

    let port = free_port().unwrap().to_string();
    let not_built = desk.command(&["dev", "--port", &port, "--project", "."]);
    let said = failed(not_built);
    assert_eq!(said, "coupon: ./build/index.js is missing: run scripts/build in . first\n");
    fs::create_dir(desk.path("build")).unwrap();
    for name in ["index.js", "index_bg.wasm"] {
        fs::write(desk.path("build").join(name), "").unwrap();
    }
    let said = failed(desk.command(&["dev", "--port", &port, "--project", "."]));
    assert_eq!(said, "coupon: workerd is not installed in .: run scripts/setup there first\n");

    let edge = Edge::start(&desk);
    let said = failed(dev(&desk, free_port().unwrap(), &["--storage", "ledger"]));
    assert!(said.contains("ledger is the ledger of an edge that runs"), "{said}");
    edge.stop();
}
