/** What bytes are as text, or a sentence's end that says why they are none: "is text in UTF-16, not in UTF-8". */
export type OutsideText =
  | { readonly text: string; readonly problem?: never }
  | { readonly text?: never; readonly problem: string };

/** Windows PowerShell's `>` writes UTF-16; a byte-order mark says so. */
const UTF16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
] as const;
/** Bytes that are looked at where no mark says what they are. */
const LOOKED_AT = 64;

/**
 * Text of a file or a call from outside, of every maker: a byte-order mark is taken off, UTF-16 is called by its name, and
 * everything else has to be UTF-8 without a mistake. Nothing is mended: text that was mended would be another one.
 */
export function decodeOutsideText(bytes: Uint8Array): OutsideText {
  if (isUtf16(bytes)) return { problem: "is text in UTF-16, not in UTF-8" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { problem: "is no text in UTF-8" };
  }
}

/** By its mark; or, since texts of this network hold Latin letters, by a zero in every second byte. */
function isUtf16(bytes: Uint8Array): boolean {
  if (UTF16_MARKS.some(([first, second]) => bytes[0] === first && bytes[1] === second)) return true;
  const start = bytes.subarray(0, Math.min(LOOKED_AT, bytes.length - (bytes.length % 2)));
  const zerosAt = (parity: number): boolean => start.every((byte, index) => (byte === 0) === (index % 2 === parity));
  return start.length > 0 && (zerosAt(1) || zerosAt(0));
}
