//! Parses the arguments of commands: topics, peers, bytes.

use std::str::FromStr;

use anyhow::{bail, Context, Result};
use data_encoding::HEXLOWER_PERMISSIVE;
use iroh::{EndpointAddr, EndpointId};
use iroh_gossip::proto::TopicId;
use iroh_tickets::endpoint::EndpointTicket;

use crate::chat_format::Ticket;

/// Splits off the first word, which must be a topic in 64 hex digits.
pub fn topic_and_rest(text: &str) -> Result<(TopicId, &str)> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    Ok((topic(word)?, rest))
}

pub fn topic(word: &str) -> Result<TopicId> {
    let bytes = hex(word)?;
    let bytes: [u8; 32] = bytes
        .try_into()
        .map_err(|_| anyhow::anyhow!("a topic has 64 hex digits, got {word:?}"))?;
    Ok(TopicId::from_bytes(bytes))
}

pub fn hex(word: &str) -> Result<Vec<u8>> {
    HEXLOWER_PERMISSIVE
        .decode(word.as_bytes())
        .with_context(|| format!("not hex digits: {word:?}"))
}

/// Peers as endpoint tickets, chat tickets or bare ids, separated by spaces.
pub fn peers(words: &str) -> Result<Vec<EndpointAddr>> {
    let mut peers = Vec::new();
    for word in words.split_whitespace() {
        if let Ok(id) = EndpointId::from_str(word) {
            peers.push(id.into());
        } else if let Ok(ticket) = EndpointTicket::from_str(word) {
            peers.push(ticket.into());
        } else if let Ok(ticket) = Ticket::from_str(word) {
            peers.extend(ticket.peers);
        } else {
            bail!("neither an endpoint id nor a ticket: {word:?}");
        }
    }
    Ok(peers)
}
