import type { TomlReader, TomlValue } from '@grapevine/cli-kit';
import type { Fault, Malice } from '@grapevine/sim';
import { readDuration } from './duration.js';
import { readProto } from './proto-keys.js';

/** What kind of value a field has: a share is from 0 to 1, a rate from 0 up, a count an integer from 1, a delay a duration above 0. */
type Kind = 'share' | 'rate' | 'count' | 'duration' | 'delay' | 'behavior' | 'proto';

/** A field, and whether it has to be there. */
type Field = Kind | `${Kind}!`;

const PERIOD = { from: 'duration', until: 'duration' } as const;

/** The fields of each fault, `type` aside. Names are as in `Fault`; the file spells them with underscores. */
const FIELDS: { readonly [T in Fault['type']]: Readonly<Record<string, Field>> } = {
  loss: { probability: 'share!', ...PERIOD },
  duplication: { probability: 'share!', ...PERIOD },
  reordering: { probability: 'share!', delay: 'delay!', ...PERIOD },
  slowNodes: { share: 'share!', delay: 'delay!', ...PERIOD },
  massFailure: { share: 'share!', at: 'duration', noticeAfter: 'duration' },
  partition: { share: 'share!', noticeAfter: 'duration', ...PERIOD },
  churn: { joins: 'rate', contacts: 'count', leaves: 'rate', crashes: 'rate', noticeAfter: 'duration', ...PERIOD },
  malicious: { behavior: 'behavior!', share: 'share!', interval: 'delay', ...PERIOD },
  heterogeneous: { share: 'share!', config: 'proto!' },
};

const BEHAVIORS: readonly string[] = ['silent', 'liar', 'flooder'] satisfies Malice[];

/** Per second. */
const MAX_RATE = 1_000_000;
const MAX_COUNT = 1_000;

const TYPES = Object.keys(FIELDS) as readonly Fault['type'][];

/** One item of `[[scenario.fault]]`. */
export function readFault(reader: TomlReader): Fault {
  const value = reader.need('type');
  const name = reader.asText(value, 'type');
  const type = TYPES.find((each) => snakeCase(each) === name);
  if (type === undefined) throw reader.mustBe(value, 'type', `one of ${TYPES.map(snakeCase).join(', ')}`);
  const fault: Record<string, unknown> = { type };
  const fields = Object.entries(FIELDS[type]);
  for (const [field, form] of fields) {
    const key = snakeCase(field);
    const given = form.endsWith('!') ? reader.need(key) : reader.take(key);
    if (given !== undefined) fault[field] = readField(reader, key, form.replace('!', '') as Kind, given);
  }
  reader.end(['type', ...fields.map(([field]) => snakeCase(field))].join(', '));
  return fault as unknown as Fault; // the table above has the fields of each type
}

function readField(reader: TomlReader, key: string, kind: Kind, value: TomlValue): unknown {
  switch (kind) {
    case 'share':
      return reader.asNumber(value, key, 0, 1);
    case 'rate':
      return reader.asNumber(value, key, 0, MAX_RATE);
    case 'count':
      return reader.asInteger(value, key, 1, MAX_COUNT);
    case 'duration':
      return readDuration(reader, key, value);
    case 'delay': {
      const delay = readDuration(reader, key, value);
      if (delay === 0) throw reader.mustBe(value, key, 'above 0');
      return delay;
    }
    case 'behavior': {
      const behavior = reader.asText(value, key);
      if (!BEHAVIORS.includes(behavior)) throw reader.mustBe(value, key, `one of ${BEHAVIORS.join(', ')}`);
      return behavior;
    }
    case 'proto':
      return readProto(reader.asTable(value, key));
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
