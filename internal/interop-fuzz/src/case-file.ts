import { decode, encode } from '@grapevine/postcard';
import type { MessageId } from '@grapevine/proto';
import type { FuzzCase, Step } from './fuzz-case.js';
import { type PeerCodec, peerCodec } from './peer-codec.js';

// A case as JSON: settings on the first line, then a step on each. Messages are their bytes on the wire, in hexadecimal.

export function caseToText({ steps, ...setting }: FuzzCase): string {
  const codec = peerCodec(setting.ids);
  return [setting, ...steps.map((step) => stepToJson(step, codec))].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** @throws SyntaxError or TypeError when the text is no case. */
export function caseFromText(text: string): FuzzCase {
  const [setting, ...steps] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const codec = peerCodec(setting.ids);
  return { ...setting, steps: steps.map((step) => stepFromJson(step, codec)) };
}

type Json = Record<string, unknown>;

function stepToJson(step: Step, { message }: PeerCodec): unknown {
  switch (step.do) {
    case 'start':
    case 'data':
      return { ...step, data: hex(step.data) };
    case 'broadcast':
      return { ...step, content: hex(step.content) };
    case 'receive':
      return { ...step, type: step.message.type, message: hex(encode(message, step.message)) };
    case 'timer': {
      const { task } = step;
      return {
        ...step,
        task: task.type === 'sendGraft' ? { ...task, id: hex(Buffer.from(task.id, 'utf16le')) } : task,
      };
    }
    case 'join':
    case 'quit':
    case 'disconnected':
      return step;
  }
}

function stepFromJson(json: Json, { message }: PeerCodec): Step {
  switch (json.do) {
    case 'start':
    case 'data':
      return { ...json, data: bytes(json.data) } as unknown as Step;
    case 'broadcast':
      return { ...json, content: bytes(json.content) } as unknown as Step;
    case 'receive': {
      const { type: _, ...rest } = json;
      return { ...rest, message: decode(message, bytes(json.message)) } as unknown as Step;
    }
    case 'timer': {
      const task = json.task as Json;
      const id = task.type === 'sendGraft' ? { id: Buffer.from(bytes(task.id)).toString('utf16le') as MessageId } : {};
      return { ...json, task: { ...task, ...id } } as unknown as Step;
    }
    default:
      return json as unknown as Step;
  }
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}

function bytes(text: unknown): Uint8Array {
  return Uint8Array.from(Buffer.from(String(text), 'hex'));
}
