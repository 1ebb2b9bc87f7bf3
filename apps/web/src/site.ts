import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BindError } from '@grapevine/net';
import { isLocal, isOurs } from './host-name.js';
import { PageFiles } from './page-files.js';

/** What a page needs to know to join, as `/grapevine.json` has it. */
export interface SiteContent {
  /** The topic id, 64 hex digits. */
  readonly topic: string;
  /** Tickets of the hubs, good for eleven days at least. */
  readonly tickets: readonly string[];
}

/** Scripts and styles of our own, the empty icon, connections to wherever the tickets lead, and nothing else. */
const POLICY =
  "default-src 'self'; img-src 'self' data:; connect-src 'self' https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the built page, and beside it what the page needs to join. */
export class Site implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @param content asked at each request: tickets change
   * @param names under which a proxy on this machine serves the page to others
   * @throws BindError
   */
  static async serve(
    host: string,
    port: number,
    content: () => SiteContent,
    names: readonly string[] = [],
  ): Promise<Site> {
    const files = new PageFiles();
    const server = createServer((request, response) => {
      answer(request, response, { files, content, names }).catch(() => response.writeHead(500).end());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(new BindError(`${host} port ${port}`, error)));
      server.listen(port, host, resolve);
    });
    return new Site(server);
  }

  /** Where to point a browser. */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What a site is made of. */
interface Served {
  readonly files: PageFiles;
  readonly content: () => SiteContent;
  readonly names: readonly string[];
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { files, content, names }: Served,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  const [path = '/'] = (request.url ?? '/').split('?', 1); // no URL: a stranger's path need not make one
  if (path === '/grapevine.json') {
    if (isLocal(request.socket.localAddress) && !isOurs(request.headers.host, names)) {
      response.writeHead(421, { 'content-type': 'text/plain' });
      return void response.end(
        'told to those who ask for an address, localhost or the host of --web-advertise: a proxy sets Host to one of them\n',
      );
    }
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    return void response.end(JSON.stringify(content()));
  }
  const file = await files.get(path, String(request.headers['accept-encoding'] ?? ''));
  if (!file) return void response.writeHead(404, { 'content-type': 'text/plain' }).end('no such page\n');
  response.writeHead(200, {
    'content-type': file.type,
    ...(file.coding !== 'identity' && { 'content-encoding': file.coding }),
    vary: 'accept-encoding',
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(file.bytes);
}
