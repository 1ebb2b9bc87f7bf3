//! A node: an iroh endpoint without relays and without internet, iroh-gossip on it, and the router between them.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use iroh::address_lookup::memory::MemoryLookup;
use iroh::endpoint::{presets, QuicTransportConfig};
use iroh::protocol::Router;
use iroh::{Endpoint, EndpointAddr, RelayMode, SecretKey};
use iroh_gossip::net::{Gossip, GOSSIP_ALPN};
use iroh_gossip::proto::HyparviewConfig;
use iroh_tickets::endpoint::EndpointTicket;
use serde_json::{json, Value};

#[derive(Args, Clone)]
pub struct PeerOptions {
    /// Secret key as 64 hex digits. Default: a random one.
    #[arg(long)]
    pub secret_key: Option<SecretKey>,
    /// Address to bind.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub bind: SocketAddr,
    /// Largest frame body, in bytes.
    #[arg(long, value_parser = clap::value_parser!(u32).range(512..))]
    pub max_message_size: Option<u32>,
    /// Capacity of the active view.
    #[arg(long)]
    pub active_view: Option<usize>,
    /// Capacity of the passive view.
    #[arg(long)]
    pub passive_view: Option<usize>,
    /// Time between two shuffles.
    #[arg(long)]
    pub shuffle_ms: Option<u64>,
    /// How long a request to become neighbors may wait for its answer.
    #[arg(long)]
    pub neighbor_timeout_ms: Option<u64>,
    /// Idle time after which a connection is closed.
    #[arg(long)]
    pub idle_timeout_ms: Option<u64>,
}

pub struct Peer {
    pub endpoint: Endpoint,
    pub gossip: Gossip,
    lookup: MemoryLookup,
    router: Router,
}

impl Peer {
    pub async fn bind(options: &PeerOptions) -> Result<Self> {
        let lookup = MemoryLookup::new();
        let key = options
            .secret_key
            .clone()
            .unwrap_or_else(SecretKey::generate);
        let mut builder = Endpoint::builder(presets::Minimal)
            .secret_key(key)
            .relay_mode(RelayMode::Disabled)
            .address_lookup(lookup.clone())
            .clear_ip_transports()
            .bind_addr(options.bind)?;
        if let Some(ms) = options.idle_timeout_ms {
            let timeout = Duration::from_millis(ms);
            builder = builder.transport_config(
                QuicTransportConfig::builder()
                    .max_idle_timeout(Some(timeout.try_into()?))
                    .default_path_max_idle_timeout(timeout)
                    .keep_alive_interval(timeout / 3)
                    .default_path_keep_alive_interval(timeout / 3)
                    .build(),
            );
        }
        let endpoint = builder
            .bind()
            .await
            .with_context(|| format!("cannot bind {}", options.bind))?;
        let mut gossip = Gossip::builder().membership_config(membership(options));
        if let Some(size) = options.max_message_size {
            gossip = gossip.max_message_size(size as usize);
        }
        let gossip = gossip.spawn(endpoint.clone());
        let router = Router::builder(endpoint.clone())
            .accept(GOSSIP_ALPN, gossip.clone())
            .spawn();
        Ok(Self {
            endpoint,
            gossip,
            lookup,
            router,
        })
    }

    /// Remembers the addresses of a peer, if there are any.
    pub fn learn(&self, addr: &EndpointAddr) {
        if !addr.is_empty() {
            self.lookup.add_endpoint_info(addr.clone());
        }
    }

    /// Our own id and addresses, also as a ticket.
    pub fn describe(&self) -> Value {
        let addr = self.endpoint.addr();
        json!({
            "endpoint": addr.id.to_string(),
            "addrs": addr.ip_addrs().map(ToString::to_string).collect::<Vec<_>>(),
            "ticket": EndpointTicket::new(addr).to_string(),
        })
    }

    /// Leaves all topics, tells the neighbors, and closes the endpoint.
    pub async fn shutdown(self) -> Result<()> {
        Ok(self.router.shutdown().await?)
    }
}

fn membership(options: &PeerOptions) -> HyparviewConfig {
    let mut config = HyparviewConfig::default();
    if let Some(capacity) = options.active_view {
        config.active_view_capacity = capacity;
    }
    if let Some(capacity) = options.passive_view {
        config.passive_view_capacity = capacity;
    }
    if let Some(ms) = options.shuffle_ms {
        config.shuffle_interval = Duration::from_millis(ms);
    }
    if let Some(ms) = options.neighbor_timeout_ms {
        config.neighbor_request_timeout = Duration::from_millis(ms);
    }
    config
}
