/** Facts of a node's work: its backend, its duties, the index that it asks. */
import { type Address, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { embeddingSampling } from "@lloom/protocol/form/embedding";
import { zeroPadValue } from "ethers";
import type { Backend, BackendModel, Completion } from "../../backend/backend.ts";
import type { BackendOptions } from "../../backend/open-backend.ts";
import { openBackend } from "../../backend/open-backend.ts";
import type { Chain } from "../../chain/chain.ts";
import { jury } from "../../chain/contracts.ts";
import { readEnlisted, readPanel, readSeat } from "../../chain/disputes/jury.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { readActive } from "../../chain/reads.ts";
import { readPastLogs } from "../../chain/watch/past-logs.ts";
import { asLloomError, type LloomError } from "../../errors.ts";
import { openIndexer } from "../../indexer/indexer.ts";
import { createLog } from "../../log.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { loggedValidator } from "../canaries/logged-validator.ts";
import { loggedDuties } from "../dispute/duties.ts";
import { chosenBackend } from "../run/chosen-backend.ts";
import type { BackendFacts, DutiesFacts, IndexFacts, SeatFacts } from "./facts.ts";
import type { Ground, Known } from "./ground.ts";

/** A model that is as good as dead answers nobody. */
const ANSWER_MS = 60_000;
const SAMPLING = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" } as const;
const hello = ({ model, profile }: Listed): Completion => ({
  model,
  messages: [{ role: "user", content: "Say hello." }],
  sampling: profile?.conversations === false ? embeddingSampling() : { ...SAMPLING, stop: [] },
  maxOutboundTokens: 8,
});

type Listed = Pick<BackendModel, "model" | "profile">;

/** Has each model answer a word. Weights that a running executor holds are not loaded a second time. Throws what backends throw. */
export async function gatherBackend({ context, running }: Known, signal: AbortSignal): Promise<BackendFacts> {
  const { settings } = context;
  const isRunning = running.executor !== undefined;
  const facts = { backend: settings.backend, isRunning };
  const options = chosenBackend(settings);
  if (options.kind === "llama" && isRunning) return { ...facts, models: [], missing: [], isLeftAlone: true };
  const log = createLog({ level: "silent", name: "backend" });
  await using backend = await openBackend(unfiltered(options), log, signal);
  const wanted = settings.backendModels;
  const listed = await listOf(backend, wanted, signal);
  const find = (name: string): Listed | undefined =>
    listed.find(({ model }) => model === name || model === `${name}:latest`);
  const named = wanted.flatMap((model) => {
    const found = find(model);
    return found === undefined ? [] : [{ ...found, model }];
  });
  const asked = wanted.length === 0 ? listed : named;
  const models: BackendFacts["models"][number][] = [];
  // One after the other: a server that has to load each would take all the longer at once.
  for (const model of asked) models.push(await answerOf(backend, model, signal));
  return { ...facts, models, missing: wanted.filter((model) => find(model) === undefined), isLeftAlone: false };
}

/** What is there, whatever is to be offered of it. */
const unfiltered = (options: BackendOptions): BackendOptions =>
  options.kind === "openai" ? { ...options, models: [] } : options;

/** A server without a list has what the settings name, until it is asked. */
async function listOf(backend: Backend, wanted: readonly string[], signal: AbortSignal): Promise<readonly Listed[]> {
  try {
    return await backend.listModels(signal);
  } catch (thrown) {
    if (wanted.length > 0 && !signal.aborted) return wanted.map((model) => ({ model }));
    throw thrown;
  }
}

async function answerOf(
  backend: Backend,
  listed: Listed,
  signal: AbortSignal,
): Promise<BackendFacts["models"][number]> {
  const { model } = listed;
  const before = steadyClock();
  let problem: LloomError | undefined;
  try {
    for await (const _ of backend.complete(hello(listed), AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])));
  } catch (thrown) {
    problem = asLloomError(thrown, "BACKEND_FAILED");
  }
  return { model, problem, tookMs: steadyClock() - before };
}

/** Of the logs, and of the chain, which knows of a seat also where no log does. */
export async function gatherDuties(
  known: Known,
  { chain, address }: Pick<Ground, "chain" | "address">,
): Promise<DutiesFacts> {
  const { context, running, roles } = known;
  const view = { chain, address };
  const [court, nowSeconds] = await Promise.all([openMeasuredCourt(chain), chain.nowSeconds()]);
  const isJuror = court !== undefined && roles.has("validator");
  return {
    ...{ running, nowSeconds },
    duties: loggedDuties(context, view).filter(({ endedAt }) => endedAt === undefined),
    unjudged: loggedValidator(context, view).unjudged,
    seats: isJuror ? await seatsOf(chain, court, address) : [],
    isEnlisted: isJuror && context.settings.jury === "on" ? await enlistment(chain, court, address) : undefined,
  };
}

/** Of nobody is it asked who may not be drawn. */
async function enlistment(chain: Chain, court: MeasuredCourt, validator: Address): Promise<boolean | undefined> {
  return (await readActive(chain, validator)) ? readEnlisted(chain, court, validator) : undefined;
}

/** Seats that are looked at, the newest first; a juror has eight duties at most. */
const MOST_SEATS = 16;

async function seatsOf(chain: Chain, court: MeasuredCourt, juror: Address): Promise<SeatFacts[]> {
  const topics = [jury.topicOf("JurorDrawn"), null, null, zeroPadValue(juror, 32) as Hex];
  const logs = await readPastLogs(chain, { address: court.jury, topics });
  const drawn = [...new Set(logs.map(({ topics: [, id] }) => id as Hex))].slice(-MOST_SEATS);
  return (await Promise.all(drawn.map((dispute) => seatOf(chain, court, { dispute, juror })))).flat();
}

async function seatOf(
  chain: Chain,
  court: MeasuredCourt,
  { dispute, juror }: { readonly dispute: Hex; readonly juror: Address },
): Promise<SeatFacts[]> {
  const [panel, seat] = await Promise.all([
    readPanel(chain, court, dispute),
    readSeat(chain, court, { id: dispute, juror }),
  ]);
  const { phase } = panel;
  if (!seat.isDuty || seat.round !== panel.round || (phase !== "commit" && phase !== "reveal")) return [];
  const hasCommitted = seat.commitment !== ZERO_HASH;
  // Whoever committed to nothing has nothing to reveal.
  if (phase === "reveal" && !hasCommitted) return [];
  const isDone = phase === "commit" ? hasCommitted : seat.revealed !== undefined;
  return [{ dispute, phase, isDone, until: phase === "commit" ? panel.commitUntil : panel.revealUntil }];
}

/** Throws what the index's client throws. */
export async function gatherIndex(
  { context }: Known,
  { chain }: Pick<Ground, "chain">,
  signal: AbortSignal,
): Promise<IndexFacts> {
  const indexer = openIndexer(context.settings.indexer ?? "");
  const [head, chainHead] = await Promise.all([indexer.head(signal), chain.provider.getBlockNumber()]);
  return { origin: indexer.origin, head, chainHead };
}
