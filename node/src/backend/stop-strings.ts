/** Watches a text stream for stop strings. */
export interface StopFilter {
  /** `text` may be delivered; `stopped`: a stop string came, and nothing after it is delivered. */
  push(text: string): { readonly text: string; readonly stopped: boolean };
  /** What was held back as the possible beginning of a stop string. */
  flush(): string;
}

/** Cuts a text stream before the first of the stop strings, holding back only what may become one. */
export function createStopFilter(stop: readonly string[]): StopFilter {
  let held = "";
  return {
    push(text) {
      held += text;
      const cut = firstOf(stop, held);
      if (cut !== undefined) {
        const delivered = held.slice(0, cut);
        held = "";
        return { text: delivered, stopped: true };
      }
      const keep = Math.max(0, ...stop.map((string) => beginningAtEnd(held, string)));
      const delivered = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { text: delivered, stopped: false };
    },
    flush() {
      const text = held;
      held = "";
      return text;
    },
  };
}

function firstOf(stop: readonly string[], text: string): number | undefined {
  const found = stop.map((string) => text.indexOf(string)).filter((index) => index >= 0);
  return found.length === 0 ? undefined : Math.min(...found);
}

/** Length of the longest end of `text` with which `string` begins. */
function beginningAtEnd(text: string, string: string): number {
  for (let length = Math.min(text.length, string.length - 1); length > 0; length--) {
    if (text.endsWith(string.slice(0, length))) return length;
  }
  return 0;
}
