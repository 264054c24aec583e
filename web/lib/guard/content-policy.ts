const NONCE_BYTES = 16;

/** A word that no other answer has: what runs on a page has to name it. */
export const newNonce = (): string => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(NONCE_BYTES))));

/**
 * What a page may load, run and ask: its own files, and of code only what the server put there under this answer's nonce. Styles may
 * stand in elements, since charts are drawn with them. `connections`: whom else its code may speak with (`page-connections.ts`).
 */
export const contentPolicy = (nonce: string, connections: readonly string[] = []): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...connections].join(" "),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
