import { setTimeout as delay } from "node:timers/promises";
import { AT_ONCE, answerText, chatBody, pacedModel } from "./bench-answer.ts";
import { Caller, callBytes, type Target } from "./caller.ts";
import type { StreamTimes } from "./stalls.ts";

/** Whole answers, one after the other on each of so many connections, until the count or the time is reached. */
export interface CallsJob {
  readonly kind: "calls";
  readonly target: Target;
  readonly tokens: number;
  readonly parallel: number;
  readonly mostCalls: number;
  readonly mostMs: number;
}

export interface CallsDone {
  /** Milliseconds of each right answer. */
  readonly tookMs: readonly number[];
  readonly elapsedMs: number;
  readonly errors: number;
  /** The first thing that went wrong. */
  readonly firstProblem?: string | undefined;
}

/** Streamed answers: `atOnce` of them side by side, begun evenly within `rampMs`; so often one after the other. */
export interface StreamsJob {
  readonly kind: "streams";
  readonly target: Target;
  readonly tokens: number;
  readonly paceMs: number;
  readonly parallel: number;
  readonly rampMs: number;
  /** Streams one after the other on each connection. */
  readonly each: number;
}

export interface StreamsDone {
  readonly streams: readonly StreamTimes[];
  readonly firstProblem?: string | undefined;
}

export type Job = CallsJob | StreamsJob;
export type Done<J extends Job> = J extends CallsJob ? CallsDone : StreamsDone;

/** No job makes more load than this. */
const MOST = { parallel: 2_000, calls: 200_000, ms: 60_000 };
/** A call that takes longer has failed. */
const CALL_MS = 30_000;

export async function runJob(job: Job): Promise<CallsDone | StreamsDone> {
  if (!["127.0.0.1", "localhost", "[::1]"].includes(new URL(job.target.url).hostname))
    throw new Error("Load goes to this machine alone.");
  if (job.parallel > MOST.parallel) throw new Error(`At most ${MOST.parallel} connections.`);
  return job.kind === "calls" ? runCalls(job) : runStreams(job);
}

async function runCalls({ target, tokens, parallel, mostCalls, mostMs }: CallsJob): Promise<CallsDone> {
  const bytes = callBytes(target, chatBody({ model: AT_ONCE, tokens, stream: false }));
  const right = JSON.stringify(answerText(tokens));
  const tookMs: number[] = [];
  let [left, errors, firstProblem] = [Math.min(mostCalls, MOST.calls), 0, undefined as string | undefined];
  const began = performance.now();
  const end = began + Math.min(mostMs, MOST.ms);
  const work = async (): Promise<void> => {
    let caller: Caller | undefined;
    while (left-- > 0 && performance.now() < end) {
      const asked = performance.now();
      try {
        caller ??= await Caller.open(target);
        const { status, body } = await within(caller.call(bytes), CALL_MS);
        if (status !== 200 || !body.includes(right)) throw new Error(`${status} ${body.slice(0, 300)}`);
        tookMs.push(performance.now() - asked);
      } catch (thrown) {
        errors += 1;
        firstProblem ??= (thrown as Error).message;
        caller?.[Symbol.dispose]();
        caller = undefined;
        await delay(10);
      }
    }
    caller?.[Symbol.dispose]();
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { tookMs, elapsedMs: performance.now() - began, errors, firstProblem };
}

async function runStreams(job: StreamsJob): Promise<StreamsDone> {
  const { target, tokens, paceMs, parallel, rampMs, each } = job;
  const model = paceMs === 0 ? AT_ONCE : pacedModel(paceMs);
  const bytes = callBytes(target, chatBody({ model, tokens, stream: true }));
  const right = answerText(tokens);
  const streams: StreamTimes[] = [];
  let firstProblem: string | undefined;
  const work = async (index: number): Promise<void> => {
    if (rampMs > 0) await delay((index * rampMs) / parallel);
    let caller: Caller | undefined;
    for (let count = 0; count < each; count++) {
      const askedMs = performance.now();
      const arrivedMs: number[] = [];
      let [isWhole, text] = [false, ""];
      try {
        caller ??= await Caller.open(target);
        const read = eventReader((content) => {
          arrivedMs.push(performance.now());
          text += content;
        });
        const { status } = await within(caller.call(bytes, read), CALL_MS + tokens * paceMs);
        isWhole = status === 200 && text === right;
        if (!isWhole) throw new Error(`${status} after ${JSON.stringify(text.slice(-100))}`);
      } catch (thrown) {
        firstProblem ??= (thrown as Error).message;
        caller?.[Symbol.dispose]();
        caller = undefined;
      }
      streams.push({ askedMs, arrivedMs, isWhole });
    }
    caller?.[Symbol.dispose]();
  };
  await Promise.all(Array.from({ length: parallel }, (_, index) => work(index)));
  return { streams, firstProblem };
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
}

/** Tells the text of each event that has some. */
function eventReader(onText: (text: string) => void): (piece: string) => void {
  let unread = "";
  return (piece) => {
    const events = (unread + piece).split("\n\n");
    unread = events.pop() ?? "";
    for (const event of events) {
      const data = event.replace(/^data: ?/, "");
      if (!data.startsWith("{")) continue;
      const content = (JSON.parse(data) as Chunk).choices?.[0]?.delta?.content ?? "";
      if (content !== "") onText(content);
    }
  };
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`No answer within ${ms} ms.`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
