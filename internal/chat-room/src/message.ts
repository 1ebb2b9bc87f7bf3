import { type EndpointId, endpointIdSchema, verifySignatureAsync } from '@grapevine/net';
import { bytes, decode, encode, enumOf, type Infer, string, struct } from '@grapevine/postcard';

const chatMessageSchema = enumOf({ aboutMe: { name: string }, message: { text: string } });

/** What a member sends. `text` keeps the line ending with which it was typed, because the Rust client prints it as it is. */
export type ChatMessage = Infer<typeof chatMessageSchema>;

/** The signature is a byte string with a length, unlike iroh's own signature type. */
const signedMessageSchema = struct({ from: endpointIdSchema, data: bytes, signature: bytes });

/** What a member says, and who it is. */
export interface AuthoredMessage {
  readonly from: EndpointId;
  readonly message: ChatMessage;
}

/** A key that signs: a `SecretKey`, or a non-extractable key of a browser. */
export interface Author {
  readonly id: EndpointId;
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/**
 * Bytes behind each message that make it unique: Rust ignores them, and without them two equal lines would be one message to the
 * swarm, whose second copy nobody sees.
 */
const NONCE_LENGTH = 8;

/** A message with its author's signature, byte for byte as the Rust example makes it. */
export async function signMessage(author: Author, message: ChatMessage): Promise<Uint8Array> {
  const data = encode(chatMessageSchema, message);
  return encode(signedMessageSchema, { from: author.id, data, signature: await author.sign(data) });
}

/** A signed message that is unique, for broadcasting. */
export async function sealMessage(author: Author, message: ChatMessage): Promise<Uint8Array> {
  const signed = await signMessage(author, message);
  const sealed = new Uint8Array(signed.length + NONCE_LENGTH);
  sealed.set(signed);
  crypto.getRandomValues(sealed.subarray(signed.length));
  return sealed;
}

/**
 * Checks and reads a message. Bytes behind it are ignored, as in Rust.
 *
 * @throws Error saying what is wrong with it
 */
export async function verifyMessage(content: Uint8Array): Promise<AuthoredMessage> {
  const { from, data, signature } = decode(signedMessageSchema, content);
  if (!(await verifySignatureAsync(from, data, signature))) throw new Error('invalid signature');
  return { from, message: decode(chatMessageSchema, data) };
}
