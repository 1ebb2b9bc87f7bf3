import type { MemoryNetwork } from '@grapevine/net/memory';
import type { Machine } from './machine.js';
import type { Step } from './schedule.js';

type Conditions = (Step & { do: 'shape' })['conditions'];

/** The faults on the paths between machines. They may overlap. */
export class PathFaults {
  readonly #network: MemoryNetwork;
  readonly #machines: readonly Machine[];
  /** How many cuts lie on a path, by `FROM TO`. */
  readonly #cuts = new Map<string, number>();
  readonly #shapes = new Map<Machine, Conditions>();

  constructor(network: MemoryNetwork, machines: readonly Machine[]) {
    this.#network = network;
    this.#machines = machines;
  }

  /** Whether packets pass both ways between two machines. */
  isOpen(a: number, b: number): boolean {
    return !this.#cuts.has(`${a} ${b}`) && !this.#cuts.has(`${b} ${a}`);
  }

  /** Cuts the paths between two groups, or those out of the first. @returns undoes it */
  cut(inside: readonly Machine[], outside: readonly Machine[], way: 'both' | 'out'): () => void {
    const directions: [Machine, Machine][] = [];
    for (const a of inside) {
      for (const b of outside) {
        if (a === b) continue;
        directions.push([a, b]);
        if (way === 'both') directions.push([b, a]);
      }
    }
    for (const [from, to] of directions) this.#count(from, to, 1);
    return () => {
      for (const [from, to] of directions) this.#count(from, to, -1);
    };
  }

  /** Gives all paths from and to a machine these conditions. @returns undoes it */
  shape(machine: Machine, conditions: Conditions): () => void {
    this.#shapes.set(machine, conditions);
    this.#applyShape(machine, conditions);
    return () => {
      if (this.#shapes.get(machine) !== conditions) return; // a later fault has replaced it
      this.#shapes.delete(machine);
      this.#applyShape(machine, {});
    };
  }

  /** A machine has a new endpoint: applies the faults on its paths to that. */
  reapply(machine: Machine): void {
    for (const other of this.#machines) {
      if (!other.endpoint || !machine.endpoint || other === machine) continue;
      if (this.#cuts.has(`${machine.index} ${other.index}`)) this.#network.cutOneWay(machine.endpoint, other.endpoint);
      if (this.#cuts.has(`${other.index} ${machine.index}`)) this.#network.cutOneWay(other.endpoint, machine.endpoint);
    }
    for (const [shaped, conditions] of this.#shapes) this.#applyShape(shaped, conditions);
  }

  #applyShape(machine: Machine, conditions: Conditions): void {
    for (const other of this.#machines) {
      if (!other.endpoint || !machine.endpoint || other === machine) continue;
      this.#network.shape(machine.endpoint, other.endpoint, conditions);
      this.#network.shape(other.endpoint, machine.endpoint, conditions);
    }
  }

  #count(from: Machine, to: Machine, change: number): void {
    const key = `${from.index} ${to.index}`;
    const count = (this.#cuts.get(key) ?? 0) + change;
    if (count > 0) this.#cuts.set(key, count);
    else this.#cuts.delete(key);
    if (!from.endpoint || !to.endpoint) return;
    if (count > 0) this.#network.cutOneWay(from.endpoint, to.endpoint);
    else this.#network.healOneWay(from.endpoint, to.endpoint);
  }
}
