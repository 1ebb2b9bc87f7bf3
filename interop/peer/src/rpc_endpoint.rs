//! QUIC endpoints for irpc, with ALPN. irpc's own helpers set no ALPN, and most TLS libraries require one in QUIC.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use noq::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use noq::{ClientConfig, Endpoint, ServerConfig, TransportConfig};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::version::TLS13;
use rustls::RootCertStore;

/// The name that irpc's clients verify, whatever the address.
const SERVER_NAME: &str = "localhost";

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A server with a new self-signed certificate, and the certificate as DER.
pub fn server(bind: SocketAddr, alpn: &str) -> Result<(Endpoint, Vec<u8>)> {
    let made = rcgen::generate_simple_self_signed([SERVER_NAME.to_string()])?;
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())?;
    tls.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    let mut config = ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    let mut transport = TransportConfig::default();
    transport.max_concurrent_uni_streams(0_u8.into()); // as irpc's own helper
    config.transport_config(Arc::new(transport));
    let endpoint = Endpoint::server(config, bind).with_context(|| format!("cannot bind {bind}"))?;
    Ok((endpoint, certificate.to_vec()))
}

/// A client that trusts one certificate.
pub fn client(bind: SocketAddr, alpn: &str, certificate: Vec<u8>) -> Result<Endpoint> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from(certificate))
        .context("not a certificate")?;
    let mut tls = rustls::ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    let mut config = ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
    let mut transport = TransportConfig::default();
    transport.keep_alive_interval(Some(Duration::from_secs(1))); // as irpc's own helper
    config.transport_config(Arc::new(transport));
    let endpoint = Endpoint::client(bind).with_context(|| format!("cannot bind {bind}"))?;
    endpoint.set_default_client_config(config);
    Ok(endpoint)
}
