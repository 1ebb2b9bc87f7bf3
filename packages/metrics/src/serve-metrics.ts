import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { register as globalRegistry } from 'prom-client';
import type { AnyRegistry } from './any-registry.js';

/** How to serve metrics. */
export interface ServeMetricsOptions {
  /** Default: prom-client's global registry. */
  readonly registry?: AnyRegistry;
  /** 0 lets the operating system choose. */
  readonly port: number;
  /** Default `127.0.0.1`: metrics tell strangers more than they need to know. */
  readonly host?: string;
}

/** A running metrics server. */
export interface MetricsServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `http://…/metrics` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Answers `GET /metrics` with what a registry holds, in the registry's format (Prometheus text unless told otherwise).
 *
 * @throws Error when the port can't be bound
 */
export async function serveMetrics({
  registry = globalRegistry,
  port,
  host = '127.0.0.1',
}: ServeMetricsOptions): Promise<MetricsServer> {
  const server = createServer((request, response) => void answer(registry, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    host: address.address,
    port: address.port,
    url: `http://${shown}:${address.port}/metrics`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function answer(registry: AnyRegistry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path !== '/metrics') return end(response, 404, 'metrics are at /metrics\n');
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'only GET and HEAD\n');
  try {
    const text = await registry.metrics();
    response.setHeader('content-type', registry.contentType);
    end(response, 200, text);
  } catch (error) {
    end(response, 500, `${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.end(text);
}
