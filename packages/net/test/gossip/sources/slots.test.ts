import { expect, test } from 'vitest';
import { sourceOfHost } from '../../../src/address/source.js';
import { type Occupant, whoGivesWay } from '../../../src/gossip/sources/slots.js';

interface Named extends Occupant {
  readonly name: string;
}

function peer(name: string, source: string, more: Partial<Occupant> = {}): Named {
  return { name, source, since: 0, isOurs: false, isUseful: false, useless: 0, isWanted: () => false, ...more };
}

const now = 100_000;
const fresh = { since: now - 100 };
const stranger = { source: 'new', isOurs: false };
const ours = { source: 'new', isOurs: true };
const leaver = (occupants: Named[], newcomer = stranger) => whoGivesWay(occupants, newcomer, now)?.name;

test('neighbors and peers that we dialed keep their slots, whoever comes', () => {
  const all = [peer('neighbor', 'a', { isWanted: () => true }), peer('dialed', 'a', { isOurs: true })];
  expect(leaver(all)).toBeUndefined();
  expect(leaver(all, ours)).toBeUndefined();
});

test('who has only talked about topics that we are not in goes first', () => {
  const all = [
    peer('quiet', 'a'),
    peer('rubbish', 'b', { ...fresh, useless: 1 }),
    peer('both', 'c', { useless: 9, isUseful: true }),
  ];
  expect(leaver(all)).toBe('rubbish');
});

test('then one of the host with the most goes: a flood of keys displaces itself', () => {
  const flood = Array.from({ length: 8 }, (_, i) => peer(`flood${i}`, 'evil', fresh));
  expect(leaver([peer('honest', 'a', fresh), ...flood])).toBe('flood0');
  expect(leaver([peer('honest', 'a', fresh), ...flood], { source: 'evil', isOurs: false })).toBeUndefined();
});

test('one of the network with the most goes, however many sources it has', () => {
  const flood = Array.from({ length: 8 }, (_, i) => peer(`flood${i}`, sourceOfHost(`2001:db8:1:${i}::1`), fresh));
  const honest = peer('honest', sourceOfHost('2001:db8:2:1::1'), fresh);
  expect(leaver([honest, ...flood], { source: sourceOfHost('2001:db8:3::1'), isOurs: false })).toBe('flood0');
  expect(leaver([honest, ...flood], { source: sourceOfHost('2001:db8:1:99::1'), isOurs: false })).toBeUndefined();
});

test('a stranger has five seconds to say something; a peer that we dialed waits for nobody', () => {
  const all = [peer('a', 'a', fresh), peer('b', 'b', fresh)];
  expect(leaver(all)).toBeUndefined();
  expect(leaver(all, ours)).toBe('a');
  expect(leaver([peer('a', 'a', fresh), peer('b', 'b')])).toBe('b');
});

test('many honest nodes behind one address: the newcomer takes the slot of one that was unused for long, and no other', () => {
  const lab = Array.from({ length: 200 }, (_, i) =>
    peer(`node${i}`, '127.0.0.1', { isWanted: () => i !== 7, isUseful: true }),
  );
  expect(leaver(lab, { source: '127.0.0.1', isOurs: false })).toBe('node7');
  expect(
    leaver(
      lab.filter(({ name }) => name !== 'node7'),
      { source: '127.0.0.1', isOurs: false },
    ),
  ).toBeUndefined();
});
