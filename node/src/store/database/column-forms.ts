/** A column for bytes: hex with 0x, or nothing. */
export const hex = (name: string, bytes: number): string =>
  `TEXT CHECK (${name} IS NULL OR (length(${name}) = ${2 + bytes * 2} AND ${name} GLOB '0x*'))`;
