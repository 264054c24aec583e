/** What a request's hashes were taken over: whoever has it can show what was asked. */
import type { z } from "zod";
import { hashParams, hashPrompt } from "./canonical.ts";
import type { RequestCommitment } from "./commitment-types.ts";
import { requestFrameSchema } from "./messages.ts";

export const openedPromptSchema = requestFrameSchema.omit({ type: true, id: true, request: true, signature: true });
/** What was asked, with the prompt's salt. */
export type OpenedPrompt = z.infer<typeof openedPromptSchema>;

/** Why this is not what a request was signed for, or `undefined`. */
export function promptProblem(
  { promptHash, paramsHash }: Pick<RequestCommitment, "promptHash" | "paramsHash">,
  { promptSalt, messages, sampling, weightsHash, profileHash, offerHash }: OpenedPrompt,
): string | undefined {
  if (hashPrompt(promptSalt, messages) !== promptHash) return "promptHash is not that of these messages and salt.";
  if (hashParams({ sampling, weightsHash, profileHash, offerHash }) !== paramsHash)
    return "paramsHash is not that of these settings.";
  return undefined;
}
