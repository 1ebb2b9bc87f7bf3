import type { TopicId } from '@grapevine/api';
import type { Page } from '@grapevine/metrics';

/** How a node is. */
export interface Health {
  /** Everything has started. */
  readonly up: boolean;
  /** It was told to end, or has failed. */
  readonly ending: boolean;
  /** Why it has lost its endpoint. */
  readonly failure: string | undefined;
}

/** Whoever knows a topic's id can join it. This many digits tell the operator which topic is meant, and give nobody else the id. */
const SHOWN_DIGITS = 10;

/** What a supervisor asks over HTTP. */
export function healthPages(
  look: () => Health & { readonly topicsWithoutNeighbor: readonly TopicId[] },
): Readonly<Record<'/healthz' | '/readyz', () => Page>> {
  return {
    '/healthz': () => {
      const { failure } = look();
      return { status: failure === undefined ? 200 : 503, body: { alive: failure === undefined } };
    },
    '/readyz': () => {
      const { up, ending, failure, topicsWithoutNeighbor } = look();
      const ready = up && !ending && failure === undefined && topicsWithoutNeighbor.length === 0;
      const shown = topicsWithoutNeighbor.map((topic) => topic.slice(0, SHOWN_DIGITS));
      return { status: ready ? 200 : 503, body: { ready, ending, failure, topicsWithoutNeighbor: shown } };
    },
  };
}
