import { EMBEDDING_LIMITS } from "@lloom/protocol/form/answer-settings";
import { embeddingSampling, MOST_EMBEDDING_OUTBOUND } from "@lloom/protocol/form/embedding";
import { readVectors } from "@lloom/protocol/form/vectors";
import { receiptFileToData } from "@lloom/protocol/receipt-file";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { paidFor } from "../../client/question.ts";
import { LloomError } from "../../errors.ts";
import { announceAside, type Command } from "../command.ts";
import { numberFlag } from "../number-flag.ts";
import { BUYING_SETTINGS, openBuyer } from "./buying.ts";

const DEFAULT_MODEL = "lloom-tiny";

/** `lloom embed`: the vector of one text, as a list of numbers on standard output. */
export const embed: Command = {
  arguments: [{ form: "<text>", describe: "what to embed" }],
  settings: ["bootstrap", "listen", ...BUYING_SETTINGS],
  defaults: { logLevel: "warn" },
  flags: [
    {
      form: "--model <NAME>",
      describe: `which model, or NAME@sha256:DIGITS for weights by their hash (default: ${DEFAULT_MODEL})`,
    },
    { form: "--dimensions <N>", describe: "how many numbers, where the model can make fewer (default: all)" },
  ],
  examples: ['lloom embed "What is Lloom?"', 'lloom embed --model nomic-embed-text --json "What is Lloom?"'],
  run: async (context) => {
    const { args, flags, json, print, signal } = context;
    const [text = ""] = args;
    if (text === "")
      throw new LloomError("COMMAND_INVALID", "The text is empty.", { next: 'Give one: lloom embed "What is Lloom?"' });
    const { dimensions, model = DEFAULT_MODEL } = flags;
    const limits = { name: "dimensions", fallback: 0, minimum: 1, maximum: EMBEDDING_LIMITS.dimensions, isWhole: true };
    const numbers = dimensions === undefined ? undefined : numberFlag(dimensions, limits);
    const question = {
      model: String(model),
      messages: [{ role: "user" as const, content: text }],
      sampling: embeddingSampling(numbers),
      maxOutboundTokens: MOST_EMBEDDING_OUTBOUND,
    };
    const { client, chain } = await openBuyer(context, { exploration: 0, say: announceAside });
    let answer = "";
    for await (const event of client.ask(question, signal)) {
      if (event.type === "text") answer += event.text;
      if (event.type !== "end") continue;
      const vectors = readVectors(answer);
      if (typeof vectors === "string") throw new LloomError("STREAM_INTERRUPTED", vectors);
      const embedding = [...(vectors[0] ?? [])];
      const cost = paidFor(event);
      const { executor, inboundTokens, salts, requestHash } = event;
      const content = {
        prompt: { salt: salts.prompt, messages: question.messages },
        answer: { salt: salts.answer, text: answer },
      };
      const receipt = receiptFileToData({ ...event.receipt, domain: chain.domain }, content);
      const paid = { executor, cost: cost.toString(), token: tokenOf(chain), inboundTokens };
      print(JSON.stringify(json ? { embedding, ...paid, receipt } : embedding));
      if (!json)
        process.stderr.write(
          `${shownTokens(chain, cost)} for ${inboundTokens} tokens to ${executor}; request ${requestHash}\n`,
        );
      return;
    }
    throw new LloomError("STREAM_INTERRUPTED", "The vector ended without a receipt.");
  },
};
