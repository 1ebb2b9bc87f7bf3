import { anArrayOf, anInteger, anObjectWith, type Check, describe, oneOf, someBytes } from '@grapevine/proto/check';

/** An object with such fields. It may have more. @param what it is called, with its article */
function anObjectOf(what: string, ...fields: readonly string[]): Check {
  return (name, value) => {
    const found = Object(value) as Record<string, unknown>;
    if (typeof value === 'object' && value !== null && fields.every((field) => found[field] !== undefined)) return;
    throw new TypeError(`${name} must be ${what} ({ ${fields.join(', ')} }), got ${describe(value)}`);
  };
}

export const aNetwork = anObjectWith('a Network', 'members', 'neighbors', 'snapshot', 'runFor');
export const aGenerator = anObjectWith('a ChaCha12Rng', 'nextU32', 'nextU64');
export const aPeer = anInteger(0);
/** Of simulated time, in nanoseconds. */
export const aTime = anInteger(0);
export const aCount = anInteger(0);

export const aNumber: Check = (name, value) => {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${describe(value)}`);
};

export const aShare: Check = (name, value) => {
  aNumber(name, value);
  if (!((value as number) >= 0 && (value as number) <= 1))
    throw new RangeError(`${name} must be a number from 0 to 1, got ${value}`);
};

const someNeighbors = anArrayOf('arrays of neighbors', anArrayOf('indices', aPeer));
const aShape = anObjectOf('an Overlay', 'links');
/** Its links are looked at as a whole: measures of an overlay look at them anyway. */
export const anOverlay: Check = (name, value) => {
  aShape(name, value);
  someNeighbors(`${name}.links`, (value as { links: unknown }).links);
};

export const someTraffic = anObjectOf('Traffic', 'payload', 'control', 'membership');
export const someRoundStats = anObjectOf('RoundStats', 'duration', 'rmr', 'ldh', 'missed');
const aSummary = anObjectOf('a RoundStatsSummary', 'len', 'min', 'max', 'mean');
export const someSummaries = anArrayOf('RoundStatsSummary', aSummary);
export const aScenario = anObjectOf('a Scenario', 'sim', 'nodes');
export const aScenarioResult = anObjectOf('a ScenarioResult', 'rounds', 'broadcasts', 'traffic');
export const aModeComparison = anObjectOf('a ModeComparison', 'scenario', 'mode', 'reliability');
export const aLoad = anObjectOf('a Load', 'nodes', 'pattern');
const aLoadResult = anObjectOf('a LoadResult', 'timed', 'expected', 'lost');
export const someResults = anArrayOf('LoadResult', aLoadResult);
export const aLoadRow = anObjectOf('a LoadRow', 'load', 'rule');
export const someDeliveries = anObjectOf('Deliveries', 'publishedAt', 'delays');
export const anEvent = anObjectOf('an event of the kernel', 'type');
export const aFault = anObjectOf('a Fault', 'type');
export const aBootstrap = anObjectOf('a Bootstrap', 'type');
const aPublication = anObjectOf('a Publication', 'from', 'content');
export const somePublications = anArrayOf('publications', (name, value) => {
  aPublication(name, value);
  aPeer(`${name}.from`, (value as { from: unknown }).from);
  someBytes(`${name}.content`, (value as { content: unknown }).content);
});
export const aCommand = anObjectOf('a Command', 'type');
export const aMessage = anObjectOf('a message', 'type');
export const aLatency = anObjectOf('a LatencyConfig', 'type');

/** From 0 to 2^64 - 1. */
export const aSeed: Check = (name, value) => {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw new TypeError(`${name} must be a whole number from 0 to 2^64 - 1, got ${describe(value)}`);
  }
  const isWhole = typeof value === 'bigint' || Number.isInteger(value);
  if (!isWhole || BigInt(value) !== BigInt.asUintN(64, BigInt(value))) {
    throw new RangeError(`${name} must be a whole number from 0 to 2^64 - 1, got ${String(value)}`);
  }
};

export const someSeeds = anArrayOf('seeds', aSeed);
export const aMode = oneOf('reference', 'hardened');
export const aRule = oneOf('reference', 'hardened', 'flood');

/** Scenarios by their names. */
export const namedScenarios: Check = (name, value) => {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${name} must be an object, got ${describe(value)}`);
  for (const [key, scenario] of Object.entries(value)) aScenario(`${name}.${key}`, scenario);
};
