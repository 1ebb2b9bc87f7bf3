import type { FailureResult } from './failure.js';
import type { PaperMeasurements } from './measure.js';
import type { OverlayReport } from './overlay-report.js';
import type { TreeResult } from './tree.js';

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The settled overlays: one for each failure share, each from a seed of its own. */
export function overlaysOf({ failures }: PaperMeasurements): OverlayReport[] {
  return failures.map(({ overlay }) => overlay);
}

/** Index = in-degree, value = nodes, the mean over overlays. */
export function meanInDegrees(overlays: readonly OverlayReport[]): number[] {
  const length = Math.max(...overlays.map(({ inDegrees }) => inDegrees.length));
  return Array.from({ length }, (_, degree) => mean(overlays.map(({ inDegrees }) => inDegrees[degree] ?? 0)));
}

export function meanReliability({ reliabilities }: FailureResult): number {
  return mean(reliabilities);
}

/** After how many messages every live node is reached again, and stays so; `undefined` when the last one missed some. */
export function messagesUntilBack({ reliabilities }: FailureResult): number | undefined {
  const lastLoss = reliabilities.findLastIndex((reliability) => reliability < 1);
  return lastLoss === reliabilities.length - 1 ? undefined : lastLoss + 1;
}

/** The mean last delivery hop of the later half of the cycles. */
export function settledLdh({ cycles }: TreeResult): number {
  return mean(cycles.slice(cycles.length >> 1).map(({ ldh }) => ldh));
}
