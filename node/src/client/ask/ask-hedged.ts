import { pause } from "../../primitives/pause.ts";
import type { Pace } from "../choose/pace.ts";
import type { ClientSettings } from "../client-options.ts";
import type { AskEvent, Question } from "../question.ts";
import { ask } from "./ask.ts";
import type { AskParts, SharedQuestion } from "./ask-state.ts";
import { EventQueue } from "./event-queue.ts";

/** So many strays above the mean, a first token is later than nine of ten: half of what is waited for before anybody is given up. */
const STRAYS = 2;

/** How long an executor may keep silent before a second one is asked too. Pure. */
export function hedgeMs(
  pace: Pace | undefined,
  { shortestPatienceMs, unknownPatienceMs }: Pick<ClientSettings, "shortestPatienceMs" | "unknownPatienceMs">,
): number {
  if (pace === undefined) return unknownPatienceMs / 2;
  return Math.max(shortestPatienceMs / 2, pace.meanMs + STRAYS * pace.strayMs);
}

/**
 * Answers a streamed question, and asks a second executor too when the first keeps silent for longer than first tokens take
 * here. Whose text comes first answers; the other is cancelled at once, and what it signs over what it had produced is paid
 * too. Each may be replaced by others as ever. Throws what failed first when both do.
 */
export async function* askHedged(
  parts: AskParts,
  question: Question,
  signal: AbortSignal,
): AsyncGenerator<AskEvent, void> {
  const shared: SharedQuestion = { taken: new Set() };
  const queue = new EventQueue<AskEvent>();
  const first: Runner = { stop: new AbortController(), isOver: false };
  const second: Runner = { stop: new AbortController(), isOver: false };
  let winner: Runner | undefined;
  const run = async (runner: Runner, other: Runner): Promise<void> => {
    try {
      for await (const event of ask(parts, question, AbortSignal.any([signal, runner.stop.signal]), shared)) {
        if (winner === undefined && (event.type === "text" || event.type === "end")) {
          winner = runner;
          other.stop.abort();
        }
        // Whoever has to know what was signed hears of every request.
        if (winner === undefined || winner === runner || event.type === "signed") await queue.put(event);
      }
    } catch (thrown) {
      runner.problem = thrown;
    } finally {
      runner.isOver = true;
    }
  };
  const running = run(first, second);
  const hedging = Promise.race([
    pause(hedgeMs(parts.book.pace, parts.settings), AbortSignal.any([signal, second.stop.signal])),
    running,
  ]).then(() => (winner === undefined && !first.isOver && !signal.aborted ? run(second, first) : undefined));
  void Promise.all([running, hedging]).then(() => queue.end());
  try {
    for await (const event of queue.events()) {
      yield event;
      if (event.type === "end") return;
    }
  } finally {
    // Whoever stopped listening has cancelled both; the loser has been.
    first.stop.abort();
    second.stop.abort();
    queue.end();
  }
  throw (winner ?? first).problem;
}

/** One of the two that are asked. */
interface Runner {
  readonly stop: AbortController;
  isOver: boolean;
  problem?: unknown;
}
