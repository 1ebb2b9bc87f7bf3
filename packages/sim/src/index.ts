export { BroadcastMeter, type BroadcastReport, type DeliveryTimes, type ExpectedTimes } from './broadcast-meter.js';
export { ChaCha12Rng } from './chacha12-rng.js';
export { compareModes, inMode, MODES, type ModeComparison, modeComparison, modeTable } from './compare-modes.js';
export type {
  Churn,
  Duplication,
  Fault,
  FaultPeriod,
  Heterogeneous,
  Loss,
  Malice,
  Malicious,
  MassFailure,
  Partition,
  Reordering,
  SlowNodes,
} from './faults/fault.js';
export { faultRng } from './faults/fault-rng.js';
export { type InjectedFaults, injectFaults } from './faults/inject-faults.js';
export { findViolations, unevenBranches } from './invariants.js';
export { type Crash, type Load, MIN_PAYLOAD, type Pattern } from './load/load.js';
export type { Deliveries } from './load/load-meter.js';
export { type LoadRow, loadRow, loadTable } from './load/load-rows.js';
export { type LatenessWindow, latenessWindows, recoveryTime } from './load/recovery.js';
export { RULES, type Rule } from './load/rules.js';
export { type LoadResult, runLoad } from './load/run-load.js';
export { USUAL_LOADS } from './load/usual-loads.js';
export { memoHash } from './memo-hash.js';
export { Network } from './network.js';
export { type LatencyConfig, MILLISECOND, type NetworkConfig, SECOND } from './network-config.js';
export type { NetworkOptions, NodeOptions } from './network-options.js';
export type { Courier, Observer } from './observer.js';
export {
  averageShortestPath,
  clustering,
  componentSizes,
  EXACT_PATHS_UP_TO,
  type Flood,
  flood,
  inDegrees,
  type Overlay,
  overlayOf,
} from './overlay.js';
export {
  averageSummaries,
  compareRounds,
  type RoundStats,
  type RoundStatsDifference,
  type RoundStatsSummary,
} from './round-stats.js';
export { Samples } from './samples.js';
export {
  type Healing,
  type OverlayReport,
  type RunOptions,
  runScenario,
  type Scenario,
  type ScenarioKind,
  type ScenarioResult,
} from './scenario.js';
export { type Bootstrap, type Publication, Simulator, type SimulatorOptions } from './simulator.js';
export { TOPIC } from './topic.js';
export { inputText, outputText } from './trace-text.js';
export { type Traffic, trafficSince } from './traffic.js';
export type { WordSource } from './uniform.js';
