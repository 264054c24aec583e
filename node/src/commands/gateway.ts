import { readFileSync } from "node:fs";
import { untilStopped } from "../daemon.ts";
import { LloomError } from "../errors.ts";
import { createGateway } from "../gateway/gateway.ts";
import { checkListening } from "../gateway/listening.ts";
import { openBuyer } from "./buying.ts";
import { announce, type Command } from "./command.ts";
import { clientLacks, warnOf } from "./lacks.ts";

/** `lloom gateway`: OpenAI's API on this machine, paid by this key. */
export const gateway: Command = {
  settings: ["bootstrap", "listen", "channelStep", "exploration", "gatewayHost", "gatewayPort", "gatewayKeysFile"],
  examples: ["lloom gateway", "lloom gateway --port 9000", "lloom gateway --host 0.0.0.0 --api-keys-file keys.txt"],
  run: async (context) => {
    const { settings, stack, log } = context;
    const { gatewayHost: host, gatewayPort: port, gatewayKeysFile } = settings;
    const apiKeys = gatewayKeysFile === undefined ? [] : readKeys(gatewayKeysFile);
    const options = { host, port, apiKeys };
    await checkListening(options);
    const { client, identity, chain } = await openBuyer(context, settings);
    const { domain, tokenSymbol: symbol, tokenDecimals: decimals } = chain;
    const deployment = { domain, token: { symbol, decimals } };
    const { url } = stack.use(await createGateway({ client, deployment, log, options }));
    warnOf(context, await clientLacks(chain, identity.address));
    announce(
      context,
      { event: "ready", role: "gateway", address: identity.address, url },
      [`Gateway of ${identity.address} is ready. Point OpenAI clients at`, `  ${url}/v1`].join("\n"),
    );
    await untilStopped(context.signal);
  },
};

function readKeys(path: string): string[] {
  try {
    const keys = readFileSync(path, "utf8")
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "");
    if (keys.length > 0) return keys.map((key) => key.trim());
  } catch (cause) {
    throw new LloomError("CONFIG_INVALID", `The API key file ${path} cannot be read: ${(cause as Error).message}.`, {
      cause,
    });
  }
  throw new LloomError("CONFIG_INVALID", `The API key file ${path} holds no key.`, {
    next: "Put one key on each line.",
  });
}
