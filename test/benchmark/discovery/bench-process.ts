import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { ExplainedError } from "../../../checkout/explained-error.ts";
import type { Done, Order } from "./worker-words.ts";

/** On a machine that has more to do. */
const ANSWER_MS = 300_000;

/** A process of the benchmark's network. Disposing of it kills it. */
export class BenchProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor() {
    const script = new URL("network-process.ts", import.meta.url);
    this.#child = fork(script, { serialization: "advanced", stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.#ended = once(this.#child, "exit");
  }

  /** Gives one order, and waits until it was followed; one at a time. */
  async order(order: Order): Promise<Done> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(ANSWER_MS)]);
    void this.#ended.then(() => over.abort());
    const answer = once(this.#child, "message", { signal });
    this.#child.send(order);
    const [done] = (await answer) as [Done];
    if (done.problem !== undefined)
      throw new ExplainedError(`A process of the network failed at "${order.kind}": ${done.problem}.`, "Run it again.");
    return done;
  }

  /** No goodbye: its system closes its connections. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** As a machine that lost its power or its cable: nothing is said and nothing closed. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
