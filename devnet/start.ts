// One command starts the whole network on this machine and serves a real, paid, receipted answer: npm start
import { explain } from "../checkout/explained-error.ts";
import { readFlags, refuse } from "../checkout/flags.ts";
import { lloomProgram } from "../checkout/lloom-program.ts";
import { refuseNoRpcUrl } from "../checkout/rpc-url.ts";
import { aborted } from "../node/src/primitives/aborted.ts";
import { steadyClock } from "../node/src/primitives/clock.ts";
import { CHEATS, type Cheat, isCheat } from "./src/cheats/kinds.ts";
import { tellStory } from "./src/cheats/story.ts";
import { compileContracts } from "./src/deployment.ts";
import { type Devnet, type Pages, startDevnet } from "./src/devnet.ts";
import { askFirst, FIRST_PROMPT, type FirstAnswer } from "./src/first-answer.ts";
import { jsonLine, receiptText, type Shown, settlementText, urlsText } from "./src/narration.ts";
import { createProgress, type Progress } from "./src/progress.ts";
import { awaitSettlement, awaitVisible } from "./src/settlement.ts";
import { Timings } from "./src/timings.ts";
import { bold, money } from "./src/words.ts";

const USAGE = `usage: npm start [-- OPTIONS]

Starts a fresh Lloom network on this machine: chain, contracts, 2 validators, 3 executors, gateway; sends one prompt, prints
the answer, its receipt and its settlement; then starts indexer and explorer, prints every URL, and stays up until Ctrl-C.

  --rpc URL   use a running chain (one that funds the well-known test mnemonic) instead of starting one
  --once      stop everything after the first answer is settled and visible
  --json      print one JSON line (at the end with --once, else when all is up); progress goes to standard error
  --cheat KIND  one executor more that cheats, until it is found out and judged: ${CHEATS.join(", ")}
  --timings   print where the time went
  --help      this text`;

/** Exit code after Ctrl-C before the first answer was shown whole. */
const INTERRUPTED = 130;

interface Flags {
  readonly rpc: string | undefined;
  readonly once: boolean;
  readonly json: boolean;
  readonly timings: boolean;
  readonly cheat: Cheat | undefined;
}

function readWish(): Flags {
  const flag = { type: "boolean", default: false } as const;
  const options = {
    rpc: { type: "string" },
    cheat: { type: "string" },
    once: flag,
    json: flag,
    timings: flag,
  } as const;
  const { rpc, cheat, ...flags } = readFlags({ usage: USAGE, config: { options } }).values;
  if (rpc !== undefined) refuseNoRpcUrl(rpc);
  if (cheat !== undefined && !isCheat(cheat))
    refuse(`There is no cheat "${cheat}".`, `There are ${CHEATS.join(", ")}.`);
  return { rpc, cheat, ...flags };
}

interface Stage {
  readonly devnet: Devnet;
  readonly stream: NodeJS.WriteStream;
  readonly progress: Progress;
  readonly timings: Timings;
  readonly flags: Flags;
  readonly signal: AbortSignal;
}

async function main(flags: Flags): Promise<void> {
  const timings = new Timings();
  timings.record("loading", timings.began);
  const stop = new AbortController();
  const { signal } = stop;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());
  const stream = flags.json ? process.stderr : process.stdout;
  const progress = createProgress(stream, timings);
  const write = (text: string): void => void stream.write(text);
  let shown: Shown | undefined;
  let kept = "";
  try {
    write("Starting a Lloom network on this machine; Ctrl-C stops it.\n\n");
    // Beside chain and contracts, since all nodes wait for it; if it fails, they say so.
    lloomProgram().catch(() => undefined);
    await using devnet = await startDevnet({ rpcUrl: flags.rpc, cheat: flags.cheat, progress, signal });
    kept = ` Logs are kept in ${devnet.logDir}.`;
    const stage = { devnet, stream, progress, timings, flags, signal };
    const { cheat } = flags;
    const telling = cheat && tellStory({ devnet, cheat, pages: devnet.openPages(), say: progress.say, signal });
    const [seen, story] = await Promise.race([Promise.all([show(stage), telling]), devnet.failure]);
    shown = { ...seen, ...(story && { story }) };
    if (flags.timings) progress.say(`\n${bold("Where the time went")}\n${timings.table()}`);
    if (!flags.once) {
      if (flags.json) console.log(jsonLine(shown, timings.seconds()));
      progress.say(urlsText(devnet, shown.pages));
      await Promise.race([stayUp(stage), devnet.failure]);
    }
    write("\nStopping …\n");
  } catch (thrown) {
    progress.stop();
    if (signal.aborted) process.exitCode = INTERRUPTED;
    else fail(thrown);
  } finally {
    progress.stop();
  }
  write(`Everything is stopped.${kept}\n`);
  if (flags.json && flags.once && shown !== undefined && process.exitCode === undefined)
    console.log(jsonLine(shown, timings.seconds()));
}

/** The answer first: nobody needs indexer and explorer for it. */
async function show(stage: Stage): Promise<Shown> {
  const { devnet, progress, timings, flags, signal } = stage;
  const answer = await converse(stage);
  const firstAnswerSeconds = timings.seconds();
  progress.say(receiptText(answer, firstAnswerSeconds));
  const opening = devnet.openPages();
  opening.catch(() => undefined);
  const settled = progress.step("settlement");
  const settlement = await awaitSettlement(devnet, answer.receipt, signal);
  settled(`${money(settlement.paid)} paid, ${settlement.gasUsed} gas`);
  const pages = await opening.catch((thrown: unknown): undefined => {
    if (flags.once || signal.aborted) throw thrown;
    progress.say(`   ${explain(thrown)}`);
  });
  if (pages !== undefined) await see(stage, pages, settlement);
  progress.say(settlementText(settlement, pages));
  return { answer, firstAnswerSeconds, settlement, pages };
}

async function see({ devnet, progress, signal }: Stage, pages: Pages, settlement: Shown["settlement"]): Promise<void> {
  const visible = progress.step("seen in the explorer");
  await awaitVisible({ devnet, pages, settlement, signal });
  visible();
}

async function converse({ devnet, stream, progress, timings, signal }: Stage): Promise<FirstAnswer> {
  const began = steadyClock();
  const release = progress.hold();
  try {
    stream.write(`\n${bold("You")}    ${FIRST_PROMPT}\n${bold("Lloom")}  `);
    return await askFirst({
      gatewayUrl: devnet.gatewayUrl,
      onText: (text) => stream.write(text),
      onRefusal: (why) => stream.write(`(${why} Asked again.)\n       `),
      signal,
    });
  } finally {
    stream.write("\n\n");
    timings.record("first answer", began);
    release();
  }
}

/** Until Ctrl-C. Meanwhile the contracts are compiled, unless they are: whoever deploys next need not wait for it. */
async function stayUp({ devnet, signal }: Stage): Promise<void> {
  compileContracts(devnet.supervisor, { nice: true }).catch((thrown: unknown) =>
    devnet.supervisor.tell(`   ${explain(thrown)}`),
  );
  await aborted(signal);
}

function fail(thrown: unknown): void {
  process.stderr.write(`\n${explain(thrown)}\n`);
  process.exitCode = 1;
}

// Whoever reads the output may stop reading; the network then stops as on Ctrl-C.
process.stdout.on("error", () => process.kill(process.pid, "SIGTERM"));

await main(readWish());
