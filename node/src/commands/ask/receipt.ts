import { shownAmount } from "@lloom/protocol/amounts";
import type { ChatMessage } from "@lloom/protocol/messages";
import { type ReceiptFile, receiptFileFromJson } from "@lloom/protocol/receipt-file";
import { type CheckedReceipt, checkReceipt } from "../../client/check/check-receipt.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { parseChatRequest } from "../../gateway/chat/chat-request.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { type ReceiptToken, receiptToken } from "./receipt-token.ts";

/** `lloom receipt verify`: what anyone can say of a receipt without asking anybody; the chain only for the name of its token. */
export const receipt: Command = {
  arguments: [
    { form: "<action>", describe: "verify" },
    { form: "<file>", describe: "a receipt, or an answer of the gateway or of lloom ask --json that holds one" },
  ],
  settings: ["rpc", "network", "accounting"],
  needs: "nothing",
  flags: [
    { form: "--request <FILE>", describe: "the JSON body that was sent to the gateway: its messages are checked too" },
  ],
  examples: [
    'lloom ask --receipt receipt.json "What is Lloom?" && lloom receipt verify receipt.json',
    "lloom receipt verify answer.json --request question.json",
  ],
  run: async (context) => {
    const [action, path = ""] = context.args;
    if (action !== "verify")
      throw new LloomError("COMMAND_INVALID", `lloom receipt cannot "${action}".`, {
        next: "Verify one: lloom receipt verify FILE",
      });
    const { request } = context.flags;
    const requestPath = typeof request === "string" ? givenPlace(request, "--request") : undefined;
    const file = parseFile(givenPlace(path, "The file"), receiptFileFromJson);
    const checked = checkReceipt(withRequest(file, requestPath));
    tell(context, checked, await receiptToken(context, checked.receipt.domain));
  },
};

/** The file, with the messages of the gateway's request in the place of its own. */
function withRequest({ receipt, content }: ReceiptFile, path: string | undefined): ReceiptFile {
  if (path === undefined) return { receipt, content };
  const messages = parseFile(path, (text): readonly ChatMessage[] => parseChatRequest(JSON.parse(text)).messages);
  if (content.prompt === undefined)
    throw new LloomError("RECEIPT_INVALID", "The receipt's file holds no salt of the prompt.", {
      next: "Leave --request out, or give the file as the gateway or lloom ask wrote it.",
    });
  return { receipt, content: { ...content, prompt: { ...content.prompt, messages } } };
}

/** An answer of the gateway with its receipt, and more than any frame of the network. */
const LONGEST_FILE = 32 * 1024 * 1024;

/** What a file holds. Throws COMMAND_INVALID for one that cannot be read, RECEIPT_INVALID for what does not parse. */
function parseFile<T>(path: string, parse: (text: string) => T): T {
  const text = readOutsideFile({
    path,
    what: path,
    code: "COMMAND_INVALID",
    next: "Give the path of a JSON file.",
    limit: LONGEST_FILE,
  });
  try {
    return parse(text);
  } catch (cause) {
    throw new LloomError("RECEIPT_INVALID", `${path}: ${asLloomError(cause).message}`, {
      cause,
      next: "Give the file as the gateway or lloom ask wrote it.",
    });
  }
}

function tell(
  context: CommandContext,
  { receipt, verdict, checked, unchecked }: CheckedReceipt,
  { token, why }: ReceiptToken,
): void {
  const { request, response, domain } = receipt;
  const { client, executor, model, lane, nonce } = request;
  const { requestHash, responseHash, cost } = verdict;
  const { inboundTokens, outboundTokens, cumulativeCost } = response;
  const shown = (amount: bigint): string => (token === undefined ? `${amount} base units` : shownAmount(amount, token));
  announce(
    context,
    {
      ...{ event: "verified", requestHash, responseHash, client, executor, model, cost },
      ...{ chainId: domain.chainId, accounting: domain.accounting, token, checked, unchecked },
    },
    [
      "The receipt is right.",
      `Request     ${requestHash}`,
      `Response    ${responseHash}`,
      `Deployment  ${domain.accounting} on chain ${domain.chainId}`,
      `Client      ${client}`,
      `Executor    ${executor}`,
      `Answer      ${inboundTokens} + ${outboundTokens} tokens of ${model}: ${shown(cost)}`,
      `Lane        ${lane}, nonce ${nonce}: ${shown(cumulativeCost)} so far, at most ${shown(request.costCap)}`,
      token === undefined
        ? `Amounts     in base units of the token that the deployment is paid in: ${why}`
        : `Amounts     in ${token.symbol}, the token ${token.address}`,
      ...checked.map((what) => `Checked     ${what}`),
      ...unchecked.map((what) => `Not checked ${what}`),
    ].join("\n"),
  );
}
