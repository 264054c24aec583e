/** The process of a client whose program runs on an older Node: it has the key, the log and the network, and ends with the program. */
import process from "node:process";
import { LloomError } from "../errors.ts";
import { type BesideCall, type BesideReply, failureOf } from "./beside-messages.ts";
import type { Engine } from "./engine.ts";
import { openHere } from "./open-here.ts";
import type { LloomEvent } from "./public-types.ts";

interface UnderWay {
  readonly events: AsyncIterator<LloomEvent>;
  readonly stop: AbortController;
}

let engine: Engine | undefined;
const answers = new Map<number, UnderWay>();

function opened(): Engine {
  if (engine === undefined) throw new LloomError("INTERNAL", "The client is not open.");
  return engine;
}

async function carryOut({ name, given }: BesideCall): Promise<unknown> {
  switch (name) {
    case "open":
      engine = await openHere(given);
      return engine.address;
    case "begin":
      return begin(given);
    case "next":
      return next(given);
    case "cancel":
      return answers.get(given)?.stop.abort();
    case "leave":
      return leave(given);
    case "models":
      return opened().models();
    case "offers":
      return opened().offers(given);
    case "receipts":
      return opened().receipts(given);
    case "close":
      return close();
  }
}

function begin({ answer, question }: Extract<BesideCall, { name: "begin" }>["given"]): void {
  const stop = new AbortController();
  answers.set(answer, { stop, events: opened().answer(question, stop.signal)[Symbol.asyncIterator]() });
}

async function next(answer: number): Promise<LloomEvent | undefined> {
  try {
    const event = await answers.get(answer)?.events.next();
    if (event?.done === false) return event.value;
  } catch (thrown) {
    answers.delete(answer);
    throw thrown;
  }
  answers.delete(answer);
  return undefined;
}

async function leave(answer: number): Promise<void> {
  const left = answers.get(answer);
  answers.delete(answer);
  await left?.events.return?.();
}

async function close(): Promise<void> {
  const closing = engine;
  engine = undefined;
  await closing?.[Symbol.asyncDispose]();
}

process.on("message", (call: BesideCall) => {
  const reply = (told: BesideReply): void => void process.send?.(told, () => undefined);
  carryOut(call).then(
    (value) => reply({ id: call.id, value }),
    (thrown: unknown) => reply({ id: call.id, failure: failureOf(thrown) }),
  );
});
// The program is gone, in whatever way: what is under way ends as at a `close`.
process.on("disconnect", () => {
  close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
// Ctrl-C at a terminal is for the program, which says when this one ends.
for (const name of ["SIGINT", "SIGHUP"] as const) process.on(name, () => undefined);
