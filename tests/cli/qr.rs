//! The codes that `coupon issue` draws, read back by an independent reader.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desk::Desk;
use serde_json::Value;

const COUNT: usize = 14;

/// A desk with a campaign whose name would be markup.
fn desk() -> Desk {
    Desk::with_campaign("Tea <b>&\"春节\"", "2026-02-05T16:00:00Z", "2026-02-22T16:00:00Z")
}

/// Issues 14 coupons with pictures; gives (serial, token) of each.
fn issue(desk: &Desk, options: &[&str]) -> Vec<(String, String)> {
    let args = ["issue", "--campaign", "536870913", "--count", "14", "--value", "2505"];
    let out = ["--out", "coupons.ndjson", "--format", "ndjson"];
    desk.done(&[args.as_slice(), &out, options].concat());
    let text = fs::read_to_string(desk.path("coupons.ndjson")).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let field = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.map(|row| (field(&row, "serial"), field(&row, "token"))).collect()
}

/// The texts of the codes in these files.
fn scan(files: &[PathBuf]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(
        root.join("node_modules/@undecaf/zbar-wasm").exists()
            && root.join("node_modules/pngjs").exists(),
        "the QR reader is not installed: run `npm ci` in {}",
        root.display()
    );
    let output = Command::new("node").arg(root.join("tests/qr/scan.mjs")).args(files).output();
    let output = output.expect("node is needed to read QR codes back: install Node.js");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The pictures of these coupons, of which there must be no more.
fn pictures(desk: &Desk, coupons: &[(String, String)], extension: &str) -> Vec<PathBuf> {
    assert_eq!(fs::read_dir(desk.path("codes")).unwrap().count(), COUNT);
    let name = |serial: &String| desk.path(&format!("codes/coupon-{serial}.{extension}"));
    coupons.iter().map(|(serial, _)| name(serial)).collect()
}

fn tokens(coupons: &[(String, String)]) -> Vec<&str> {
    coupons.iter().map(|(_, token)| token.as_str()).collect()
}

#[test]
fn png_codes_read_back_as_their_tokens() {
    let desk = desk();
    // What a killed run left there must not pass for a coupon of this one.
    fs::create_dir(desk.path("codes.part")).unwrap();
    fs::write(desk.path("codes.part/coupon-old.png"), "old").unwrap();
    let coupons = issue(&desk, &["--qr", "png", "--qr-dir", "codes"]);
    assert_eq!(scan(&pictures(&desk, &coupons, "png")), tokens(&coupons));
    assert!(!desk.path("codes.part").exists());

    let again = ["issue", "--campaign", "536870913", "--count", "1", "--value", "1", "--force"];
    let places = ["--out", "coupons.ndjson", "--qr", "png", "--qr-dir", "codes"];
    let (code, _, stderr) = desk.coupon(&[again.as_slice(), &places].concat());
    assert_eq!(code, 1);
    assert!(stderr.contains("codes is there and not empty"), "{stderr}");
    assert_eq!(pictures(&desk, &coupons, "png").len(), COUNT);
}

#[test]
fn svg_codes_are_well_formed_and_read_back_as_their_tokens() {
    let desk = desk();
    let coupons = issue(&desk, &["--qr", "svg", "--qr-dir", "codes"]);
    let files = pictures(&desk, &coupons, "svg");
    for file in &files {
        let svg = fs::read_to_string(file).unwrap();
        let path = svg
            .strip_prefix(concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 45 45" "#,
                r##"shape-rendering="crispEdges"><path fill="#fff" d="M0 0h45v45H0z"/><path d=""##,
            ))
            .and_then(|rest| rest.strip_suffix(r#""/></svg>"#));
        assert!(path.unwrap().chars().all(|c| "MhvHz0123456789 ".contains(c)), "{svg}");
    }
    assert_eq!(scan(&files), tokens(&coupons));
}

#[test]
fn the_sheet_shows_every_coupon_and_loads_nothing() {
    let desk = desk();
    let coupons = issue(&desk, &["--sheet", "sheet.html"]);
    assert_eq!(scan(&[desk.path("sheet.html")]), tokens(&coupons));
    let html = fs::read_to_string(desk.path("sheet.html")).unwrap();
    assert_eq!(html.matches("<section>").count(), COUNT);
    assert_eq!(html.matches("<main>").count(), 2);
    assert_eq!(html.matches("CNY 25.05").count(), COUNT);
    // As customers read the time: in China.
    assert_eq!(html.matches("2026-02-06 00:00 –").count(), COUNT);
    assert_eq!(html.matches("2026-02-23 00:00").count(), COUNT);
    assert_eq!(html.matches("Tea &lt;b&gt;&amp;&quot;春节&quot;").count(), COUNT + 1);
    assert!(!html.contains("<b>"));
    let html = html.replace("http://www.w3.org/2000/svg", "");
    for loading in ["http:", "https:", "src=", "href=", "url(", "@import", "<script"] {
        assert!(!html.contains(loading), "{loading}");
    }
    for (serial, _) in coupons {
        assert!(html.contains(&serial));
    }
}

#[test]
fn a_token_of_version_2_takes_a_larger_code() {
    let desk = Desk::new();
    desk.done(&["init"]);
    let create = ["campaign", "create", "--name", "Tea", "--currency", "CNY"];
    let window = ["--from", "2026-02-05T16:00:00Z", "--until", "2026-02-22T16:00:00Z"];
    desk.done(&[&create[..], &window, &["--token-version", "2"]].concat());
    let coupons = issue(&desk, &["--qr", "png", "--qr-dir", "codes", "--sheet", "sheet.html"]);
    assert!(tokens(&coupons).iter().all(|token| token.starts_with("C2.")));
    assert_eq!(scan(&pictures(&desk, &coupons, "png")), tokens(&coupons));
    assert_eq!(scan(&[desk.path("sheet.html")]), tokens(&coupons));
    // 49 modules and the quiet zone.
    let html = fs::read_to_string(desk.path("sheet.html")).unwrap();
    assert_eq!(html.matches("viewBox=\"0 0 57 57\"").count(), COUNT);
}
