import { receiptFileFromJson } from "@lloom/protocol/receipt-file";
import { z } from "@lloom/protocol/zod";
import { checkReceipt } from "../../client/check/check-receipt.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { textField } from "../fields/field-forms.ts";
import { messagesOf } from "./question-fields.ts";
import { asTool } from "./tool.ts";

/** Whether a receipt is right, by nobody's word. */
export const receiptTool = asTool({
  ...{ name: "verify_receipt", title: "Verify a receipt", tags: ["receipts"], isPaid: false, isOffline: true },
  description:
    "Checks the receipt of an answer offline: both signatures, the sums, and, where they are given, that prompt and answer are the texts that were signed. Free. A receipt that is wrong is no error of the tool: it gives valid false, and why.",
  input: z.strictObject({
    receipt: z.union([z.string(), z.looseObject({})]).meta({
      description: "As ask gives it under lloom.receipt, or a whole answer of the gateway; an object, or its JSON",
    }),
    prompt: textField.optional().meta({ description: "The question, as it was asked" }),
    system: textField.optional().meta({ description: "The instructions before it, if there were any" }),
    answer: textField.optional().meta({ description: "The answer's text" }),
  }),
  output: z.object({
    valid: z.boolean(),
    problem: z.string().optional(),
    checked: z.array(z.string()).optional(),
    unchecked: z.array(z.string()).optional(),
    request_hash: z.string().optional(),
    response_hash: z.string().optional(),
    client: z.string().optional(),
    executor: z.string().optional(),
    model: z.string().optional(),
    cost: z.string().optional().meta({ description: "Base units of the deployment's token" }),
    deployment: z.object({ chain_id: z.string(), accounting: z.string() }).optional(),
  }),
  run: async ({ receipt: given, prompt, system, answer }) => {
    const { receipt, content } = receiptFileFromJson(typeof given === "string" ? given : JSON.stringify(given));
    const salted = {
      prompt: content.prompt && {
        ...content.prompt,
        ...(prompt !== undefined && { messages: messagesOf({ prompt, system }) }),
      },
      answer: content.answer && { ...content.answer, ...(answer !== undefined && { text: answer }) },
    };
    if ((prompt !== undefined && salted.prompt === undefined) || (answer !== undefined && salted.answer === undefined))
      throw new LloomError("REQUEST_INVALID", "The receipt holds no salts, without which no text can be checked.", {
        next: "Give it as ask gave it, with its field content, or leave prompt and answer out.",
      });
    const found = checked({ receipt, content: salted });
    if (typeof found === "string")
      return { text: [`The receipt is wrong: ${found}`], data: { valid: false, problem: found } };
    const { verdict } = found;
    const { request, domain } = receipt;
    const { client, executor, model } = request;
    return {
      text: [
        [
          `The receipt is right: ${executor} answered as ${model}.`,
          ...found.checked.map((what) => `Checked: ${what}`),
          ...found.unchecked.map((what) => `Not checked: ${what}`),
        ].join("\n"),
      ],
      data: {
        ...{ valid: true, checked: [...found.checked], unchecked: [...found.unchecked], client, executor, model },
        ...{ request_hash: verdict.requestHash, response_hash: verdict.responseHash, cost: String(verdict.cost) },
        deployment: { chain_id: String(domain.chainId), accounting: domain.accounting },
      },
    };
  },
});

/** What was found; a sentence about what is wrong. */
function checked(file: Parameters<typeof checkReceipt>[0]): ReturnType<typeof checkReceipt> | string {
  try {
    return checkReceipt(file);
  } catch (thrown) {
    const error = asLloomError(thrown);
    if (error.code === "RECEIPT_INVALID") return error.message;
    throw error;
  }
}
