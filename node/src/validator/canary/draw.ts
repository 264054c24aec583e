/** From 0 to below 1; seeded where a draw has to be repeated. */
export type Random = () => number;

/** One of a list that is not empty. */
export const draw = <Item>(items: readonly [Item, ...Item[]], random: Random): Item =>
  items[Math.floor(random() * items.length)] ?? items[0];

const STEP = 0x9e3779b9;

/** The same draws for the same seed and number, wherever: by a counter and a mixing of its bits (SplitMix32). */
export function seededRandom(seed: number, number = 0): Random {
  let state = mixed(mixed(seed) + number);
  return () => {
    state = (state + STEP) | 0;
    return (mixed(state) >>> 0) / 2 ** 32;
  };
}

function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return bits ^ (bits >>> 15);
}
