import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import type { ChatMessage } from "@lloom/protocol/messages";
import { receiptFileToData } from "@lloom/protocol/receipt-file";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { shownWeights } from "../../client/choose/weights.ts";
import { type AskEvent, paidFor } from "../../client/question.ts";
import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { announceAside, type Command, type CommandContext } from "../command.ts";
import { textFor } from "../terminal-text.ts";
import { ASKING_FLAGS, askingTerms } from "./asking-flags.ts";
import { BUYING_SETTINGS, openBuyer } from "./buying.ts";

type Answered = Extract<AskEvent, { type: "end" }>;

/** `lloom ask`: one question, one answer, one receipt. */
export const ask: Command = {
  arguments: [{ form: "<prompt>", describe: "what to ask" }],
  settings: ["bootstrap", "listen", ...BUYING_SETTINGS],
  // The answer is what its reader wants to see.
  defaults: { logLevel: "warn" },
  flags: [
    ...ASKING_FLAGS,
    { form: "--receipt <FILE>", describe: "keep the receipt with prompt and answer as JSON, for lloom receipt verify" },
  ],
  examples: ['lloom ask "What is Lloom?"', 'lloom ask --model llama3.2 --receipt receipt.json "Name three moons."'],
  run: async (context) => {
    const question = questionOf(context);
    const { receipt: given } = context.flags;
    const receiptPath = typeof given === "string" ? givenPlace(given, "--receipt") : undefined;
    if (receiptPath !== undefined) checkWritable(receiptPath);
    // What one question learns of another executor nobody would use: it goes to the best.
    const { client, chain } = await openBuyer(context, { exploration: 0, say: announceAside });
    let answer = "";
    let end: Answered | undefined;
    for await (const event of client.ask({ ...question, whole: context.json }, context.signal)) {
      if (event.type === "end") end = event;
      if (event.type !== "text") continue;
      answer += event.text;
      if (!context.json) process.stdout.write(textFor(process.stdout, event.text));
    }
    if (end === undefined) throw new LloomError("STREAM_INTERRUPTED", "The answer ended without a receipt.");
    conclude(context, {
      receiptPath,
      messages: question.messages,
      answer,
      end,
      chain,
    });
  },
};

function questionOf(context: CommandContext) {
  const prompt = context.args[0] ?? "";
  if (prompt.trim() === "")
    throw new LloomError("COMMAND_INVALID", "The prompt is empty.", {
      next: 'Ask something: lloom ask "What is Lloom?"',
    });
  const { system, ...terms } = askingTerms(context);
  const instructions = system === undefined ? [] : [{ role: "system" as const, content: system }];
  return { ...terms, messages: [...instructions, { role: "user" as const, content: prompt }] };
}

interface Conclusion {
  readonly receiptPath: string | undefined;
  readonly messages: readonly ChatMessage[];
  readonly answer: string;
  readonly end: Answered;
  readonly chain: Chain;
}

/** The answer is paid: it is told before anything that can fail. */
function conclude({ json, print }: CommandContext, { receiptPath, messages, answer, end, chain }: Conclusion): void {
  const { receipt: bare, salts } = end;
  const receipt = receiptFileToData(
    { ...bare, domain: chain.domain },
    { prompt: { salt: salts.prompt, messages }, answer: { salt: salts.answer, text: answer } },
  );
  const weights = shownWeights(end.weightsHash);
  const { executor, inboundTokens, outboundTokens, finishReason, attempts, copies = [] } = end;
  const cost = paidFor(end);
  const agreement = copies.map((copy) => ({
    executor: copy.executor,
    agrees: copy.agrees,
    cost: copy.cost.toString(),
  }));
  if (json) {
    const paid = { executor, weights: weights ?? null, cost: cost.toString(), token: tokenOf(chain) };
    const compared = copies.length === 0 ? {} : { copies: agreement };
    print(
      JSON.stringify({ answer, ...paid, inboundTokens, outboundTokens, finishReason, attempts, ...compared, receipt }),
    );
  } else {
    print("");
    const agree = copies.filter(({ agrees }) => agrees).length;
    if (copies.length > 0) process.stderr.write(`\n${agree} of ${copies.length} executors gave this very answer.`);
    process.stderr.write(
      `\n${shownTokens(chain, cost)} for ${inboundTokens} + ${outboundTokens} tokens to ${executor}${weights === undefined ? "" : ` with ${weights}`}; request ${end.requestHash}\n`,
    );
  }
  if (receiptPath !== undefined) writeReceipt(receiptPath, JSON.stringify(receipt));
}

/** Throws COMMAND_INVALID while nothing is asked and nothing paid; leaves no file behind. */
function checkWritable(path: string): void {
  const isNew = !existsSync(path);
  try {
    closeSync(openSync(path, "a"));
  } catch (cause) {
    throw new LloomError("COMMAND_INVALID", `--receipt: ${path} cannot be written: ${(cause as Error).message}.`, {
      cause,
      next: "Give the path of a file in a directory that exists and may be written to. Nothing was asked.",
    });
  }
  if (isNew) rmSync(path);
}

function writeReceipt(path: string, receipt: string): void {
  try {
    writeFileSync(path, `${receipt}\n`);
  } catch (cause) {
    throw new LloomError("STORE_FAILED", `The receipt cannot be written to ${path}: ${(cause as Error).message}.`, {
      cause,
      next: "Check free space and permissions there. The answer above is paid; its receipt stays in the data directory.",
    });
  }
}
