//! Types read from the tree.
//!
//! Scalars are texts here: the types know which of them are numbers. What was at fault is left out,
//! or read as what stands in for it.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use super::tree::{Entry, Kind, Node, State};

/// The entries that a type is read from.
fn believed(entries: &[Entry]) -> impl Iterator<Item = (&str, &Node)> {
    entries
        .iter()
        .filter(|entry| !matches!(entry.value.state, State::Omitted))
        .map(|entry| (entry.key.text.as_str(), &entry.value))
}

impl<'de> IntoDeserializer<'de, Error> for &'de Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (&self.state, &self.kind) {
            (State::Replaced(value), _) => value.deserialize_any(visitor),
            (_, Kind::Scalar { text, .. }) => visitor.visit_borrowed_str(text),
            (_, Kind::Sequence(items)) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            (_, Kind::Mapping(entries)) => {
                visitor.visit_map(MapDeserializer::new(believed(entries)))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match (&self.state, &self.kind) {
            (State::Replaced(value), _) => value.deserialize_enum(name, variants, visitor),
            (_, Kind::Mapping(entries)) => {
                let map = MapDeserializer::new(believed(entries));
                visitor.visit_enum(MapAccessDeserializer::new(map))
            }
            (_, Kind::Scalar { text, .. }) => visitor.visit_enum(text.as_str().into_deserializer()),
            (_, Kind::Sequence(_)) => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
