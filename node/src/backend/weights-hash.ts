import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Hex } from "@lloom/protocol/commitment-types";

const PART = /^(?<stem>.*)-(?<index>\d{5})-of-(?<count>\d{5})\.gguf$/;

/**
 * SHA-256 of a model's file as 32 bytes of hex: the number that model hubs and `sha256sum` show, so that anyone can
 * compare it. A model in parts (`NAME-00001-of-00003.gguf`) is the parts' bytes one after the other.
 */
export async function hashWeights(modelPath: string, signal: AbortSignal): Promise<Hex> {
  const hash = createHash("sha256");
  for (const path of partsOf(modelPath)) await pipeline(createReadStream(path), hash, { signal, end: false });
  return `0x${hash.digest("hex")}`;
}

/** Whether a file begins as GGUF files do. */
export async function isGguf(modelPath: string): Promise<boolean> {
  await using file = await open(modelPath);
  const { buffer } = await file.read({ buffer: Buffer.alloc(4), length: 4 });
  return buffer.toString("latin1") === "GGUF";
}

/** The part that holds a model's metadata, and that is loaded, whichever of its parts is named. */
export const firstPartOf = (modelPath: string): string => partsOf(modelPath)[0] ?? modelPath;

/** All files of the model that this file belongs to. */
function partsOf(modelPath: string): string[] {
  const groups = PART.exec(basename(modelPath))?.groups;
  const count = groups?.["count"];
  if (count === undefined) return [modelPath];
  return Array.from({ length: Number(count) }, (_, index) => {
    const number = String(index + 1).padStart(5, "0");
    return join(dirname(modelPath), `${groups?.["stem"]}-${number}-of-${count}.gguf`);
  });
}
