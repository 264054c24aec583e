import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { shownTokens } from "../../chain/account/calls.ts";
import { KEYSTORE_NAME } from "../../data-home.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { openBuyer } from "../ask/buying.ts";
import { announceAside, type CommandContext } from "../command.ts";
import { requireConsent } from "../deeds/consent.ts";
import { type Finding, fine, skipped, wrong } from "./finding.ts";
import type { Known } from "./ground.ts";

const MODEL = "lloom-tiny";
const MOST_TOKENS = 16;
const QUESTION_MS = 120_000;
/** Who asks calls others; the node's own ports may be the node's. */
const CALLING = { listen: ["/ip4/127.0.0.1/tcp/0"], announce: [] };

/**
 * Asks a question that is paid, if `--paid` says so and whoever sits at the terminal agrees: an executor is asked by another key,
 * `--payer`, whose peer can call it; a client asks whom it would ask anyway.
 */
export async function paidQuestion({ context, roles, running }: Known, address: Address | undefined): Promise<Finding> {
  const { flags } = context;
  if (flags["paid"] !== true)
    return skipped("not asked: lloom doctor --paid asks one, and says before what it may cost");
  const sells = roles.has("executor");
  const payer = typeof flags["payer"] === "string" ? givenPlace(flags["payer"], "--payer") : undefined;
  if (sells && payer === undefined)
    return wrong(
      "A key cannot call itself: a question to this executor needs another key, with a deposit.",
      "lloom init --data-dir ./payer && lloom faucet --data-dir ./payer && lloom deposit 2 --data-dir ./payer && lloom doctor --paid --payer ./payer",
    );
  if (payer === undefined && running.client !== undefined)
    return skipped("not asked: the gateway that runs has this key's log; ask through it, or give --payer DIR");
  const model = typeof flags["model"] === "string" ? flags["model"] : MODEL;
  try {
    return await ask(paidBy(context, payer), { model, executor: sells ? address : undefined });
  } catch (thrown) {
    const { code, message, next } = asLloomError(thrown);
    if (code === "CANCELLED") return skipped(`not asked: ${message}`);
    return wrong(`The question was not answered. ${message} ${next}`, mendOf(code, model));
  }
}

/** The same settings, with another key's data if one is named. */
function paidBy(context: CommandContext, dataDir: string | undefined): CommandContext {
  const own = dataDir === undefined ? {} : { dataDir, keystore: join(dataDir, KEYSTORE_NAME) };
  return { ...context, settings: { ...context.settings, ...CALLING, ...own } };
}

interface Asked {
  readonly model: string;
  readonly executor: Address | undefined;
}

async function ask(context: CommandContext, { model, executor }: Asked): Promise<Finding> {
  const whom = executor ?? "the executor that would be asked anyway";
  process.stderr.write(
    `A question of a few words to ${whom}, with at most ${MOST_TOKENS} tokens of ${model} as its answer.\nIt costs what the executor asks for that; up to ${context.settings.channelStep} may go into a channel, and comes out of it again.\n`,
  );
  await requireConsent(context);
  const { client, chain } = await openBuyer(context, { exploration: 0, say: announceAside });
  const before = steadyClock();
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(QUESTION_MS)]);
  const question = {
    model,
    messages: [{ role: "user" as const, content: "Say hello." }],
    sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const },
    maxOutboundTokens: MOST_TOKENS,
    whole: true,
    ...(executor === undefined ? {} : { executor }),
  };
  for await (const event of client.ask(question, signal)) {
    if (event.type !== "end") continue;
    const seconds = ((steadyClock() - before) / 1000).toFixed(1);
    return fine(`answered by ${event.executor} in ${seconds} s, for ${shownTokens(chain, event.cost)}, with a receipt`);
  }
  throw new LloomError("STREAM_INTERRUPTED", "The answer ended without a receipt.");
}

/** What keeps a buyer from an answer is money, or that nobody sells. */
const mendOf = (code: LloomError["code"], model: string): string =>
  code === "INSUFFICIENT_FUNDS" || code === "CHANNEL_UNDERFUNDED" ? "lloom deposit 2" : `lloom offers --model ${model}`;
