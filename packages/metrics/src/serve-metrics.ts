import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aFunction, anInteger, aString, type Checks, checkOptions, describe } from '@grapevine/proto/check';
import { register as globalRegistry } from 'prom-client';
import { type AnyRegistry, aRegistry } from './any-registry.js';

/** How to serve metrics. */
export interface ServeMetricsOptions {
  /** Default: prom-client's global registry. */
  readonly registry?: AnyRegistry | undefined;
  /** 0 lets the operating system choose. */
  readonly port: number;
  /** Default `127.0.0.1`: nobody outside of this machine can read them. */
  readonly host?: string | undefined;
  /** More pages, by path, such as `/healthz` for a supervisor. Default: none. */
  readonly pages?: Readonly<Record<string, () => Page>> | undefined;
}

/** What a page answers. */
export interface Page {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
}

/** A running metrics server. */
export interface MetricsServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `http://…/metrics` */
  readonly url: string;
  close(): Promise<void>;
}

const CHECKS: Checks<ServeMetricsOptions> = {
  registry: aRegistry,
  port: anInteger(0, 65_535),
  host: aString,
  pages: (name, value) => {
    if (typeof value !== 'object' || value === null) {
      throw new TypeError(`${name} must be an object of functions by path, got ${describe(value)}`);
    }
    for (const [path, page] of Object.entries(value)) {
      if (!path.startsWith('/')) throw new RangeError(`a path of ${name} must begin with "/", got ${describe(path)}`);
      aFunction(`${name}[${describe(path)}]`, page);
    }
  },
};

/**
 * Answers `GET /metrics` with what a registry holds, in the registry's format (Prometheus text unless told otherwise), and the paths of
 * `pages`.
 *
 * @throws TypeError, RangeError that name the option; Error when the port can't be bound
 */
export async function serveMetrics(options: ServeMetricsOptions): Promise<MetricsServer> {
  checkOptions('serveMetrics', options, CHECKS);
  CHECKS.port('port', options?.port); // the one that must be there
  const { registry = globalRegistry, port, host = '127.0.0.1', pages = {} } = options;
  const server = createServer((request, response) => void answer(registry, pages, request, response));
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

async function answer(
  registry: AnyRegistry,
  pages: Readonly<Record<string, () => Page>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split('?')[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (path !== '/metrics' && page === undefined) {
    return end(response, 404, `not found; there are ${['/metrics', ...Object.keys(pages)].join(', ')}\n`);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'only GET and HEAD\n');
  try {
    if (page !== undefined) {
      const { status, body } = page();
      response.setHeader('content-type', 'application/json');
      return end(response, status, `${JSON.stringify(body)}\n`);
    }
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
