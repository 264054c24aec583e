import { decodeOutsideText } from "@lloom/protocol/outside-text";

/** The shortest base64url that could hold a receipt; what is shorter is a name or an id. */
const SHORTEST_TOKEN = 200;
/** JSON of an object in base64url begins so. */
const TOKEN = /^eyJ[A-Za-z0-9_-]+=*$/;

function decodedToken(token: string): string | undefined {
  try {
    const base64 = token.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
    const { text, problem } = decodeOutsideText(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
    return problem === undefined ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The JSON of what may be a receipt: as it is, or out of the header `x-lloom-receipt`; undefined for any other text. */
export function receiptTextOf(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) return trimmed;
  return trimmed.length >= SHORTEST_TOKEN && TOKEN.test(trimmed) ? decodedToken(trimmed) : undefined;
}
