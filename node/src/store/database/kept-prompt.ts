import type { Hex } from "@lloom/protocol/commitment-types";
import { type OpenedPrompt, openedPromptSchema } from "@lloom/protocol/opened-prompt";
import type { TextCipher } from "./text-cipher.ts";

/** What was asked as it rests: JSON, encrypted for its request. */
export const encryptPrompt = (cipher: TextCipher, requestHash: Hex, prompt: OpenedPrompt): Uint8Array =>
  cipher.encrypt(new TextEncoder().encode(JSON.stringify(prompt)), promptName(requestHash));

/** @throws LloomError STORE_FAILED: see `TextCipher`. */
export const decryptPrompt = (cipher: TextCipher, requestHash: Hex, encrypted: Uint8Array): OpenedPrompt =>
  openedPromptSchema.parse(JSON.parse(new TextDecoder().decode(cipher.decrypt(encrypted, promptName(requestHash)))));

/** Another name than those of texts and traces, so that a prompt never passes for one. */
const promptName = (requestHash: Hex): string => `prompt ${requestHash}`;
