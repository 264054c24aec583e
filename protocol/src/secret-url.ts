/** Shorter parts of an address are words, not keys; hiding them would garble what a server says. */
const SHORTEST_SECRET = 3;
/** So long a part is hidden wherever it stands, a shorter one as a word of its own: a path of `eth` spoils no `eth_getLogs`. */
const LEAST_CERTAIN = 8;
const HIDDEN = "[hidden]";

/**
 * Text without any part of an address that may be secret: hosted servers put keys into path and query, private ones a password
 * before the host. Parts are found as they are written and decoded, the longest first.
 */
export function hidingOf({ pathname, search, searchParams, username, password }: URL): (text: string) => string {
  const parts = [pathname, search, ...pathname.split("/"), ...searchParams.values(), username, password];
  const written = parts.flatMap((part) => [part, decoded(part), encodeURIComponent(decoded(part))]);
  const secrets = [...new Set(written)]
    .filter((part) => part.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length)
    .map(patternOf);
  return (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text);
}

function patternOf(secret: string): RegExp {
  const literal = secret.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return new RegExp(secret.length >= LEAST_CERTAIN ? literal : `(?<!\\w)${literal}(?!\\w)`, "g");
}

/** As it was meant; what is no percent-encoding is taken as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
