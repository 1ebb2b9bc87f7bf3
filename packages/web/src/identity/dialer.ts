import { type BiStream, ConnectError, type EndpointId, verifySignatureAsync } from '@grapevine/net';
import type { WebSession } from '../session/web-session.js';
import type { WebKey } from './key.js';
import { MessageStream } from './message-stream.js';
import { accepted, dialerStatement, type Hello, helloSchema, MAX_HASHES, proofSchema, statement } from './messages.js';

/** What a dialer expects of the listener that it has reached. */
export interface Expected {
  readonly id: EndpointId;
  /** The hashes of certificates that are pinned. */
  readonly hashes: readonly Uint8Array[];
  readonly alpn: string;
}

/**
 * The dialer's side of the handshake: checks that whoever holds the pinned certificate speaks for the expected endpoint, and proves who we are.
 *
 * @throws ConnectError
 */
export async function proveDialer(session: WebSession, key: WebKey, { id, hashes, alpn }: Expected): Promise<void> {
  const { done, value: stream } = await session.acceptBi()[Symbol.asyncIterator]().next();
  if (done) throw new ConnectError('transport', 'the session ended before the listener said who it is');
  const messages = new MessageStream(stream as BiStream);
  const hello = await messages.receive(helloSchema);
  switch (hello.type) {
    case 'refused':
      throw new ConnectError('refused', 'dial failed: the peer refused');
    case 'unknownProtocol':
      throw new ConnectError('alpn-mismatch', `dial failed: the peer does not speak ${alpn}`);
    case 'hello':
      break;
  }
  await checkHello(hello, id, hashes);
  const signature = await key.sign(dialerStatement(id, hello.nonce, alpn));
  messages.send(proofSchema, { id: key.id, signature });
  messages.finish();
  await messages.receive(accepted);
}

async function checkHello(
  hello: Hello & { readonly type: 'hello' },
  id: EndpointId,
  pinned: readonly Uint8Array[],
): Promise<void> {
  if (hello.id !== id) throw new ConnectError('identity-mismatch', `expected ${id}, found ${hello.id}`);
  const { hashes, notAfter, signature } = hello;
  if (hashes.length > MAX_HASHES || !(await verifySignatureAsync(id, statement(hashes, notAfter), signature)))
    throw new ConnectError('identity-mismatch', `${id} has not signed for the certificate`);
  if (Number(notAfter) * 1000 < Date.now())
    throw new ConnectError('identity-mismatch', `what ${id} has signed for its certificate has expired`);
  const isVouchedFor = (hash: Uint8Array) => hashes.some((own) => own.every((byte, i) => byte === hash[i]));
  if (!pinned.every(isVouchedFor))
    throw new ConnectError('identity-mismatch', `${id} has not signed for a certificate that was pinned`);
}
