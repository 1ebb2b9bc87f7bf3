import { ConnectError, type EndpointId, verifySignature } from '@grapevine/net';
import type { WebSession } from '../session/web-session.js';
import { MessageStream } from './message-stream.js';
import { accepted, dialerStatement, type Hello, helloSchema, proofSchema } from './messages.js';

/** Why a listener refuses a dialer. */
export type Refusal = 'refused' | 'unknownProtocol';

/** Tells a dialer that it is refused. */
export async function refuseDialer(session: WebSession, refusal: Refusal): Promise<void> {
  const messages = new MessageStream(await session.openBi());
  messages.send(helloSchema, { type: refusal });
  messages.finish();
}

/**
 * The listener's side of the handshake.
 *
 * @param hello who we are, with a nonce for this session alone
 * @returns who the dialer is
 * @throws ConnectError
 */
export async function proveListener(
  session: WebSession,
  hello: Hello & { readonly type: 'hello' },
  alpn: string,
): Promise<EndpointId> {
  const messages = new MessageStream(await session.openBi());
  messages.send(helloSchema, hello);
  const { id, signature } = await messages.receive(proofSchema);
  if (!verifySignature(id, dialerStatement(hello.id, hello.nonce, alpn), signature))
    throw new ConnectError('identity-mismatch', `the dialer has not proven that it is ${id}`);
  messages.send(accepted, { type: 'accepted' });
  messages.finish();
  return id;
}
