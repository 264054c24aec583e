/*
 * A receipt that was pasted elsewhere in the explorer, on its way to the page that checks it. It stays in this tab: no server is told.
 */

const HELD = "lloom-receipt";

/** Keeps a receipt for the page that checks it; false where the browser has no room for it. */
export function handOver(text: string): boolean {
  try {
    sessionStorage.setItem(HELD, text);
    return true;
  } catch {
    return false;
  }
}

/** The receipt that was handed over, once. */
export function takeHandedOver(): string | undefined {
  const text = sessionStorage.getItem(HELD) ?? undefined;
  sessionStorage.removeItem(HELD);
  return text;
}
