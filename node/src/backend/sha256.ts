import { createHash } from "node:crypto";
import type { Hex } from "@lloom/protocol/commitment-types";

/** SHA-256 of data that is here whole, as profiles name vocabularies and templates. */
export const sha256 = (data: string | Uint8Array): Hex => `0x${createHash("sha256").update(data).digest("hex")}`;
