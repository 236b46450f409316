//! Published test vectors: `tests/vectors/wycheproof/`.

use serde_json::Value;

/// The groups of tests in `<name>_test.json`; fails when there are fewer tests than it says.
pub(crate) fn groups(name: &str) -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/wycheproof");
    let text = std::fs::read_to_string(format!("{folder}/{name}_test.json")).unwrap();
    let mut vectors: Value = serde_json::from_str(&text).unwrap();
    let groups: Vec<Value> = serde_json::from_value(vectors["testGroups"].take()).unwrap();
    let tests = groups.iter().map(|group| group["tests"].as_array().unwrap().len()).sum::<usize>();
    assert_eq!(vectors["numberOfTests"], tests);
    groups
}

/// A value in hexadecimal.
pub(crate) fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap().as_bytes();
    let pairs = hex.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
