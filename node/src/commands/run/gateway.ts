import { untilStopped } from "../../daemon.ts";
import { LloomError } from "../../errors.ts";
import { createGateway } from "../../gateway/gateway.ts";
import { checkListening } from "../../gateway/listening.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { openKeyedCalls } from "../../store/client/keyed-calls.ts";
import { watchStore } from "../../store/database/watch-store.ts";
import { BUYING_SETTINGS, openBuyer } from "../ask/buying.ts";
import { announce, type Command } from "../command.ts";
import { tellDuty } from "../dispute/words.ts";
import { settingAmount, settingEther } from "../open/open.ts";
import { metricsLine, OBSERVATION_NAMES, openOwnObservation } from "../open/open-observation.ts";
import { clientLacks, warnOf } from "./lacks.ts";
import { observeGateway } from "./observe-gateway.ts";

/** `lloom gateway`: OpenAI's API on this machine, paid by this key. */
export const gateway: Command = {
  kind: "daemon",
  settings: [
    "bootstrap",
    "listen",
    "mdns",
    ...BUYING_SETTINGS,
    "exploration",
    "disputes",
    ...(["disputeBonds", "complaintBonds", "appeals", "appealDeposits"] as const),
    "gatewayHost",
    "gatewayPort",
    "gatewayKeysFile",
    ...OBSERVATION_NAMES,
  ],
  examples: ["lloom gateway", "lloom gateway --port 9000", "lloom gateway --host 0.0.0.0 --api-keys-file keys.txt"],
  run: async (context) => {
    const { settings, stack, log } = context;
    const { gatewayHost: host, gatewayPort: port, gatewayKeysFile } = settings;
    const apiKeys = gatewayKeysFile === undefined ? [] : readKeys(gatewayKeysFile);
    const options = { host, port, apiKeys };
    await checkListening(options);
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
    const forgetful = Promise.withResolvers<LloomError>();
    const memory = { calls: watchStore(openKeyedCalls(db), forgetful.resolve), fateOf: store.fate };
    const deployment = { domain, token: { symbol, decimals } };
    const measured = { metrics: () => observation.metrics.text() };
    const reasons = observeGateway(observation.metrics, { client, store, host: peers, clock, room });
    const { url } = stack.use(await createGateway({ client, memory, deployment, log, options, ...measured }));
    const metrics = await observation.serve(reasons);
    warnOf(context, await clientLacks(chain, identity.address));
    announce(
      context,
      { event: "ready", role: "gateway", address: identity.address, url, metrics },
      [`Gateway of ${identity.address} is ready. Point OpenAI clients at`, `  ${url}/v1`, ...metricsLine(metrics)].join(
        "\n",
      ),
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
