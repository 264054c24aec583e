import { draw, type Random } from "./draw.ts";

/** What people type, in tokens: round, and small more often than large. */
const AMOUNTS = [1n, 1n, 2n, 2n, 5n, 5n, 5n, 10n, 10n, 10n, 20n, 20n, 50n, 100n] as const;

/** What a client with so much in its wallet deposits: a round amount, or all that it has. Base units. */
export function depositOf(wallet: bigint, unit: bigint, random: Random): bigint {
  const [first, ...others] = AMOUNTS.map((tokens) => tokens * unit).filter((amount) => amount <= wallet);
  return first === undefined ? wallet : draw([first, ...others], random);
}
