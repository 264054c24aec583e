import { existsSync } from "node:fs";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import { readOutsideFile } from "../../outside-file.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { PaidTurn } from "./conversation.ts";
import { type SavedConversation, writeNew } from "./conversation-file.ts";

/** What the last conversation is found again by. It holds no text: those rest encrypted in the client's log. */
const noteSchema = z.object({
  version: z.literal(1),
  model: z.string(),
  turns: z.array(
    z.object({
      requestHash: z
        .string()
        .regex(/^0x[0-9a-f]{64}$/)
        .transform((text) => text as Hex),
      paid: z.string().regex(/^\d{1,39}$/),
    }),
  ),
});

/** Notes which answers make up the conversation. */
export function noteConversation(path: string, { model, turns }: SavedConversation): void {
  const noted = turns.map(({ requestHash, paid }) => ({ requestHash, paid: paid.toString() }));
  writeNew(path, `${JSON.stringify({ version: 1, model, turns: noted })}\n`);
}

/**
 * The conversation that was noted last, from the client's log.
 * @throws LloomError COMMAND_INVALID where there is none, or its texts are not kept any more.
 */
export function lastConversation(
  path: string,
  store: Pick<ClientLog, "ownEvidence" | "receipt">,
  domain: CommitmentDomain,
): SavedConversation {
  const note = readNote(path);
  if (note === undefined) throw nothingToContinue("There is no conversation to go on with.");
  let system: string | undefined;
  const turns = note.turns.map(({ requestHash, paid }): PaidTurn => {
    const evidence = store.ownEvidence(requestHash);
    const found = store.receipt(requestHash);
    const question = evidence?.prompt.messages.at(-1);
    if (evidence?.text === undefined || found === undefined || question === undefined)
      throw nothingToContinue(
        "The last conversation is not kept any more: texts stay as long as disputes may need them.",
      );
    const [first] = evidence.prompt.messages;
    system = first?.role === "system" ? first.content : undefined;
    return {
      question: question.content,
      answer: new TextDecoder().decode(evidence.text),
      ...{ requestHash, receipt: found.receipt, domain, paid: BigInt(paid) },
      salts: { prompt: found.promptSalt, answer: found.contentSalt },
    };
  });
  return { model: note.model, system, turns };
}

function readNote(path: string): z.infer<typeof noteSchema> | undefined {
  if (!existsSync(path)) return undefined;
  const next = "Begin a new one: lloom chat";
  const text = readOutsideFile({ path, what: path, code: "COMMAND_INVALID", next });
  try {
    return noteSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const nothingToContinue = (problem: string): LloomError =>
  new LloomError("COMMAND_INVALID", problem, {
    next: "Begin a new one with lloom chat, or give a file that /save wrote: lloom chat --continue FILE",
  });
