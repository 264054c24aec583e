import { type ChildProcess, fork } from "node:child_process";
import module from "node:module";
import { dirname } from "node:path";
import { LloomError } from "../../errors.ts";
import { Mutex } from "../../primitives/mutex.ts";
import type { Counted, CountQuestion, CountReply, CountRequest } from "./count-messages.ts";

/** From the question to the counts; a vocabulary that is not loaded yet, on a busy machine, takes the longest. */
const COUNT_TIMEOUT_MS = 30_000;

/**
 * Counts tokens in a process of its own, which starts with the first question and again after it broke. Throws BACKEND_FAILED
 * for a vocabulary that cannot be used; one over which the process broke, or hung, is not tried again.
 */
export class TokenCounter implements AsyncDisposable {
  readonly #turn = new Mutex();
  readonly #broken = new Set<string>();
  #child: ChildProcess | undefined;
  #lastId = 0;
  #isClosed = false;

  /** Counts, one question after the other, so that it is known over which one the process broke. */
  count(question: CountQuestion): Promise<Counted> {
    return this.#turn.run(() => this.#count(question));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#end();
  }

  async #count(question: CountQuestion): Promise<Counted> {
    if (this.#isClosed) throw new LloomError("BACKEND_FAILED", "Counting has ended.");
    if (this.#broken.has(question.vocabulary)) throw unusable("it broke the counting before");
    this.#lastId += 1;
    const reply = await this.#ask({ ...question, id: this.#lastId });
    if ("problem" in reply) throw unusable(reply.problem);
    return reply.counted;
  }

  async #ask(request: CountRequest): Promise<CountReply> {
    this.#child ??= this.#start();
    const child = this.#child;
    const { promise, resolve, reject } = Promise.withResolvers<CountReply>();
    const onMessage = (reply: CountReply): void => {
      if (reply.id === request.id) resolve(reply);
    };
    const onBreak = (): void => reject(unusable("counting by it broke, or took too long"));
    const timer = setTimeout(onBreak, COUNT_TIMEOUT_MS);
    child.on("message", onMessage).once("exit", onBreak).once("error", onBreak);
    child.send(request, (failure) => failure && onBreak());
    try {
      return await promise;
    } catch (thrown) {
      if (!this.#isClosed) this.#broken.add(request.vocabulary);
      this.#end();
      throw thrown;
    } finally {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onBreak).off("error", onBreak);
    }
  }

  #start(): ChildProcess {
    const child = startProcess();
    // Killed between two questions, as for its memory: the next one gets another, and no vocabulary is to blame.
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }

  #end(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}

/** Knows nothing of this node, neither its environment, where secrets may be, nor its output, but where code is kept compiled. */
function startProcess(): ChildProcess {
  // Node 20, which runs the packages, knows none.
  const compiled = module.getCompileCacheDir?.();
  const child = fork(new URL("./count-process.ts", import.meta.url), [], {
    execArgv: [],
    env: compiled === undefined ? {} : { NODE_COMPILE_CACHE: dirname(compiled) },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  // Its end is nobody's who waits for this process to end.
  child.unref();
  child.channel?.unref();
  child.on("error", () => undefined);
  return child;
}

const unusable = (why: string): LloomError =>
  new LloomError("BACKEND_FAILED", `The vocabulary cannot be used: ${why}.`);
