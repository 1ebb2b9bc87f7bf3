import type { CertificateEndpointOptions, EndpointOptions } from '@grapevine/net/quic';

/** HTTP/3's own one-way streams: control, and two of QPACK (RFC 9114, section 6.2). */
const HTTP3_STREAMS = 3;
/** The QUIC transport's default. */
const MAX_STREAMS = 4_096;

/** The options of a QUIC endpoint for HTTP/3: what HTTP/3 itself needs is not taken from the session. */
export function quicOptionsOf(options: EndpointOptions): CertificateEndpointOptions {
  const { maxUniStreams = MAX_STREAMS, maxBiStreams = MAX_STREAMS } = options;
  return {
    ...options,
    maxUniStreams: maxUniStreams + HTTP3_STREAMS,
    maxBiStreams: maxBiStreams + 1,
    datagrams: true,
  };
}
