import { statSync } from "node:fs";
import { formatAmount } from "@lloom/protocol/amounts";
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { receiptFileFromJson } from "@lloom/protocol/receipt-file";
import { utcText } from "@lloom/protocol/utc-text";
import { checkReceipt } from "../../client/check/check-receipt.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { numberFlag } from "../number-flag.ts";
import { counted } from "../words.ts";
import { type KeptReceipt, keptReceipts, receiptFileOf } from "./kept-receipts.ts";
import { receiptToken } from "./receipt-token.ts";

const ACTIONS = { list, export: exportAll, verify } as const;
const NEXT = "Give list, export or verify: lloom receipts list";

/** `lloom receipts`: those that this data directory's logs hold, and whether receipts are right. */
export const receipts: Command = {
  arguments: [
    { form: "<action>", describe: "list, export, or verify" },
    {
      form: "[which]",
      describe: "export: a request's hash, all without one; verify: a file with receipts, or - for standard input",
    },
  ],
  settings: ["rpc", "network", "accounting"],
  needs: "key",
  defaults: { logLevel: "warn" },
  flags: [{ form: "--limit <N>", describe: "list and export: so many, the newest first (default: 20; export: all)" }],
  examples: [
    "lloom receipts list",
    "lloom receipts export > receipts.jsonl",
    `lloom receipts export 0x${"0f".repeat(32)}`,
    "lloom receipts export | lloom receipts verify -",
  ],
  run: async (context) => {
    const [action = ""] = context.args;
    if (!Object.hasOwn(ACTIONS, action))
      throw new LloomError("COMMAND_INVALID", `lloom receipts cannot "${action}".`, { next: NEXT });
    if (action !== "verify") refuseNoDirectory(context.settings);
    await ACTIONS[action as keyof typeof ACTIONS](context);
  },
};

/** A name that is misspelt holds no receipts, and must not be taken for a node that has none. */
function refuseNoDirectory({ dataDir }: CommandContext["settings"]): void {
  if (statSync(dataDir, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new LloomError("CONFIG_INVALID", `There is no data directory at ${dataDir}.`, {
    next: "Give the one of your node by --data-dir; lloom config show --origin says where this one comes from.",
  });
}

const MOST = 1_000_000_000;

function* newest(context: CommandContext, fallback: number): Generator<KeptReceipt> {
  const bounds = { name: "limit", fallback, minimum: 1, maximum: MOST, isWhole: true };
  let left = numberFlag(context.flags["limit"], bounds);
  for (const kept of keptReceipts(context)) {
    if (left-- === 0) return;
    yield kept;
  }
}

const costOf = ({ receipt }: KeptReceipt): bigint => receipt.response.cumulativeCost - receipt.request.ackedCost;

async function list(context: CommandContext): Promise<void> {
  const tokens = new Map<string, (amount: bigint) => string>();
  let count = 0;
  for (const kept of newest(context, 20)) {
    const { side, requestHash, receipt, atMs, domain } = kept;
    const place = `${domain.chainId} ${domain.accounting}`;
    if (!tokens.has(place)) tokens.set(place, await amountsOf(context, kept));
    const peer = side === "bought" ? receipt.request.executor : receipt.request.client;
    const { model } = receipt.request;
    const { inboundTokens, outboundTokens } = receipt.response;
    const cost = costOf(kept);
    announce(
      context,
      {
        event: "receipt",
        side,
        requestHash,
        peer,
        model,
        inboundTokens,
        outboundTokens,
        cost,
        at: utcText(atMs / 1000, "iso"),
      },
      [
        requestHash,
        `  ${utcText(atMs / 1000, "minute")}, ${side === "bought" ? "from" : "to"} ${peer}`,
        `  ${side} for ${tokens.get(place)?.(cost)}: ${inboundTokens} + ${outboundTokens} tokens of ${model}`,
      ].join("\n"),
    );
    count += 1;
  }
  const { dataDir } = context.settings;
  if (count === 0) announce(context, { event: "none", dataDir }, `There are no receipts in ${dataDir}.`);
}

/** In tokens where the settings name the deployment, else in base units. */
async function amountsOf(context: CommandContext, { domain }: KeptReceipt): Promise<(amount: bigint) => string> {
  const { token } = await receiptToken(context, domain);
  return (amount) =>
    token === undefined ? `${amount} base units` : `${formatAmount(amount, token.decimals)} ${token.symbol}`;
}

async function exportAll(context: CommandContext): Promise<void> {
  const [, wanted] = context.args;
  let count = 0;
  for (const kept of newest(context, MOST)) {
    if (wanted !== undefined && kept.requestHash !== wanted.toLowerCase()) continue;
    context.print(JSON.stringify(receiptFileOf(kept)));
    count += 1;
  }
  if (wanted !== undefined && count === 0)
    throw new LloomError("COMMAND_INVALID", `No receipt of the request ${wanted} is in ${context.settings.dataDir}.`, {
      next: "See which there are: lloom receipts list",
    });
}

/** Receipts, one a line, as they are exported. */
const LONGEST = 64 * 1024 * 1024;

async function verify(context: CommandContext): Promise<void> {
  const [, place = "-"] = context.args;
  const text = place === "-" ? await standardInput() : fileText(place);
  const wrong: string[] = [];
  const pieces = piecesOf(text);
  for (const [index, piece] of pieces.entries()) {
    const found = verdictOf(piece);
    if (found.problem !== undefined) wrong.push(found.problem);
    announce(
      context,
      { event: found.problem === undefined ? "verified" : "refused", number: index + 1, ...found },
      found.problem === undefined ? `right  ${found.requestHash}` : `WRONG  receipt ${index + 1}: ${found.problem}`,
    );
  }
  const count = counted(pieces.length, "receipt");
  if (wrong.length > 0)
    throw new LloomError("RECEIPT_INVALID", `Of ${count}, ${counted(wrong.length, "is", "are")} not right.`, {
      next: "Do not take them for what they say; those above are named.",
    });
  announce(context, { event: "all-right", count: pieces.length }, `${count}: all right.`);
}

function verdictOf(piece: string): { readonly requestHash?: Hex; readonly problem?: string } {
  try {
    const { receipt } = checkReceipt(receiptFileFromJson(piece));
    return { requestHash: createCommitmentHasher(receipt.domain).hashRequest(receipt.request) };
  } catch (thrown) {
    return { problem: asLloomError(thrown).message };
  }
}

/** One receipt in as many lines as it likes, or one in each line. */
function piecesOf(text: string): readonly string[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0)
    throw new LloomError("COMMAND_INVALID", "There is no receipt.", {
      next: "lloom receipts export | lloom receipts verify -",
    });
  return lines.every((line) => line.trimStart().startsWith("{") && line.trimEnd().endsWith("}")) ? lines : [text];
}

const fileText = (place: string): string => {
  const path = givenPlace(place, "The file");
  const next = "Give the path of a file with receipts, or - for standard input.";
  return readOutsideFile({ path, what: path, code: "COMMAND_INVALID", next, limit: LONGEST });
};

async function standardInput(): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > LONGEST)
      throw new LloomError("COMMAND_INVALID", `Standard input has more than ${LONGEST} bytes.`, {
        next: "Give the receipts in smaller parts.",
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
