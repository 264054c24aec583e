/** docs/protocol/encoding.md, "CBOR", by another library than the network's own. */
import { decode, encode, Tag } from "cbor2";

/** What a message is made of. */
export type Item = null | boolean | number | bigint | string | Uint8Array | Item[] | { [key: string]: Item };
/** A message. */
export type Message = { [key: string]: Item };

/** Containers inside each other. */
const MOST_DEEP = 16;

/** Bytes of an item, in the one form that senders write. */
export const toCbor = (item: Item): Uint8Array => encode(item, { cde: true });

/** The item of all bytes, which a receiver takes in any order of keys. Throws for everything else that is not the form. */
export const fromCbor = (bytes: Uint8Array): Item => {
  // A view that is no Buffer: what is cut out of a Buffer is one again, and encoded as something else.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const item: unknown = decode(plain, {
    ...{ requirePreferred: true, rejectStreaming: true, rejectDuplicateKeys: true, maxDepth: 3 * MOST_DEEP },
    ...{ rejectFloats: true, rejectUndefined: true, rejectSimple: true },
    ...{ ignoreGlobalTags: true, tags: new Map([[2, ({ contents }: { contents: unknown }) => bignum(contents)]]) },
    createObject: (entries) => {
      if (entries.some(([key]) => typeof key !== "string")) throw new TypeError("a key is not text");
      return Object.fromEntries(entries.map(([key, value]) => [key, value]));
    },
  });
  refuse(item, 0);
  return item as Item;
};

function bignum(contents: unknown): bigint {
  if (!(contents instanceof Uint8Array) || contents.length < 9 || contents.length > 32 || contents[0] === 0)
    throw new TypeError("not a bignum of this protocol");
  return BigInt(`0x${Buffer.from(contents).toString("hex")}`);
}

/** The library hands out tags that it does not know, and counts lists and maps differently. */
function refuse(item: unknown, containers: number): void {
  if (item instanceof Tag) throw new TypeError(`tag ${item.tag} is not used`);
  const isBignum = typeof item === "bigint" && item >= 1n << 64n;
  const isContainer = item !== null && typeof item === "object" && !(item instanceof Uint8Array);
  if ((isBignum || isContainer) && containers === MOST_DEEP) throw new RangeError(`more than ${MOST_DEEP} containers`);
  if (isContainer) for (const inner of Object.values(item)) refuse(inner, containers + 1);
}
