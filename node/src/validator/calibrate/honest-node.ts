import { type ChildProcess, fork } from "node:child_process";
import type { Profile } from "@lloom/protocol/profile";
import type { LlamaOptions } from "../../backend/llama-runtime.ts";
import { LloomError } from "../../errors.ts";
import type { Canary } from "../canary/draw-canary.ts";
import { buildArguments } from "./build-hook.ts";
import type { HonestAnswer, HonestReply } from "./honest-messages.ts";

export interface HonestSetting {
  /** What its process is given. */
  readonly options: LlamaOptions;
  /** A build by its name; the one that fits this processor best unless given. */
  readonly build?: string;
  /** Where builds may be copied. */
  readonly directory: string;
}

/** Longest for a model to load, or to write one answer, on a busy machine. */
const REPLY_TIMEOUT_MS = 300_000;

/** An honest executor without a network: its process is started with it, and ends when it is closed. */
export class HonestNode implements AsyncDisposable {
  readonly profile: Profile;
  readonly #child: ChildProcess;
  #lastId = 0;

  private constructor(child: ChildProcess, profile: Profile) {
    this.#child = child;
    this.profile = profile;
  }

  /** Throws BACKEND_FAILED for what cannot be loaded, such as a build that this processor cannot run. */
  static async open({ options, build, directory }: HonestSetting): Promise<HonestNode> {
    const child = fork(new URL("./honest-process.ts", import.meta.url), [JSON.stringify(options)], {
      execArgv: build === undefined ? [] : buildArguments(build, directory),
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.on("error", () => undefined);
    try {
      const reply = await nextReply(child, (one) => "ready" in one);
      if (!("ready" in reply)) throw failed("it did not start");
      return new HonestNode(child, reply.ready);
    } catch (thrown) {
      child.kill("SIGKILL");
      throw thrown;
    }
  }

  /** Throws BACKEND_FAILED. */
  async answer(canary: Canary): Promise<HonestAnswer> {
    this.#lastId += 1;
    const id = this.#lastId;
    const replied = nextReply(this.#child, (one) => "id" in one && one.id === id);
    this.#child.send({ id, canary }, () => undefined);
    const reply = await replied;
    if (!("answer" in reply)) throw failed("it gave no answer");
    return reply.answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
  }
}

/** The next reply that is wanted. Throws for one that tells a problem, for the process's end, and when it takes too long. */
async function nextReply(child: ChildProcess, isWanted: (reply: HonestReply) => boolean): Promise<HonestReply> {
  const { promise, resolve, reject } = Promise.withResolvers<HonestReply>();
  const onMessage = (reply: HonestReply): void => {
    if ("problem" in reply) reject(failed(reply.problem));
    else if (isWanted(reply)) resolve(reply);
  };
  const onEnd = (): void => reject(failed("its process ended, or took too long"));
  const timer = setTimeout(onEnd, REPLY_TIMEOUT_MS);
  child.on("message", onMessage).once("exit", onEnd);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.off("message", onMessage).off("exit", onEnd);
  }
}

const failed = (why: string): LloomError => new LloomError("BACKEND_FAILED", `The model cannot be measured: ${why}.`);
