import type { Hex } from "@lloom/protocol/commitment-types";
import { untilStopped } from "../../daemon.ts";
import { LloomError } from "../../errors.ts";
import { createGateway } from "../../gateway/gateway.ts";
import { checkListening } from "../../gateway/listening.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { toSeconds, wallClock } from "../../primitives/clock.ts";
import { openApiKeys } from "../../store/client/api-keys.ts";
import { openCallerPayments } from "../../store/client/caller-payments.ts";
import { openKeySpending } from "../../store/client/key-spending.ts";
import { openKeyedCalls } from "../../store/client/keyed-calls.ts";
import { chargeOf } from "../../store/client/request-charge.ts";
import { watchStore } from "../../store/database/watch-store.ts";
import { BUYING_SETTINGS, openBuyer } from "../ask/buying.ts";
import { executorLook } from "../ask/executor-look.ts";
import { announce, type Command } from "../command.ts";
import { tellDuty } from "../dispute/words.ts";
import { hasMadeKeys } from "../keys/key-file.ts";
import { settingAmount, settingEther } from "../open/open.ts";
import { metricsLine, OBSERVATION_NAMES, openOwnObservation } from "../open/open-observation.ts";
import { openBatchStore } from "./batch-store.ts";
import { clientLacks, warnOf } from "./lacks.ts";
import { observeGateway } from "./observe-gateway.ts";
import { openFleet } from "./open-fleet.ts";
import { openX402, X402_NAMES, x402Line } from "./open-x402.ts";

/** `lloom gateway`: OpenAI's API on this machine, paid by this key. */
export const gateway: Command = {
  kind: "daemon",
  settings: [
    "bootstrap",
    "listen",
    "announce",
    "mdns",
    ...BUYING_SETTINGS,
    "exploration",
    "disputes",
    ...(["disputeBonds", "complaintBonds", "appeals", "appealDeposits"] as const),
    "gatewayHost",
    "gatewayPort",
    "gatewayKeysFile",
    "keysDatabase",
    "cacheSeconds",
    "corsOrigins",
    ...X402_NAMES,
    ...OBSERVATION_NAMES,
  ],
  examples: [
    "lloom gateway",
    "lloom gateway --port 9000",
    "lloom keys create --name team --budget 5/day && lloom gateway --host 0.0.0.0",
    "lloom gateway --host 0.0.0.0 --keys-database postgres://lloom@db/lloom",
    "lloom gateway --host 0.0.0.0 --x402 exact --x402-fee 0.001",
  ],
  run: async (context) => {
    const { settings, stack, log } = context;
    const { gatewayHost: host, gatewayPort: port, gatewayKeysFile, cacheSeconds, corsOrigins } = settings;
    const apiKeys = gatewayKeysFile === undefined ? [] : readKeys(gatewayKeysFile);
    const options = {
      ...{ host, port, apiKeys, corsOrigins },
      hasMadeKeys: settings.keysDatabase !== undefined || hasMadeKeys(context),
      takesPayments: settings.x402 !== "off",
      cacheMs: cacheSeconds * 1000,
    };
    await checkListening(options);
    const fleet = await openFleet(context);
    const observation = await openOwnObservation(context, "gateway");
    const {
      client,
      identity,
      chain,
      store,
      db,
      host: peers,
      clock,
      room,
    } = await openBuyer(context, {
      exploration: settings.exploration,
      disputing: (chain) => ({
        disputes: settings.disputes,
        disputeBonds: settingEther(settings, "disputeBonds"),
        complaintBonds: settingAmount(chain, settings, "complaintBonds"),
        appeals: settings.appeals,
        appealDeposits: settingAmount(chain, settings, "appealDeposits"),
        onDispute: (duty) => tellDuty(context, duty),
      }),
    });
    const { domain, tokenSymbol: symbol, tokenDecimals: decimals } = chain;
    const shared = await fleet?.join({ chain, db });
    const forgetful = Promise.withResolvers<LloomError>();
    const memory = { calls: watchStore(openKeyedCalls(db), forgetful.resolve), fateOf: store.fate };
    const deployment = { domain, token: { symbol, decimals } };
    const keys = {
      ...(shared ?? { keys: openApiKeys(db), spending: watchStore(openKeySpending(db), forgetful.resolve) }),
      chargeOf: (requestHash: Hex) => chargeOf(db, requestHash, Number(toSeconds(wallClock()))),
    };
    const payments = watchStore(openCallerPayments(db), forgetful.resolve);
    const x402 = await openX402(context, { chain, client, payments });
    const measured = { metrics: () => observation.metrics.text() };
    const reasons = observeGateway(observation.metrics, { client, store, host: peers, clock, room });
    const batches = openBatchStore(context, { chain, identity, db, store, room });
    const executorFacts = executorLook(context, { chain, client });
    const kept = { memory, keys, batches, ...(x402 && { x402 }) };
    const parts = { client, ...kept, deployment, log, options, executorFacts, ...measured };
    const { url } = stack.use(await createGateway(parts));
    const metrics = await observation.serve(reasons);
    warnOf(context, await clientLacks(chain, identity.address));
    announce(
      context,
      { event: "ready", role: "gateway", address: identity.address, url, metrics },
      [
        ...[`Gateway of ${identity.address} is ready. Point OpenAI clients at`, `  ${url}/v1`],
        ...[...x402Line(x402), ...metricsLine(metrics)],
      ].join("\n"),
    );
    const failure = await untilStopped(context.signal, Promise.race([client.failed, forgetful.promise]));
    if (failure === undefined) return;
    log.error({ code: failure.code, problem: failure.message }, "the gateway cannot go on");
    throw failure;
  },
};

function readKeys(path: string): string[] {
  const next = "Give --api-keys-file the path of a file with one key on each line.";
  const text = readOutsideFile({ path, what: `The API key file ${path}`, code: "CONFIG_INVALID", next });
  const keys = text.split(/\r?\n/).map((line) => line.trim());
  const given = keys.filter((key) => key !== "");
  if (given.length > 0) return given;
  throw new LloomError("CONFIG_INVALID", `The API key file ${path} holds no key.`, { next });
}
