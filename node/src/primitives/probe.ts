import { type Channel, channel } from "node:diagnostics_channel";

/**
 * A place in the code that says what happened there, to whoever measures it. While nobody listens, telling costs a comparison;
 * whoever tells neither knows nor waits for who hears it. Listeners must not throw.
 */
export class Probe<Fact> {
  readonly #channel: Channel;

  /** One name is one probe in the whole process; other tools may listen by it too. */
  constructor(name: string) {
    this.#channel = channel(`lloom.${name}`);
  }

  /** Whether it is worth to put a fact together. */
  get isHeard(): boolean {
    return this.#channel.hasSubscribers;
  }

  tell(fact: Fact): void {
    if (this.#channel.hasSubscribers) this.#channel.publish(fact);
  }

  /** Hears every fact until it is disposed of. */
  listen(hear: (fact: Fact) => void): Disposable {
    const listener = (fact: unknown): void => hear(fact as Fact);
    this.#channel.subscribe(listener);
    return { [Symbol.dispose]: () => void this.#channel.unsubscribe(listener) };
  }
}
