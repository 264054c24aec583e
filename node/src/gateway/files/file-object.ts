import type { KeptFile } from "../../store/batches/kept-files.ts";

/** A file as OpenAI's API tells it. */
export const fileObject = ({ id, bytes, name, purpose, madeAtMs, expiresAtMs }: KeptFile): object => ({
  ...{ id, object: "file", bytes, filename: name, purpose, status: "processed" },
  ...{ created_at: seconds(madeAtMs), expires_at: seconds(expiresAtMs) },
});

/** One page of a list, and whether there is more. */
export function listObject<Kept extends { readonly id: string }>(
  found: readonly Kept[],
  { limit, toObject }: { readonly limit: number; readonly toObject: (kept: Kept) => object },
): object {
  const shown = found.slice(0, limit);
  return {
    ...{ object: "list", data: shown.map(toObject), first_id: shown[0]?.id ?? null, last_id: shown.at(-1)?.id ?? null },
    has_more: found.length > limit,
  };
}

export const seconds = (ms: number): number => Math.floor(ms / 1000);
