import { type EndpointId, endpointIdSchema, type SecretKey, verifySignature } from '@grapevine/net';
import { bytes, decode, encode, enumOf, type Infer, string, struct } from '@grapevine/postcard';

const chatMessageSchema = enumOf({ aboutMe: { name: string }, message: { text: string } });

/** What a member says. `text` keeps the line ending with which it was typed: the Rust client's display counts on it. */
export type ChatMessage = Infer<typeof chatMessageSchema>;

/** The signature is a byte string with a length, unlike iroh's own signature type. */
const signedMessageSchema = struct({ from: endpointIdSchema, data: bytes, signature: bytes });

/** What a member says, and who it is. */
export interface AuthoredMessage {
  readonly from: EndpointId;
  readonly message: ChatMessage;
}

/** A message with its author's signature, byte for byte as the Rust example makes it. */
export function signMessage(key: SecretKey, message: ChatMessage): Uint8Array {
  const data = encode(chatMessageSchema, message);
  return encode(signedMessageSchema, { from: key.id, data, signature: key.sign(data) });
}

/**
 * Checks and reads a message. Bytes behind it are ignored, as in Rust.
 *
 * @throws Error saying what is wrong with it
 */
export function verifyMessage(content: Uint8Array): AuthoredMessage {
  const { from, data, signature } = decode(signedMessageSchema, content);
  if (!verifySignature(from, data, signature)) throw new Error('invalid signature');
  return { from, message: decode(chatMessageSchema, data) };
}
