import type { GossipEvent } from '@grapevine/net';
import { MemoryNetwork } from '@grapevine/net/memory';
import { topicIdFromBytes } from '@grapevine/proto';
import { Ledger, type Membership, type Reader } from './ledger.js';
import { Machine, type OpenSession, type Process } from './machine.js';
import { PathFaults } from './path-faults.js';
import { Random } from './random.js';
import type { Schedule, Step } from './schedule.js';
import { Trace } from './trace.js';
import { VirtualClock } from './virtual-clock.js';

const PACKETS = ['open', 'data', 'fin', 'finAck', 'reset', 'stop', 'credit', 'close', 'ping', 'pong'] as const;
const TIMER = 100;
const COMMAND = 101;
const HEARD = 102;

/** The machines of a schedule, their network and their time. It carries out the steps. */
export class World {
  readonly schedule: Schedule;
  readonly time = new VirtualClock();
  readonly trace = new Trace();
  readonly ledger = new Ledger();
  readonly machines: readonly Machine[];
  readonly network: MemoryNetwork;
  readonly paths: PathFaults;
  /** Shutdowns under way. */
  readonly stopping = new Set<Promise<void>>();
  readonly #clock = this.time.machine(() => {});

  constructor(schedule: Schedule) {
    this.schedule = schedule;
    const hosts = new Map<string, number>();
    const indexOf = ({ socketAddr }: { socketAddr: { host: string } }) => hosts.get(socketAddr.host) ?? -1;
    this.network = new MemoryNetwork({
      latencyMs: schedule.latencyMs,
      idleTimeoutMs: schedule.idleTimeoutMs,
      clock: this.#clock,
      random: new Random(schedule.seed, 3).next,
      onPacket: (from, to, packet) => {
        this.#event(PACKETS.indexOf(packet.type), indexOf(from), indexOf(to));
        if (packet.type === 'data') this.trace.note(packet.bytes.length, packet.bytes.at(-1) ?? 0);
      },
    });
    this.machines = schedule.machines.map((spec, index) => {
      hosts.set(`10.0.0.${index + 1}`, index);
      const { time, network } = this;
      return new Machine(index, spec, {
        schedule,
        time,
        network,
        onTimer: (machine) => this.#event(TIMER, machine, 0),
      });
    });
    this.paths = new PathFaults(this.network, this.machines);
  }

  /** Carries out a step. One that is impossible now, such as publishing at a node that is gone, does nothing. */
  carryOut(step: Step): void {
    this.#event(COMMAND, step.at, 0);
    if ('machine' in step) {
      const machine = this.machines[step.machine];
      if (machine) this.#onMachine(machine, step);
    } else {
      this.#cut(step);
    }
  }

  /** Shuts every node down. */
  stopAll(): void {
    for (const machine of this.machines) this.#stop(machine);
  }

  #onMachine(machine: Machine, step: Exclude<Step, { do: 'cut' }>): void {
    switch (step.do) {
      case 'start':
        if (!machine.process) this.#start(machine, step.topics, step.via, false);
        return;
      case 'subscribe':
        return this.#subscribe(machine, step.topic, step.via);
      case 'unsubscribe':
        return this.#unsubscribe(machine, step.topic);
      case 'stop':
        return this.#stop(machine);
      case 'publish':
        return this.#publish(machine, step.topic, step.count, step.everyMs, step.bytes);
      case 'crash':
        return this.#crash(machine, step);
      case 'sleep':
        return this.#sleep(machine, step.forMs);
      case 'shape':
        return this.#impair(machine, step.forMs, () => this.paths.shape(machine, step.conditions));
      case 'mute':
        this.#disturb([machine]);
        return this.#impair(machine, step.forMs, ({ endpoint }) => {
          this.network.mute(endpoint);
          return () => this.network.unmute(endpoint);
        });
      case 'stopReading':
        return this.#stopReading(machine, step.topic, step.forMs);
      case 'killSocket':
        return this.#killSocket(machine);
    }
  }

  // Processes.

  #start(machine: Machine, topics: readonly number[], via: readonly number[], moves: boolean): void {
    machine.start(moves);
    machine.disturbedAt = this.time.now;
    this.paths.reapply(machine);
    for (const topic of topics) this.#subscribe(machine, topic, via);
  }

  #stop(machine: Machine): void {
    const { process } = machine;
    if (!process) return;
    if (machine.isAsleep) this.#wake(machine);
    this.network.unmute(process.endpoint);
    this.#endProcess(machine, process);
    const stopping = process.router.shutdown().finally(() => this.stopping.delete(stopping));
    this.stopping.add(stopping);
  }

  #crash(machine: Machine, { forMs, moves, via }: Step & { do: 'crash' }): void {
    const { process } = machine;
    if (!process) return;
    this.#disturb([machine]);
    const topics = [...process.memberships.keys()];
    for (const topic of topics) machine.lostAt.set(topic, this.time.now);
    process.clock.kill();
    machine.isAsleep = false;
    this.network.crash(process.endpoint);
    this.#endProcess(machine, process);
    this.#clock.setTimer(() => {
      if (!machine.process) this.#start(machine, topics, via, moves);
    }, forMs);
  }

  /** The socket dies. The process lives and shuts its node down, which can do nothing more. */
  #killSocket(machine: Machine): void {
    const { process } = machine;
    if (!process) return;
    this.#disturb([machine]);
    this.network.vanish(process.endpoint);
    this.#stop(machine);
  }

  #endProcess(machine: Machine, process: Process): void {
    for (const membership of process.memberships.values()) membership.until = this.time.now;
    for (const { reader } of [...process.sessions.values()].flat()) reader.isOpen = false;
    machine.process = undefined;
  }

  // Subscriptions.

  #subscribe(machine: Machine, topic: number, via: readonly number[]): void {
    const { process } = machine;
    if (!process || machine.isAsleep) return;
    const lostAt = machine.lostAt.get(topic);
    machine.lostAt.delete(topic);
    const known = process.memberships.get(topic);
    const membership = known ?? this.ledger.enter(machine.index, topic, this.time.now);
    process.memberships.set(topic, membership);
    const reader = this.ledger.read(membership, known ? this.time.now : (lostAt ?? this.time.now));
    const bootstrap = via.flatMap((index) => this.machines[index]?.addr ?? []);
    const { queueCapacity } = machine.spec;
    void process.node
      .subscribe(topicIdOf(topic), { bootstrap, ...(queueCapacity !== undefined && { queueCapacity }) })
      .then((session) => {
        const sessions = process.sessions.get(topic) ?? [];
        process.sessions.set(topic, sessions);
        sessions.push({ session, reader });
        void this.#read({ session, reader });
      });
  }

  #unsubscribe(machine: Machine, topic: number): void {
    const { process } = machine;
    const open = machine.isAsleep ? undefined : process?.sessions.get(topic)?.pop();
    if (!process || !open) return;
    open.reader.isOpen = false;
    open.session.closeSender();
    open.session.closeReceiver();
    if (process.sessions.get(topic)?.length !== 0) return;
    const membership = process.memberships.get(topic);
    if (membership) membership.until = this.time.now;
    process.memberships.delete(topic);
  }

  async #read({ session, reader }: OpenSession): Promise<void> {
    for (;;) {
      while (reader.gate) await reader.gate;
      const next = await session.next();
      if (next.done) break;
      if (reader.isOpen) this.#heard(reader, next.value);
    }
    reader.hasEnded = true;
  }

  #heard(reader: Reader, event: GossipEvent): void {
    switch (event.type) {
      case 'received':
        this.trace.note(HEARD, reader.id, this.ledger.receive(reader, event.content) ?? -1);
        return;
      case 'lagged': {
        const reason = 'reason' in event ? String(event.reason) : 'slow-reader';
        reader.told[reason] = (reader.told[reason] ?? 0) + event.missed;
        this.trace.note(HEARD, reader.id, event.missed);
        return;
      }
      case 'neighborUp':
      case 'neighborDown':
        this.trace.note(HEARD, reader.id, event.type.length);
        return;
    }
  }

  #stopReading(machine: Machine, topic: number, forMs: number): void {
    const reader = machine.process?.sessions.get(topic)?.at(-1)?.reader;
    if (!reader || reader.gate) return;
    reader.gate = new Promise((resolve) => {
      this.#clock.setTimer(() => {
        reader.gate = undefined;
        resolve();
      }, forMs);
    });
  }

  // Publishing.

  #publish(machine: Machine, topic: number, count: number, everyMs: number, bytes: number): void {
    const { process } = machine;
    if (!process || count === 0) return;
    const membership = process.memberships.get(topic);
    const session = process.sessions.get(topic)?.[0]?.session;
    if (membership && session && !machine.isAsleep) this.#send(membership, session, bytes);
    process.clock.setTimer(() => {
      if (machine.process === process) this.#publish(machine, topic, count - 1, everyMs, bytes);
    }, everyMs);
  }

  #send(membership: Membership, session: OpenSession['session'], bytes: number): void {
    const length = Math.min(bytes, session.maxContentLength('swarm'));
    const publication = this.ledger.publish(membership, this.time.now, length);
    this.#event(COMMAND, membership.id, length);
    session.send({ type: 'broadcast', content: publication.content, scope: 'swarm', whenAlone: 'keep' }).then(
      () => {
        publication.taken = 'yes';
        publication.at = this.time.now;
      },
      () => {
        publication.taken = 'refused';
      },
    );
  }

  // Faults.

  #sleep(machine: Machine, forMs: number): void {
    const { process } = machine;
    if (!process || machine.isAsleep) return;
    this.#disturb([machine]);
    machine.isAsleep = true;
    process.clock.sleep();
    this.network.suspend(process.endpoint);
    this.#clock.setTimer(() => {
      if (machine.process === process) this.#wake(machine);
    }, forMs);
  }

  #wake(machine: Machine): void {
    if (!machine.isAsleep || !machine.process) return;
    machine.isAsleep = false;
    machine.process.clock.wake();
    this.network.resume(machine.process.endpoint);
    this.#disturb([machine]);
  }

  #impair(machine: Machine, forMs: number, impair: (process: Process) => () => void): void {
    const { process } = machine;
    if (!process) return;
    machine.impairments++;
    const undo = impair(process);
    this.#clock.setTimer(() => {
      machine.impairments--;
      machine.disturbedAt = this.time.now;
      undo();
    }, forMs);
  }

  #cut({ machines, from, way, forMs }: Step & { do: 'cut' }): void {
    const [inside, outside] = [machines, from].map((side) => side.flatMap((index) => this.machines[index] ?? []));
    if (!inside || !outside) return;
    this.#disturb([...inside, ...outside]);
    const heal = this.paths.cut(inside, outside, way);
    this.#clock.setTimer(() => {
      heal();
      this.#disturb([...inside, ...outside]);
    }, forMs);
  }

  /** Notes that a fault on these machines has begun or ended. Machines with an open path to them have to recover, too. */
  #disturb(machines: readonly Machine[]): void {
    for (const each of this.machines) {
      if (machines.some((machine) => machine === each || this.paths.isOpen(machine.index, each.index))) {
        each.disturbedAt = this.time.now;
      }
    }
  }

  #event(kind: number, a: number, b: number): void {
    this.trace.event(this.time.now * 1024, kind, a, b);
  }
}

const topicIdOf = (topic: number) => topicIdFromBytes(new Uint8Array(32).fill(topic + 1));
