import { type Session, sessionOf, sessionText } from "@lloom/browser/session";
import type { Address } from "@lloom/protocol/commitment-types";
import { addressOf } from "@lloom/protocol/identifiers";

/** A session key, and whose channels it is to spend. */
export interface Purse {
  readonly session: Session;
  /** Undefined until the visitor names it. */
  readonly principal: Address | undefined;
}

type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;
const [KEY, PRINCIPAL] = ["lloom.session", "lloom.principal"];

/** The purse that this browser keeps, if any. */
export function loadPurse(storage: Kept): Purse | undefined {
  const session = sessionOf(storage.getItem(KEY) ?? "");
  return session && { session, principal: addressOf(storage.getItem(PRINCIPAL) ?? "") };
}

export function savePurse(storage: Kept, { session, principal }: Purse): void {
  storage.setItem(KEY, sessionText(session));
  if (principal === undefined) storage.removeItem(PRINCIPAL);
  else storage.setItem(PRINCIPAL, principal);
}

/** Whoever has no copy of the key has none any more. */
export function forgetPurse(storage: Kept): void {
  storage.removeItem(KEY);
  storage.removeItem(PRINCIPAL);
}
