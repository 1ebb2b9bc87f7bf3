import type { RecvStream } from '@grapevine/net';
import { H3, Http3Error } from './codes.js';
import { FRAME, readFrame, STREAM } from './frame.js';
import { decodeSettings, type PeerSettings } from './settings.js';
import type { StreamReader } from './stream-reader.js';

/** The longest frame of a control stream, in bytes. */
const MAX_FRAME = 4_096;
/** The most bytes of instructions for a QPACK table of size 0, for which a few bytes would do. */
const MAX_QPACK_BYTES = 1_024;

/** Frames that may come on a control stream after the settings. None of them concerns a connection with one session. */
const IGNORED = [FRAME.goaway, FRAME.maxPushId, FRAME.cancelPush];

/** The peer's streams that serve the connection as a whole (RFC 9114, section 6.2.1; RFC 9204, section 4.2). */
export class ControlStreams {
  readonly #onSettings: (settings: PeerSettings) => void;
  readonly #seen = new Set<number>();

  constructor(onSettings: (settings: PeerSettings) => void) {
    this.#onSettings = onSettings;
  }

  /** Reads such a stream until it ends, which is an error. @throws Http3Error */
  async read(type: number, stream: StreamReader): Promise<never> {
    if (this.#seen.has(type)) throw new Http3Error(H3.streamCreationError, `a second stream of type ${type}`);
    this.#seen.add(type);
    if (type === STREAM.control) await this.#readControl(stream);
    else await readQpack(type, stream);
    throw new Http3Error(H3.closedCriticalStream, `the stream of type ${type} ended`);
  }

  async #readControl(stream: StreamReader): Promise<void> {
    const first = await stream.varint();
    if (first !== FRAME.settings)
      throw new Http3Error(H3.missingSettings, 'the control stream does not begin with SETTINGS');
    const length = (await stream.varint()) ?? Number.POSITIVE_INFINITY;
    if (length > MAX_FRAME) throw new Http3Error(H3.excessiveLoad, `settings of ${length} bytes`);
    this.#onSettings(decodeSettings(await stream.exactly(length)));
    while (await readFrame(stream, IGNORED, MAX_FRAME));
  }
}

async function readQpack(type: number, stream: RecvStream): Promise<void> {
  let length = 0;
  for (let bytes = await stream.read(); bytes; bytes = await stream.read()) {
    length += bytes.length;
    if (length > MAX_QPACK_BYTES)
      throw new Http3Error(
        type === STREAM.qpackEncoder ? H3.qpackEncoderStreamError : H3.qpackDecoderStreamError,
        'instructions for a QPACK table that has no room',
      );
  }
}
