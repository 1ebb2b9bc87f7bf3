//! The kinds of values on the wire: how each is read and written. A value is described by the JSON that serde makes of it.
//!
//! All are the crates' own types, except what `mirror` and `chat_format` declare again.

use anyhow::{Context, Result};
use iroh::{EndpointAddr, PublicKey};
use iroh_gossip::api;
use iroh_gossip::proto::topic;
use iroh_tickets::endpoint::EndpointTicket;
use iroh_tickets::Ticket as _;
use irpc::util::WriteVarintExt;
use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;

use super::mirror;
use crate::chat_format;

/// What precedes a value on its stream.
pub enum Framing {
    None,
    /// The length in four bytes, big-endian. The crate's writer is private; `capture` shows that it does the same.
    Gossip,
    /// The length as a varint, as irpc writes it.
    Rpc,
}

pub struct Kind {
    pub name: &'static str,
    pub framing: Framing,
    pub read: fn(&[u8]) -> Result<Value>,
    pub write: fn(&Value) -> Result<Vec<u8>>,
    /// Tickets have a text form.
    pub text: Option<Text>,
}

pub struct Text {
    pub read: fn(&str) -> Result<Value>,
    pub write: fn(&Value) -> Result<String>,
}

fn kind<T: Serialize + DeserializeOwned>(name: &'static str, framing: Framing) -> Kind {
    Kind {
        name,
        framing,
        read: |bytes| Ok(serde_json::to_value(postcard::from_bytes::<T>(bytes)?)?),
        write: |json| Ok(postcard::to_stdvec(&value::<T>(json)?)?),
        text: None,
    }
}

fn value<T: DeserializeOwned>(json: &Value) -> Result<T> {
    Ok(T::deserialize(json)?)
}

pub fn all() -> Vec<Kind> {
    vec![
        kind::<mirror::StreamHeader>("streamHeader", Framing::Gossip),
        kind::<topic::Message<PublicKey>>("topicMessage", Framing::Gossip),
        addr_info(),
        kind::<EndpointAddr>("endpointAddr", Framing::None),
        endpoint_ticket(),
        chat_ticket(),
        kind::<chat_format::Message>("chatMessage", Framing::None),
        kind::<chat_format::SignedMessage>("chatSignedMessage", Framing::None),
        kind::<mirror::Request>("rpcRequest", Framing::Rpc),
        kind::<api::Command>("rpcCommand", Framing::Rpc),
        kind::<api::Event>("rpcEvent", Framing::Rpc),
    ]
}

pub fn find<'a>(kinds: &'a [Kind], name: &str) -> Result<&'a Kind> {
    kinds
        .iter()
        .find(|kind| kind.name == name)
        .with_context(|| format!("unknown kind {name:?}"))
}

/// Empty peer data means no addresses: the crate checks that before it decodes.
fn addr_info() -> Kind {
    let written = kind::<mirror::AddrInfo>("addrInfo", Framing::None);
    Kind {
        read: |bytes| {
            let info = match bytes {
                [] => mirror::AddrInfo::default(),
                _ => postcard::from_bytes(bytes)?,
            };
            Ok(serde_json::to_value(info)?)
        },
        ..written
    }
}

/// A ticket is described by its address. On the wire a variant precedes it.
fn endpoint_ticket() -> Kind {
    fn describe(ticket: EndpointTicket) -> Result<Value> {
        Ok(serde_json::to_value(EndpointAddr::from(ticket))?)
    }
    fn ticket(json: &Value) -> Result<EndpointTicket> {
        Ok(value::<EndpointAddr>(json)?.into())
    }
    Kind {
        name: "endpointTicket",
        framing: Framing::None,
        read: |bytes| describe(EndpointTicket::decode_bytes(bytes)?),
        write: |json| Ok(ticket(json)?.encode_bytes()),
        text: Some(Text {
            read: |text| describe(text.parse()?),
            write: |json| Ok(ticket(json)?.to_string()),
        }),
    }
}

fn chat_ticket() -> Kind {
    let text = Text {
        read: |text| Ok(serde_json::to_value(text.parse::<chat_format::Ticket>()?)?),
        write: |json| Ok(value::<chat_format::Ticket>(json)?.to_string()),
    };
    Kind {
        text: Some(text),
        ..kind::<chat_format::Ticket>("chatTicket", Framing::None)
    }
}

impl Kind {
    /// The JSON that serde makes of the value that this JSON describes.
    pub fn canonical(&self, json: &Value) -> Result<Value> {
        (self.read)(&(self.write)(json)?)
    }

    /// The value with what precedes it on a stream; `None` if that is nothing.
    pub fn frame(&self, body: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut framed = Vec::new();
        match self.framing {
            Framing::None => return Ok(None),
            Framing::Gossip => framed.extend_from_slice(&u32::try_from(body.len())?.to_be_bytes()),
            Framing::Rpc => {
                framed.write_varint_u64(body.len() as u64)?;
            }
        }
        framed.extend_from_slice(body);
        Ok(Some(framed))
    }
}
