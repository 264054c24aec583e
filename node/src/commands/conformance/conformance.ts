import { randomBytes } from "node:crypto";
import { shownTokens } from "../../chain/account/calls.ts";
import { LloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import { createHost } from "../../p2p/host/host.ts";
import { peers } from "../../setting-forms.ts";
import { BUYING_SETTINGS, openBuyer } from "../ask/buying.ts";
import { coloured } from "../colour.ts";
import { announce, announceAside, type Command, type CommandContext } from "../command.ts";
import { requireConsent, YES } from "../deeds/consent.ts";
import { openKeylessChain } from "../open/open.ts";
import { progressLine } from "../progress-line.ts";
import type { Buy } from "./examination.ts";
import { CHECKS, examine } from "./examine.ts";
import type { Line } from "./finding.ts";

const EXAMPLE = "/ip4/203.0.113.7/tcp/4001/p2p/16Uiu2HAm...";
const ROLES = ["executor", "validator", "client"] as const;
const MOST_TOKENS = 8;

/** `lloom conformance`: holds somebody's node against the documented protocol, as a stranger would. */
export const conformance: Command = {
  arguments: [{ form: "<multiaddr>", describe: "where the node listens, with its peer id" }],
  settings: BUYING_SETTINGS,
  defaults: { logLevel: "silent" },
  flags: [
    { form: "--role <ROLE>", describe: "what it is: executor, validator or client (default: what it says itself)" },
    { form: "--paid", describe: "also buy an answer of it, with this key's deposit" },
    { ...YES, describe: "with --paid: without asking; needed where there is no terminal" },
  ],
  examples: [
    `lloom conformance ${EXAMPLE}`,
    `lloom conformance ${EXAMPLE} --paid`,
    `lloom conformance ${EXAMPLE} --json`,
  ],
  run: async (context) => {
    const { args, flags, signal, stack, json } = context;
    const multiaddr = addressOf(args[0]);
    const role = ROLES.find((one) => one === flags["role"]);
    if (flags["role"] !== undefined && role === undefined)
      throw new LloomError("COMMAND_INVALID", `--role is "${String(flags["role"])}".`, {
        next: `Give ${ROLES.join(", ")}.`,
      });
    const { network, domain } = await openKeylessChain(context);
    const log = createLog({ level: "silent", name: "stranger" });
    const stranger = async () =>
      stack.use(
        await createHost({ secret: randomBytes(32), network, listen: [], bootstrap: [], dhtServer: false, log }),
      );
    const buy =
      flags["paid"] === true ? buyerAt(context, multiaddr) : "not asked: --paid buys one with this key's deposit";
    const counts = { passed: 0, failed: 0, skipped: 0 };
    const progress = progressLine();
    const next = (done: number): void => {
      const name = CHECKS[done]?.name;
      if (!json && name !== undefined) progress.show(`${name} ...`);
    };
    next(0);
    for await (const line of examine({ multiaddr, signal, stranger, domain, role, buy })) {
      progress.clear();
      counts[line.outcome] += 1;
      announce(context, { event: "check", ...line }, shown(line));
      next(counts.passed + counts.failed + counts.skipped);
    }
    progress.clear();
    const ok = counts.failed === 0;
    announce(
      context,
      { event: "verdict", ok, ...counts },
      `\n${counts.passed} as documented, ${counts.failed} not, ${counts.skipped} not looked at.`,
    );
    if (!ok) process.exitCode = 1;
  },
};

/** Throws COMMAND_INVALID. */
function addressOf(text: string | undefined): string {
  const read = peers.safeParse([text ?? ""]).data?.[0];
  if (read !== undefined) return read;
  throw new LloomError("COMMAND_INVALID", `"${text}" is no address of a peer.`, {
    next: `Give one that ends with its id: lloom conformance ${EXAMPLE}`,
  });
}

const MARKS = { passed: coloured("green", "✓"), failed: coloured("red", "✗"), skipped: coloured("dim", "-") } as const;

const shown = ({ name, section, outcome, message }: Line): string =>
  `${MARKS[outcome]} ${name}: ${message}${outcome === "failed" ? `\n  ${section}` : ""}`;

/** One small answer of the executor, by a client that joins through it. */
const buyerAt =
  (context: CommandContext, multiaddr: string): Buy =>
  async (executor, model) => {
    const { settings, signal } = context;
    process.stderr.write(
      `An answer of at most ${MOST_TOKENS} tokens of ${model}; up to ${settings.channelStep} may go into a channel with ${executor}, and comes out of it again.\n`,
    );
    await requireConsent(context);
    const joining = { bootstrap: [multiaddr], listen: ["/ip4/127.0.0.1/tcp/0"], announce: [] };
    const { client, chain } = await openBuyer(
      { ...context, settings: { ...settings, ...joining } },
      { exploration: 0, say: announceAside },
    );
    const question = {
      ...{ model, executor, maxOutboundTokens: MOST_TOKENS, whole: true },
      messages: [{ role: "user" as const, content: "Say hello." }],
      sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const },
    };
    for await (const event of client.ask(question, signal))
      if (event.type === "end") return `answered for ${shownTokens(chain, event.cost)}, with a receipt that is right`;
    throw new LloomError("STREAM_INTERRUPTED", "The answer ended without a receipt.");
  };
