//! JSON with its members in the order written, and the ways to bend an accepted document that no
//! strict reader takes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A JSON text. Reading one fails where a name stands twice in an object.
pub enum Json {
    /// Members in the order written.
    Object(Vec<(String, Json)>),
    /// Items.
    Array(Vec<Json>),
    /// Anything else, as it is written.
    Leaf(String),
}

use Json::{Array, Leaf, Object};

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object(members) => {
                let members = members.iter().map(|(name, value)| format!("{name:?}:{value}"));
                write!(f, "{{{}}}", members.collect::<Vec<_>>().join(","))
            }
            Array(items) => {
                let items = items.iter().map(Json::to_string);
                write!(f, "[{}]", items.collect::<Vec<_>>().join(","))
            }
            Leaf(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            if members.iter().any(|(earlier, _)| *earlier == name) {
                return Err(A::Error::custom("a name stands twice"));
            }
            members.push((name, value));
        }
        Ok(Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Array(items))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Leaf(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Leaf(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Leaf(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Leaf(Value::from(value).to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Leaf(Value::from(text).to_string()))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Leaf("null".to_owned()))
    }
}

/// Reads an accepted text again, independently: it is JSON, an object, and says nothing twice.
pub fn accepted(text: &[u8]) -> Json {
    let json = serde_json::from_slice(text).expect("accepted, but no JSON without repeated names");
    assert!(matches!(json, Object(_)), "accepted, but no object: {json}");
    json
}

/// Asserts that a strict reader takes this document and nothing that is bent from it: with something
/// behind it, and in any of its objects a name that is unknown, a member that stands twice, or the
/// bare values in order instead of the object.
pub fn assert_strict(document: &Json, reads: impl Fn(&[u8]) -> bool) {
    let text = document.to_string();
    assert!(reads(text.as_bytes()), "not taken as it is: {text}");
    for behind in ["x", "{}", ",", "]", "\0", "null"] {
        assert!(!reads(format!("{text}{behind}").as_bytes()), "taken with {behind:?} behind it");
    }
    bend(document, &|bent| assert!(!reads(bent.as_bytes()), "taken: {bent}"));
}

/// Shows each bent form of the document.
fn bend(document: &Json, show: &dyn Fn(&str)) {
    match document {
        Object(members) => {
            let with = |more: &str| {
                let mut all: Vec<_> = members.iter().map(|(n, v)| format!("{n:?}:{v}")).collect();
                all.push(more.to_owned());
                format!("{{{}}}", all.join(","))
            };
            show(&with("\"no-such-name\":0"));
            let values: Vec<_> = members.iter().map(|(_, value)| value.to_string()).collect();
            show(&format!("[{}]", values.join(",")));
            for (at, (name, value)) in members.iter().enumerate() {
                show(&with(&format!("{name:?}:{value}")));
                bend(value, &|bent| {
                    let all = members.iter().enumerate().map(|(other, (name, value))| {
                        if other == at {
                            format!("{name:?}:{bent}")
                        } else {
                            format!("{name:?}:{value}")
                        }
                    });
                    show(&format!("{{{}}}", all.collect::<Vec<_>>().join(",")));
                });
            }
        }
        Array(items) => {
            for (at, item) in items.iter().enumerate() {
                bend(item, &|bent| {
                    let all = items.iter().enumerate().map(|(other, item)| {
                        if other == at { bent.to_owned() } else { item.to_string() }
                    });
                    show(&format!("[{}]", all.collect::<Vec<_>>().join(",")));
                });
            }
        }
        Leaf(_) => {}
    }
}
