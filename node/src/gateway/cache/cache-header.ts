import type { CacheUse } from "../limited-ask.ts";

/** What a call says of answers that were given before, by its `cache-control` (RFC 9111): `no-cache` asks anew, `no-store` also keeps nothing. */
export function cacheUseOf(header: string | undefined): CacheUse {
  const words = (header ?? "").toLowerCase().split(/\s*,\s*/);
  if (words.includes("no-store")) return "off";
  return words.includes("no-cache") || words.includes("max-age=0") ? "renew" : "use";
}

/** Of an answer that was given before; its age in seconds. */
export const cachedHeaders = (cachedAtMs: number, nowMs: number): Record<string, string> => ({
  "x-lloom-cache": "hit",
  age: String(Math.max(0, Math.floor((nowMs - cachedAtMs) / 1000))),
});
