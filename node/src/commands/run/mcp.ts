import { serveMcpStdio } from "../../gateway/mcp/mcp-stdio.ts";
import { toSeconds, wallClock } from "../../primitives/clock.ts";
import { chargeOf } from "../../store/client/request-charge.ts";
import { amountArgument } from "../amount.ts";
import { BUYING_SETTINGS, openBuyer } from "../ask/buying.ts";
import { executorLook } from "../ask/executor-look.ts";
import { announceAside, type Command, type CommandContext } from "../command.ts";
import { clientLacks, warnOf } from "./lacks.ts";
import { ownTools } from "./own-tools.ts";
import { takeStdout } from "./take-stdout.ts";

const USUAL_BUDGET = "1";

/** `lloom mcp`: tools for one agent, over standard input and output, paid by this key. */
export const mcp: Command = {
  kind: "daemon",
  settings: ["bootstrap", "listen", ...BUYING_SETTINGS],
  // Hosts show what a server says on standard error.
  defaults: { logLevel: "warn" },
  flags: [
    {
      form: "--budget <AMOUNT>",
      describe: `most that it spends while it runs, in tokens of payment (default: ${USUAL_BUDGET})`,
    },
  ],
  examples: ["lloom mcp --password-file password", "lloom mcp --budget 0.5 --password-file password"],
  run: async (given) => {
    const budget = amountArgument(String(given.flags["budget"] ?? USUAL_BUDGET), "lloom mcp --budget 0.5");
    const output = takeStdout();
    const context = aside(given);
    const { signal, log } = context;
    // What a question learns of another executor this agent would rarely use: it goes to the best.
    const { client, chain, db, identity } = await openBuyer(context, { exploration: 0, say: announceAside });
    const { domain, tokenSymbol: symbol, tokenDecimals: decimals } = chain;
    const call = ownTools({
      ...{ client, deployment: { domain, token: { symbol, decimals } } },
      executorFacts: executorLook(context, { chain, client }),
      chargeOf: (requestHash) => chargeOf(db, requestHash, Number(toSeconds(wallClock()))),
      ...{ budget: budget.baseUnits(decimals), closing: signal },
    });
    warnOf(context, await clientLacks(chain, identity.address));
    announceAside(
      context,
      { event: "ready", role: "mcp", address: identity.address },
      `MCP for ${identity.address} is ready on standard input and output.`,
    );
    const over = new AbortController();
    const failure = client.failed.finally(() => over.abort());
    const ends = AbortSignal.any([signal, over.signal]);
    await serveMcpStdio({ call, log }, { input: process.stdin, output, signal: ends });
    if (over.signal.aborted) throw await failure;
  },
};

/** Whatever is said to a person stands on standard error: standard output holds the protocol alone. */
const aside = (context: CommandContext): CommandContext => ({
  ...context,
  print: (line) => void process.stderr.write(`${line}\n`),
});
