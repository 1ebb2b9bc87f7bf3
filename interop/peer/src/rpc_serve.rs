//! `rpc-serve`: a node that takes commands over irpc, besides those on stdin.

use std::net::SocketAddr;

use anyhow::Result;
use clap::Args;
use data_encoding::HEXLOWER;
use serde_json::json;

use crate::node::{self, NodeOptions};
use crate::peer::Peer;
use crate::rpc_endpoint;

#[derive(Args)]
pub struct RpcServeOptions {
    #[command(flatten)]
    node: NodeOptions,
    /// Address to bind for the remote control.
    #[arg(long, default_value = "127.0.0.1:0")]
    rpc_bind: SocketAddr,
    /// Protocol name in TLS.
    #[arg(long)]
    alpn: String,
}

pub async fn run(options: RpcServeOptions) -> Result<()> {
    let peer = Peer::bind(&options.node.peer).await?;
    let (endpoint, certificate) = rpc_endpoint::server(options.rpc_bind, &options.alpn)?;
    let rpc = json!({
        "rpcAddr": endpoint.local_addr()?.to_string(),
        "certificate": HEXLOWER.encode(&certificate),
        "alpn": options.alpn,
    });
    let server = tokio::spawn(peer.gossip.clone().listen(endpoint.clone()));
    let served = node::serve(peer, options.node.show_up_to, rpc).await;
    endpoint.close(0_u8.into(), b"");
    server.abort();
    served
}
