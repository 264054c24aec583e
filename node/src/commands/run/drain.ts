import { shownAmount } from "@lloom/protocol/amounts";
import { LloomError } from "../../errors.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { runningRoles } from "../open/running.ts";
import { progressLine } from "../progress-line.ts";
import { counted } from "../words.ts";
import { type DrainWord, readWish, readWord, removeWish, removeWord, writeWish } from "./drain-files.ts";

/** How often it is looked how far the executor is. */
const LOOK_MS = 200;
/** An executor looks four times a second. */
const HEARD_MS = 15_000;

/** `lloom drain`: a running executor takes nothing new, finishes, settles, and stops or stays. It takes no password. */
export const drain: Command = {
  settings: [],
  needs: "key",
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--stay", describe: "do not stop: take nothing new until lloom drain --undo, or a new start" },
    { form: "--undo", describe: "sell again" },
  ],
  examples: [
    "lloom drain",
    "lloom drain --stay",
    "lloom drain --undo",
    "lloom drain && systemctl restart lloom-executor",
  ],
  run: async (context) => {
    const { flags } = context;
    if (flags["stay"] === true && flags["undo"] === true)
      throw new LloomError("COMMAND_INVALID", "--stay and --undo are opposites.", { next: "Give one of them." });
    if (!isRunning(context)) return tellNobody(context);
    await (flags["undo"] === true ? undo(context) : start(context, flags["stay"] === true));
  },
};

const isRunning = ({ settings }: CommandContext): boolean => runningRoles(settings).executor !== undefined;

function tellNobody(context: CommandContext): void {
  const { dataDir } = context.settings;
  announce(
    context,
    { event: "nothing", dataDir },
    `No executor runs with ${dataDir}: there is nothing to drain. Another one is named by --data-dir DIR.`,
  );
}

async function start(context: CommandContext, stay: boolean): Promise<void> {
  const { settings } = context;
  writeWish(settings, { stay });
  const last = await follow(context, stay);
  if (last === undefined) return;
  if (stay) return tellDrained(context, last);
  tellStopped(context, last);
}

/** Until it is drained, or has stopped; undefined where somebody else has undone it. */
async function follow(context: CommandContext, stay: boolean): Promise<DrainWord | undefined> {
  const { settings, signal, json } = context;
  const progress = progressLine();
  const sinceMs = steadyClock();
  let last: DrainWord | undefined;
  let said = "";
  try {
    while (isRunning(context)) {
      if (signal.aborted) throw leftAlone();
      const word = readWord(settings);
      if (word?.stay === stay) last = word;
      else if (last !== undefined && readWish(settings) === undefined) return tellUndone(context);
      if (last === undefined && steadyClock() - sinceMs > HEARD_MS) throw unheard(context);
      if (last !== undefined && stay && last.state === "drained") return last;
      const text = last === undefined ? "Waiting for the executor to take note ..." : wordSentence(last);
      progress.show(text);
      if (json && last !== undefined && text !== said) announce(context, { event: "draining", ...last }, "");
      said = text;
      await pause(LOOK_MS, signal);
    }
  } finally {
    progress.clear();
  }
  // Its last word is written before it lets go of its log.
  const ended = readWord(settings) ?? last;
  if (ended === undefined) throw unheard(context);
  removeWord(settings);
  return ended;
}

/** How far it is. */
export function wordSentence({ state, open, owed, token }: DrainWord): string {
  const money = owed === 0n ? "nothing is owed" : `${shownAmount(owed, token)} owed`;
  if (state === "finishing")
    return `${open === 0 ? "Nothing runs" : `${counted(open, "answer")} to finish`}, ${money} ...`;
  return state === "settling" ? `All is answered; settling: ${money} ...` : "Stopping ...";
}

function tellDrained(context: CommandContext, word: DrainWord): void {
  announce(
    context,
    { event: "drained", ...word },
    [
      `Nothing runs any more${owedClause(word)}. It takes no requests until you say so: lloom drain --undo`,
      ...disputeLines(word, "keep it running"),
    ].join("\n"),
  );
}

/** Throws TRANSACTION_FAILED where money was left to be settled. */
function tellStopped(context: CommandContext, word: DrainWord): void {
  announce(
    context,
    { event: "stopped", ...word },
    [`The executor has stopped${owedClause(word)}.`, ...disputeLines(word, "start it again in time")].join("\n"),
  );
  const { owed, problem, token } = word;
  if (owed > 0n)
    throw new LloomError(
      "TRANSACTION_FAILED",
      `${shownAmount(owed, token)} of answers are not settled${problem === undefined ? "." : `: ${problem}`}`,
      { next: "Settle them within a day of their requests: lloom settle" },
    );
}

const owedClause = ({ owed, token }: DrainWord): string =>
  owed === 0n ? ", and all that is owed is settled" : `; ${shownAmount(owed, token)} could not be settled`;

const disputeLines = ({ disputes }: DrainWord, then: string): string[] =>
  disputes === 0 ? [] : [`${counted(disputes, "dispute")} has to be answered by a deadline (lloom disputes): ${then}.`];

function tellUndone(context: CommandContext): undefined {
  announce(context, { event: "selling" }, "Somebody has undone it: the executor sells again.");
}

async function undo(context: CommandContext): Promise<void> {
  const { settings, signal } = context;
  if (readWish(settings) === undefined && readWord(settings) === undefined)
    return announce(context, { event: "nothing" }, "The executor does not drain: it sells already.");
  removeWish(settings);
  const sinceMs = steadyClock();
  while (readWord(settings) !== undefined) {
    if (!isRunning(context))
      throw new LloomError("COMMAND_INVALID", "The executor has stopped already.", {
        next: "Start it again; every start sells: lloom executor",
      });
    if (steadyClock() - sinceMs > HEARD_MS) throw unheard(context);
    await pause(LOOK_MS, signal);
    if (signal.aborted) throw new LloomError("CANCELLED", "Not waited for.", { next: "lloom status" });
  }
  announce(context, { event: "selling" }, "The executor sells again.");
}

const leftAlone = (): LloomError =>
  new LloomError("CANCELLED", "Not waited for. The executor goes on draining.", {
    next: "See how far it is with the same command; sell again with lloom drain --undo.",
  });

/** It may be an earlier version, still starting, or hanging. */
function unheard(context: CommandContext): LloomError {
  removeWish(context.settings);
  const pid = runningRoles(context.settings).executor;
  return new LloomError(
    "EXECUTOR_TIMEOUT",
    `The executor${pid === undefined || pid === 0 ? "" : `, process ${pid},`} has not taken note within ${HEARD_MS / 1000} s. Nothing was changed.`,
    {
      next: "Try again once it is ready, if it is starting; else stop it as it was started: Ctrl-C, or SIGTERM, drains too.",
    },
  );
}
