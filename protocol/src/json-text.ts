/** JSON in which integers are decimal text wherever they may have more than 53 bits: JSON's own numbers end there. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner), indent);
