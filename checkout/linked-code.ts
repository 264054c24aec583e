/** Where libraries belong in a contract's code: by file and library, the bytes that hold the library's address. */
export type LinkReferences = Readonly<
  Record<string, Readonly<Record<string, readonly { readonly start: number; readonly length: number }[]>>>
>;

/** A contract's code as hex with the addresses of its libraries put in; undefined if one of them is not known. */
export function linkedCode(
  code: string,
  references: LinkReferences,
  addressOf: (library: string) => string | undefined,
): string | undefined {
  let linked = code;
  for (const [library, places] of Object.values(references).flatMap((file) => Object.entries(file))) {
    const address = addressOf(library);
    if (address === undefined) return undefined;
    for (const { start, length } of places) {
      const [from, to] = [2 + 2 * start, 2 + 2 * (start + length)];
      linked = linked.slice(0, from) + address.slice(2).toLowerCase() + linked.slice(to);
    }
  }
  return linked;
}
