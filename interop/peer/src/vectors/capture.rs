//! Records real streams of the published crates. The program fails unless each recording agrees with what the rest of it declares.
//! That covers the types and the framing that are private in the crate.

use anyhow::{ensure, Context, Result};
use iroh::endpoint::{presets, RecvStream};
use iroh::{Endpoint, RelayMode};
use iroh_gossip::api::{Command, Event, GossipApi, JoinOptions};
use iroh_gossip::net::GOSSIP_ALPN;
use iroh_gossip::proto::TopicId;
use irpc::util::AsyncReadVarintExt;
use n0_future::StreamExt;
use serde_json::{json, Value};

use super::kinds::{find, Kind};
use super::mirror::{AddrInfo, JoinRequest, Request};
use super::row;
use crate::peer::{Peer, PeerOptions};
use crate::rpc_endpoint;

/// The start of the first stream that a node opens towards another: header and `Join`.
pub async fn gossip(kinds: &[Kind], topic: TopicId, options: &PeerOptions) -> Result<Vec<Value>> {
    let listener = Endpoint::builder(presets::Minimal)
        .relay_mode(RelayMode::Disabled)
        .clear_ip_transports()
        .bind_addr("127.0.0.1:0")?
        .alpns(vec![GOSSIP_ALPN.to_vec()])
        .bind()
        .await?;
    let peer = Peer::bind(options).await?;
    peer.learn(&listener.addr());
    let topic_handle = peer.gossip.subscribe(topic, vec![listener.id()]).await?;

    let connection = listener.accept().await.context("closed")?.await?;
    let mut stream = connection.accept_uni().await?;
    let header = frame(&mut stream).await?;
    let join = frame(&mut stream).await?;

    let header_row = row(find(kinds, "streamHeader")?, "captured", None, &header.body)?;
    ensure!(header_row["framed"] == hex(&header.framed), "header frame");
    ensure!(header_row["json"] == json!({ "topic_id": topic }), "header");
    let join_row = row(find(kinds, "topicMessage")?, "captured", None, &join.body)?;
    ensure!(join_row["framed"] == hex(&join.framed), "message frame");
    let data: Vec<u8> = serde_json::from_value(join_row["json"]["Swarm"]["Join"].clone())?;
    let data_row = row(find(kinds, "addrInfo")?, "captured", None, &data)?;
    let expected = AddrInfo {
        relay_url: None,
        direct_addresses: peer.endpoint.addr().ip_addrs().copied().collect(),
    };
    ensure!(data_row["json"] == json!(expected), "peer data");

    drop(topic_handle);
    connection.close(0_u8.into(), b"");
    peer.shutdown().await?;
    listener.close().await;
    Ok(vec![header_row, join_row, data_row])
}

struct Frame {
    body: Vec<u8>,
    framed: Vec<u8>,
}

async fn frame(stream: &mut RecvStream) -> Result<Frame> {
    let mut framed = vec![0; 4];
    stream.read_exact(&mut framed).await?;
    let mut body = vec![0; u32::from_be_bytes(framed[..].try_into()?) as usize];
    stream.read_exact(&mut body).await?;
    framed.extend_from_slice(&body);
    Ok(Frame { body, framed })
}

/// A remote control, whose streams are recorded: each has a request and a command, and an event for the crate's client to read.
pub struct Rpc {
    server: noq::Endpoint,
    connection: noq::Connection,
    client: noq::Endpoint,
    api: GossipApi,
}

impl Rpc {
    pub async fn connect() -> Result<Self> {
        let (server, certificate) = rpc_endpoint::server("127.0.0.1:0".parse()?, "capture")?;
        let client = rpc_endpoint::client("127.0.0.1:0".parse()?, "capture", certificate)?;
        let api = GossipApi::connect(client.clone(), server.local_addr()?);
        // The client connects with its first request.
        let first = api.clone();
        let asked =
            tokio::spawn(
                async move { first.subscribe(TopicId::from_bytes([0; 32]), vec![]).await },
            );
        let connection = server.accept().await.context("closed")?.await?;
        connection.accept_bi().await?;
        asked.await??;
        Ok(Self {
            server,
            connection,
            client,
            api,
        })
    }

    /// The bodies of the request and the command that the crate's client has sent.
    pub async fn exchange(
        &self,
        request: &Value,
        command: &Value,
        event: &Value,
        kinds: &[Kind],
    ) -> Result<(Vec<u8>, Vec<u8>)> {
        let Request::Join(JoinRequest {
            topic_id,
            bootstrap,
        }) = serde_json::from_value(request.clone())?;
        let options = JoinOptions::with_bootstrap(bootstrap);
        let mut topic = self.api.subscribe_with_opts(topic_id, options).await?;
        let (mut send, mut receive) = self.connection.accept_bi().await?;
        let asked = item(&mut receive).await?;

        let event_kind = find(kinds, "rpcEvent")?;
        let body = (event_kind.write)(event)?;
        let framed = event_kind.frame(&body)?.context("events have a frame")?;
        send.write_all(&framed).await?;
        let heard: Event = topic.next().await.context("no event")??;
        ensure!(json!(heard) == *event, "the client heard another event");

        let (sender, _receiver) = topic.split();
        match serde_json::from_value(command.clone())? {
            Command::Broadcast(content) => sender.broadcast(content).await?,
            Command::BroadcastNeighbors(content) => sender.broadcast_neighbors(content).await?,
            Command::JoinPeers(peers) => sender.join_peers(peers).await?,
        }
        let told = item(&mut receive).await?;
        Ok((asked, told))
    }

    pub async fn close(self) {
        self.client.close(0_u8.into(), b"");
        self.client.wait_idle().await;
        self.server.close(0_u8.into(), b"");
    }
}

async fn item(stream: &mut noq::RecvStream) -> Result<Vec<u8>> {
    let length = stream.read_varint_u64().await?.context("stream ended")?;
    let mut body = vec![0; usize::try_from(length)?];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

pub fn hex(bytes: &[u8]) -> Value {
    data_encoding::HEXLOWER.encode(bytes).into()
}
