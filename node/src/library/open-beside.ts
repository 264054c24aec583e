import { type ChildProcess, fork } from "node:child_process";
import { NEEDED_NODE, packagedNode } from "../../bin/right-node.js";
import { LloomError } from "../errors.ts";
import { type BesideCall, type BesideCalls, type BesideReply, errorOf } from "./beside-messages.ts";
import type { Engine } from "./engine.ts";
import type { LloomClientOptions, LloomEvent, LloomQuestion } from "./public-types.ts";

/** A client in a process beside this one, by a Node that can run it. Throws CONFIG_INVALID where there is none, and as `openHere`. */
export async function openBeside(options: LloomClientOptions): Promise<Engine> {
  const node = packagedNode();
  if (node === undefined) throw noNode();
  const beside = new Beside(node);
  try {
    const address = await beside.call("open", options);
    return engineOf(beside, address);
  } catch (thrown) {
    beside.end();
    throw thrown;
  }
}

const noNode = (): LloomError =>
  new LloomError(
    "CONFIG_INVALID",
    `The client needs Node ${NEEDED_NODE}, this is Node ${process.versions.node}, and no package brings one.`,
    {
      next: `Run the program by Node ${NEEDED_NODE}, or install @lloom/runtime beside it: npm install @lloom/runtime`,
    },
  );

function engineOf(beside: Beside, address: Engine["address"]): Engine {
  return {
    address,
    answer: (question, signal) => answerOf(beside, question, signal),
    models: () => beside.call("models", undefined),
    offers: (model) => beside.call("offers", model),
    receipts: (listing) => beside.call("receipts", listing),
    [Symbol.asyncDispose]: async () => {
      try {
        await beside.call("close", undefined);
      } finally {
        beside.end();
      }
    },
  };
}

async function* answerOf(
  beside: Beside,
  question: LloomQuestion,
  signal: AbortSignal,
): AsyncGenerator<LloomEvent, void> {
  const answer = beside.nextNumber();
  await beside.call("begin", { answer, question });
  const cancel = (): void => void beside.call("cancel", answer).catch(() => undefined);
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    for (;;) {
      const event = await beside.call("next", answer);
      if (event === undefined) return;
      yield event;
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    await beside.call("leave", answer).catch(() => undefined);
  }
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (problem: LloomError) => void;
}

/** The other process, and what this one waits for. */
class Beside {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  #gone: LloomError | undefined;

  constructor(node: string) {
    // What is called goes as it is, big integers and dates too. Keys go this way alone, neither by arguments nor by the environment.
    this.#child = fork(new URL("./beside-process.ts", import.meta.url), [], {
      execPath: node,
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child.on("message", (reply: BesideReply) => this.#hear(reply));
    this.#child.on("error", () => this.#lose());
    this.#child.on("exit", () => this.#lose());
  }

  nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  call<Name extends keyof BesideCalls>(name: Name, given: BesideCalls[Name]["in"]): Promise<BesideCalls[Name]["out"]> {
    return new Promise((resolve, reject) => {
      if (this.#gone !== undefined) {
        reject(this.#gone);
        return;
      }
      const id = this.nextNumber();
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#child.send({ id, name, given } as BesideCall, (failure) => failure && this.#lose());
    });
  }

  /** Its channel closes, and with it the other process. */
  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #hear(reply: BesideReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("failure" in reply) waiting?.reject(errorOf(reply.failure));
    else waiting?.resolve(reply.value as never);
  }

  #lose(): void {
    this.#gone ??= new LloomError("INTERNAL", "The client's own process has ended.", {
      next: "Create the client anew: its log knows what was signed.",
    });
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}
