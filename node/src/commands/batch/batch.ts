import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { FILE_LIMITS } from "../../gateway/files/file-limits.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { requireConsent, YES } from "../deeds/consent.ts";
import { numberFlag } from "../number-flag.ts";
import { GATEWAY_KEY_FILE, type GatewayAt, gatewayAt } from "../open/gateway-at.ts";
import { progressLine } from "../progress-line.ts";
import { counted } from "../words.ts";
import { type BatchCalls, type BatchTerms, batchCalls, isOver } from "./batch-calls.ts";
import { type BatchInput, callsIn, questionsIn } from "./batch-input.ts";
import { endOf, followBatch } from "./follow.ts";
import { tellResults } from "./results.ts";
import { batchLines, progressSentence } from "./words.ts";

interface Acting {
  readonly context: CommandContext;
  readonly gateway: GatewayAt;
  readonly calls: BatchCalls;
  /** A file, or a batch's id. */
  readonly what: string | undefined;
}
type Action = (acting: Acting) => Promise<void>;

const ACTIONS: Readonly<Record<string, Action>> = {
  make,
  list,
  show: async (acting) => {
    const batch = await acting.calls.find(idOf("show", acting));
    announce(acting.context, { event: "batch", ...batch }, batchLines(batch));
  },
  follow: (acting) => followBatch(acting.context, acting.calls, idOf("follow", acting)),
  results: (acting) => tellResults(acting.context, acting.calls, idOf("results", acting)),
  cancel: async (acting) => {
    const batch = await acting.calls.cancel(idOf("cancel", acting));
    announce(acting.context, { event: "batch", ...batch }, batchLines(batch));
  },
};

const EXAMPLE_ID = "batch_0123456789abcdef";

/** `lloom batch`: many calls in one file, which a gateway answers by itself. */
export const batch: Command = {
  arguments: [
    { form: "<action>", describe: "make, list, show, follow, results, or cancel" },
    { form: "[what]", describe: "make: the file; else the batch's id" },
  ],
  needs: "nothing",
  settings: ["gatewayHost", "gatewayPort", "maxInboundPrice", "maxOutboundPrice"],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--gateway <URL>", describe: "whose key pays (default: the one that --host and --port name)" },
    GATEWAY_KEY_FILE,
    { form: "--model <NAME>", describe: "make: each line of the file is a question to this model, and no call" },
    { form: "--max-tokens <N>", describe: "make, with --model: most tokens of an answer" },
    {
      form: "--window <TIME>",
      describe: "make: how long lines may wait for capacity or a price, 1m to 14d (default: 24h)",
    },
    { form: "--again", describe: "make: also where a batch of the same lines is there" },
    { form: "--detach", describe: "make: do not follow it" },
    { form: "--to <FILE>", describe: "results: into this file, in place of standard output" },
    { form: "--limit <N>", describe: "list: so many, the newest first (default: 20)" },
    { ...YES, describe: "make: without asking; needed where there is no terminal" },
  ],
  examples: [
    "lloom batch make questions.txt --model lloom-tiny",
    "lloom batch make calls.jsonl --window 12h --max-outbound-price 0.30",
    "lloom batch list",
    `lloom batch follow ${EXAMPLE_ID}`,
    `lloom batch results ${EXAMPLE_ID} --to answers.jsonl`,
    `lloom batch cancel ${EXAMPLE_ID}`,
  ],
  run: async (context) => {
    const [name = "", what] = context.args;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined)
      throw new LloomError("COMMAND_INVALID", `lloom batch cannot "${name}".`, {
        next: `It can ${Object.keys(ACTIONS).join(", ")}.`,
      });
    const { gatewayHost, gatewayPort } = context.settings;
    // A gateway on every address is on this machine's own.
    const host = gatewayHost === "0.0.0.0" || gatewayHost === "::" ? "127.0.0.1" : gatewayHost;
    const gateway = gatewayAt(context, `http://${host.includes(":") ? `[${host}]` : host}:${gatewayPort}`);
    await action({ context, gateway, calls: batchCalls(gateway, context.signal), what });
  },
};

function idOf(action: string, { what }: Acting): string {
  if (what !== undefined) return what;
  throw new LloomError("COMMAND_INVALID", "Which batch?", {
    next: `Give its id: lloom batch ${action} ${EXAMPLE_ID}. lloom batch list shows them.`,
  });
}

/** The same lines make the same batch: whoever gives the command again goes on with it. */
async function make({ context, gateway, calls, what }: Acting): Promise<void> {
  const { flags, settings } = context;
  const input = inputOf(context, what);
  const window = typeof flags["window"] === "string" ? flags["window"] : "24h";
  const { maxInboundPrice: prompt, maxOutboundPrice: completion } = settings;
  const terms: BatchTerms = {
    ...{ endpoint: input.endpoint, window, inputHash: input.hash, maxPrice: { prompt, completion } },
  };
  const earlier = flags["again"] === true ? undefined : await calls.madeOf(terms);
  if (earlier !== undefined) {
    const { id } = earlier;
    announce(
      context,
      { event: "found", id, status: earlier.status },
      `These lines are a batch already: ${id}. For another one: --again`,
    );
    return isOver(earlier) || flags["detach"] === true ? endOf(context, earlier) : followBatch(context, calls, id);
  }
  announce(
    context,
    {
      event: "planned",
      gateway: gateway.url,
      lines: input.lines,
      endpoint: input.endpoint,
      window,
      maxPrice: terms.maxPrice,
    },
    `${counted(input.lines, "line")} for ${input.endpoint} at ${gateway.url}, within ${window}, at ${pricesOf(terms)}; its key pays for the answers.`,
  );
  await requireConsent(context, { question: "Make the batch?", nothing: "No batch was made" });
  const progress = progressLine();
  progress.show(`Sending ${(Buffer.byteLength(input.text) / 1e6).toFixed(1)} MB ...`);
  const made = await calls
    .upload("batch.jsonl", input.text)
    .then((inputId) => calls.make(inputId, terms))
    .catch((thrown: unknown) => {
      throw context.signal.aborted ? halfMade() : thrown;
    })
    .finally(() => progress.clear());
  announce(context, { event: "made", id: made.id }, `The batch is ${made.id}.`);
  if (flags["detach"] === true) return;
  await followBatch(context, calls, made.id);
}

/** Whether the gateway had it before the command was stopped nobody knows here. */
const halfMade = (): LloomError =>
  new LloomError("CANCELLED", "The command was stopped while the batch was made; it may be there.", {
    next: "Give the same command again, which goes on with it if it is, or see lloom batch list.",
  });

function inputOf({ flags }: CommandContext, file: string | undefined): BatchInput {
  if (file === undefined)
    throw new LloomError("COMMAND_INVALID", "Which file?", {
      next: "Give one: lloom batch make questions.txt --model lloom-tiny",
    });
  const path = givenPlace(file, "The file");
  const next = "Give the path of a text file with a call, or with --model a question, in each line.";
  const text = readOutsideFile({ path, what: path, code: "COMMAND_INVALID", next, limit: FILE_LIMITS.fileBytes });
  const { model, maxTokens } = flags;
  if (typeof model !== "string") {
    if (maxTokens === undefined) return callsIn(text);
    throw new LloomError("COMMAND_INVALID", "--max-tokens goes with --model.", {
      next: "Calls say it themselves, in max_tokens.",
    });
  }
  const most = { name: "max-tokens", fallback: 0, minimum: 1, maximum: 1_000_000, isWhole: true };
  return questionsIn(text, model, maxTokens === undefined ? undefined : numberFlag(maxTokens, most));
}

function pricesOf({ maxPrice: { prompt, completion } }: BatchTerms): string {
  if (prompt === undefined && completion === undefined) return "any price";
  const [of, and] = [prompt ?? "any price", completion ?? "any price"];
  return `most ${of} for 1 000 000 prompt tokens and ${and} for as many of answers`;
}

async function list({ context, calls, what }: Acting): Promise<void> {
  if (what !== undefined)
    throw new LloomError("COMMAND_INVALID", `"${what}" is one word too many.`, { next: `lloom batch show ${what}` });
  const limit = numberFlag(context.flags["limit"], {
    name: "limit",
    fallback: 20,
    minimum: 1,
    maximum: 100,
    isWhole: true,
  });
  const batches = await calls.list(limit);
  announce(
    context,
    { event: "batches", batches },
    batches.length === 0
      ? "There are no batches. Make one: lloom batch make FILE"
      : batches.map((one) => `${one.id}  ${progressSentence(one)}`).join("\n"),
  );
}
