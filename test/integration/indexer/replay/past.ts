import type { ChainEvents, Happened, Sent } from "./read-events.ts";

/** A cell of a row: what the index holds in that column. */
export type Cell = string | number | bigint | boolean | null;
export type TableRow = Readonly<Record<string, Cell>>;

/** Settings of the deployment that decide about rows. */
export interface Deployed {
  readonly minimum: { readonly executor: bigint; readonly validator: bigint };
  readonly treasury: string;
  readonly accounting: string;
  readonly epochSeconds: bigint;
}

/** The chain's events, to be asked by name. */
export class Past {
  readonly deployed: Deployed;
  readonly all: readonly Happened[];
  readonly #chain: ChainEvents;
  readonly #named = new Map<string, Happened[]>();
  readonly #order: ReadonlyMap<Happened, number>;

  constructor(chain: ChainEvents, deployed: Deployed) {
    this.#chain = chain;
    this.all = chain.events;
    this.deployed = deployed;
    this.#order = new Map(chain.events.map((event, index) => [event, index]));
    for (const [name, events] of Map.groupBy(chain.events, ({ name }) => name)) this.#named.set(name, events);
  }

  /** Events of these names, in the chain's order. */
  of(...names: readonly string[]): readonly Happened[] {
    if (names.length === 1) return this.#named.get(names[0] ?? "") ?? [];
    const found = names.flatMap((name) => this.#named.get(name) ?? []);
    return found.sort((one, other) => this.place(one) - this.place(other));
  }

  /** Which event of all it is. */
  place(event: Happened): number {
    return this.#order.get(event) ?? -1;
  }

  sent({ transactionHash }: Happened): Sent {
    const found = this.#chain.sent.get(transactionHash);
    if (found === undefined) throw new Error(`no transaction ${transactionHash} was read`);
    return found;
  }

  /** When the answer of a settlement was finished; null where its transaction called no escrow. */
  answeredAt(event: Happened): number | null {
    if (this.sent(event).to !== this.deployed.accounting) return null;
    return this.#chain.answerTimes.get(text(event, "responseHash")) ?? null;
  }
}

export const text = (event: Happened, argument: string): string => String(event.args[argument]);

export const amount = (event: Happened, argument: string): bigint => BigInt(event.args[argument] as bigint);

export const seconds = (event: Happened, argument: string): number => Number(event.args[argument]);

/** A deadline: zero is none. */
export const deadline = (event: Happened, argument: string): number | null => seconds(event, argument) || null;

/** A member of a struct in an event. */
export const part = (event: Happened, struct: string, member: string): bigint =>
  BigInt((event.args[struct] as Record<string, bigint>)[member] ?? 0n);

export const sum = (events: readonly Happened[], argument: string): bigint =>
  events.reduce((all, event) => all + amount(event, argument), 0n);

/** Where an event happened. */
export const at = ({ block, timestamp, transactionHash }: Happened) => ({ block, timestamp, transactionHash });

/** Likewise, with its own id. */
export const origin = (event: Happened) => ({ id: event.id, ...at(event) });

/** By a key of each event, in the order of first events. */
export const grouped = (events: readonly Happened[], ...keys: readonly string[]): Happened[][] => [
  ...Map.groupBy(events, (event) => keys.map((key) => text(event, key)).join()).values(),
];

/** Whether the event is about this account, by the name of the argument. */
export const about =
  (argument: string, account: string) =>
  ({ args }: Happened): boolean =>
    args[argument] === account;

/** A contract's name of an enum's number as the tables write it. */
export const nameIn = (names: readonly string[], number: unknown): string =>
  (names[Number(number)] ?? "Unknown").replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();

export const distinct = (events: readonly Happened[], ...keys: readonly string[]): number =>
  grouped(events, ...keys).length;
