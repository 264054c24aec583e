import type { Hex } from "@lloom/protocol/commitment-types";
import { receiptFileToData } from "@lloom/protocol/receipt-file";
import type { Client } from "../client/client.ts";
import type { ModelSummary } from "../client/discover/model-summary.ts";
import { openBuyer } from "../commands/ask/buying.ts";
import type { CommandContext } from "../commands/command.ts";
import { keystorePath } from "../commands/open/open.ts";
import { LloomError } from "../errors.ts";
import { createLog } from "../log.ts";
import { toSeconds, wallClock } from "../primitives/clock.ts";
import type { Settings } from "../settings.ts";
import { ownReceipts } from "../store/client/own-receipts.ts";
import { chargeOf } from "../store/client/request-charge.ts";
import type { Database } from "../store/database/database.ts";
import { type Identity, identityFromSecret } from "../wallet/identity.ts";
import { openKeystore } from "../wallet/keystore.ts";
import { answered, namedWeights } from "./answers.ts";
import { secretOf, settingsOf } from "./chosen-settings.ts";
import type { Engine } from "./engine.ts";
import { LimitedPurse } from "./limited-purse.ts";
import type { BoughtReceipt, LloomClientOptions, OfferedModel, OfferedTerms, ReceiptListing } from "./public-types.ts";
import { questionOf } from "./question-of.ts";

/** A client in this process, as `lloom ask` and `lloom gateway` have it. Throws as they do at their start. */
export async function openHere(options: LloomClientOptions): Promise<Engine> {
  await using stack = new AsyncDisposableStack();
  const closing = new AbortController();
  const context = contextOf(settingsOf(options), { stack, signal: closing.signal });
  const { limits = {} } = options;
  const { client, chain, identity, db } = await openBuyer(context, {
    exploration: context.settings.exploration,
    say: () => undefined,
    identity: await identityOf(options, context),
    options: {
      maxPrice: { inbound: limits.inboundPrice, outbound: limits.outboundPrice },
      ...(limits.channelStep !== undefined && { channelStep: limits.channelStep }),
    },
  });
  const purse = new LimitedPurse(limits, (requestHash: Hex) =>
    chargeOf(db, requestHash, Number(toSeconds(wallClock()))),
  );
  const resources = stack.move();
  return {
    address: identity.address,
    answer: (given, signal) => {
      const question = { ...questionOf(given), purse };
      return answered(client.ask(question, signal), question, chain.domain);
    },
    models: async () => (await client.models()).map(modelOf),
    offers: (model) => offersOf(client, model),
    receipts: async (listing) => receiptsOf(db, listing, chain.domain),
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await resources.disposeAsync();
    },
  };
}

/** As a command would have it that nobody sees. */
const contextOf = (settings: Settings, life: Pick<CommandContext, "stack" | "signal">): CommandContext => ({
  ...life,
  settings,
  onReload: () => undefined,
  settingsProblem: undefined,
  originOf: () => undefined,
  reread: () => settings,
  networkFile: undefined,
  isFileNamed: false,
  args: [],
  flags: {},
  json: true,
  log: createLog({ level: settings.logLevel, name: "client" }),
  print: () => undefined,
});

async function identityOf({ key, password }: LloomClientOptions, context: CommandContext): Promise<Identity> {
  if (key !== undefined) return identityFromSecret(secretOf(key));
  if (password !== undefined) return openKeystore({ path: keystorePath(context), password });
  throw new LloomError("KEYSTORE_INVALID", "Neither key nor password was given.", {
    next: "Give createClient key, or the password of the keystore in keystore or dataDir.",
  });
}

const modelOf = ({ model, executors, inboundPrice, outboundPrice, maxContext, weights, features }: ModelSummary) =>
  ({
    ...{ model, executors, inboundPrice, outboundPrice },
    maxContext: Number(maxContext),
    weightsHash: namedWeights(weights[0].hash),
    features: features ?? [],
  }) satisfies OfferedModel;

async function offersOf(client: Client, model: string): Promise<OfferedTerms[]> {
  const signed = await client.buyable(model);
  return signed
    .map(({ offer, load, capacity }) => ({
      ...{ executor: offer.executor, model: offer.model, weightsHash: namedWeights(offer.weightsHash) },
      ...{ inboundPrice: offer.inboundPrice, outboundPrice: offer.outboundPrice },
      ...{ maxContext: Number(offer.maxContext), load, capacity },
    }))
    .sort((a, b) => Number(a.outboundPrice + a.inboundPrice - b.outboundPrice - b.inboundPrice));
}

const receiptsOf = (
  db: Database,
  { limit = 20, before }: ReceiptListing,
  domain: Parameters<typeof answered>[2],
): BoughtReceipt[] =>
  ownReceipts(db, { limit, ...(before !== undefined && { before }) }).map((one) => {
    const { requestHash, receipt, receivedAtMs, promptSalt, contentSalt, cursor } = one;
    const { request, response } = receipt;
    return {
      ...{ requestHash, model: request.model, executor: request.executor, cursor },
      at: new Date(receivedAtMs),
      cost: response.cumulativeCost - request.ackedCost,
      receipt: receiptFileToData(
        { ...receipt, domain },
        { prompt: { salt: promptSalt }, answer: { salt: contentSalt } },
      ),
    };
  });
