/** What a request's hashes were taken over: whoever has it can show what was asked. */
import { z } from "zod";
import { hashParams, hashPrompt } from "./canonical.ts";
import { type RequestCommitment, ZERO_HASH } from "./commitment-types.ts";
import { requestFrameSchema, text, WIRE_LIMITS } from "./messages.ts";
import { hashProfile } from "./profile.ts";

export const openedPromptSchema = z.object({
  ...requestFrameSchema.omit({ type: true, id: true, request: true, signature: true }).shape,
  /** What `profileHash` is taken over; absent where it is not known. */
  profile: text(WIRE_LIMITS.profileBytes).optional(),
});
/** What was asked, with the prompt's salt, and what was promised of the answer. */
export type OpenedPrompt = z.infer<typeof openedPromptSchema>;

/** Why this is not what a request was signed for, or `undefined`. */
export function promptProblem(
  { promptHash, paramsHash }: Pick<RequestCommitment, "promptHash" | "paramsHash">,
  { promptSalt, messages, sampling, weightsHash, profileHash, offerHash, profile }: OpenedPrompt,
): string | undefined {
  if (hashPrompt(promptSalt, messages) !== promptHash) return "promptHash is not that of these messages and salt.";
  if (hashParams({ sampling, weightsHash, profileHash, offerHash }) !== paramsHash)
    return "paramsHash is not that of these settings.";
  if (profile !== undefined && hashProfile(profile) !== profileHash)
    return "profileHash is not that of the profile's text.";
  return undefined;
}

/** Whether something was promised, and what it was is not known. */
export const lacksProfile = ({ profileHash, profile }: Pick<OpenedPrompt, "profileHash" | "profile">): boolean =>
  profileHash !== ZERO_HASH && profile === undefined;
