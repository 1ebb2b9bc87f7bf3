import type { Fault } from './fault.js';

/**
 * Refuses faults that make no sense.
 *
 * @throws RangeError that names the fault, the field and its value.
 */
export function checkFault(fault: Fault): void {
  switch (fault.type) {
    case 'loss':
    case 'duplication':
      checkShare(fault.type, 'probability', fault.probability);
      break;
    case 'reordering':
      checkShare(fault.type, 'probability', fault.probability);
      checkPositive(fault.type, 'delay', fault.delay);
      break;
    case 'slowNodes':
      checkShare(fault.type, 'share', fault.share);
      checkPositive(fault.type, 'delay', fault.delay);
      break;
    case 'massFailure':
    case 'partition':
      checkShare(fault.type, 'share', fault.share);
      checkNotNegative(fault.type, 'noticeAfter', fault.noticeAfter);
      break;
    case 'heterogeneous':
      checkShare(fault.type, 'share', fault.share);
      break;
    case 'churn':
      for (const rate of ['joins', 'leaves', 'crashes', 'noticeAfter'] as const) {
        checkNotNegative(fault.type, rate, fault[rate]);
      }
      checkCount(fault.type, 'contacts', fault.contacts);
      break;
    case 'malicious':
      checkShare(fault.type, 'share', fault.share);
      if (!['silent', 'liar', 'flooder'].includes(fault.behavior)) {
        throw new RangeError(
          `malicious.behavior must be silent, liar or flooder, got ${JSON.stringify(fault.behavior)}`,
        );
      }
      if (fault.interval !== undefined) checkPositive(fault.type, 'interval', fault.interval);
      break;
    default:
      throw new RangeError(`unknown fault ${JSON.stringify((fault satisfies never as { type?: unknown }).type)}`);
  }
}

function checkShare(fault: string, field: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${fault}.${field} must be from 0 to 1, got ${value}`);
}

function checkPositive(fault: string, field: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${fault}.${field} must be above 0, got ${value}`);
}

function checkCount(fault: string, field: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
    throw new RangeError(`${fault}.${field} must be an integer from 1, got ${value}`);
  }
}

function checkNotNegative(fault: string, field: string, value: number | undefined): void {
  if (value !== undefined && !(value >= 0)) throw new RangeError(`${fault}.${field} must be at least 0, got ${value}`);
}
