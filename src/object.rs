//! Documents whose objects are written as JSON objects, and not otherwise.
//!
//! The code that serde derives for a struct also takes an array, its items as the fields in order:
//! a second spelling that nobody means, and one whose meaning moves when a field is added.

use serde::de::{Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// A deserializer that asks for a map, whatever it is asked for.
pub(crate) struct ObjectOnly<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

/// Makes serde's traits for structs that derive them with `#[serde(remote = "Self")]`, which gives
/// plain functions of the same names.
macro_rules! objects {
    ($($name:ident),+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $name::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $name::deserialize($crate::object::ObjectOnly(deserializer))
            }
        }
    )+};
}
pub(crate) use objects;

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(remote = "Self", deny_unknown_fields)]
    struct Pair {
        first: u8,
        #[serde(default)]
        second: Option<Box<Pair>>,
    }
    objects!(Pair);

    #[test]
    fn an_array_is_no_object() {
        let read = |json: &str| serde_json::from_str::<Pair>(json);
        let pair = Pair { first: 1, second: Some(Box::new(Pair { first: 2, second: None })) };
        let json = r#"{"first":1,"second":{"first":2,"second":null}}"#;
        assert_eq!(serde_json::to_string(&pair).unwrap(), json);
        assert_eq!(read(json).unwrap(), pair);
        for wrong in ["[1,null]", r#"{"first":1,"second":[2,null]}"#, "1", "null", "\"x\""] {
            let why = read(wrong).unwrap_err().to_string();
            assert!(why.contains("expected struct Pair"), "{wrong}: {why}");
        }
        assert!(read(r#"{"first":1,"first":1}"#).is_err());
        assert!(read(r#"{"first":1,"third":1}"#).is_err());
    }
}
