//! The formats of iroh-gossip's chat example. An example exports nothing, so they are declared again here, with the types of the
//! published crates.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result};
use bytes::Bytes;
use data_encoding::BASE32_NOPAD;
use iroh::{EndpointAddr, PublicKey, SecretKey, Signature};
use iroh_gossip::proto::TopicId;
use serde::{Deserialize, Serialize};
use serde_byte_array::ByteArray;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticket {
    pub topic: TopicId,
    pub peers: Vec<EndpointAddr>,
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = postcard::to_stdvec(self).map_err(|_| fmt::Error)?;
        f.write_str(&BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }
}

impl FromStr for Ticket {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes = BASE32_NOPAD
            .decode(text.to_ascii_uppercase().as_bytes())
            .context("a chat ticket is base32")?;
        postcard::from_bytes(&bytes).context("not a chat ticket")
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Message {
    AboutMe { name: String },
    Message { text: String },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedMessage {
    pub from: PublicKey,
    pub data: Bytes,
    pub signature: ByteArray<{ Signature::LENGTH }>,
}

impl SignedMessage {
    pub fn sign(key: &SecretKey, message: &Message) -> Result<Self> {
        let data = Bytes::from(postcard::to_stdvec(message)?);
        let signature = ByteArray::new(key.sign(&data).to_bytes());
        Ok(Self {
            from: key.public(),
            data,
            signature,
        })
    }

    pub fn verify(&self) -> Result<Message> {
        self.from
            .verify(&self.data, &Signature::from_bytes(&self.signature))
            .context("invalid signature")?;
        postcard::from_bytes(&self.data).context("not a chat message")
    }
}
