//! Private types of iroh-gossip, declared again. `capture` compares them with what the crate sends.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use iroh::{EndpointId, RelayUrl};
use iroh_gossip::proto::TopicId;
use serde::{Deserialize, Serialize};

/// The first frame of a gossip stream.
#[derive(Debug, Serialize, Deserialize)]
pub struct StreamHeader {
    pub topic_id: TopicId,
}

/// The content of peer data.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct AddrInfo {
    pub relay_url: Option<RelayUrl>,
    pub direct_addresses: BTreeSet<SocketAddr>,
}

/// The first item of a remote control's stream.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    Join(JoinRequest),
}

#[derive(Debug, Serialize, Deserialize)]
pub struct JoinRequest {
    pub topic_id: TopicId,
    pub bootstrap: BTreeSet<EndpointId>,
}
