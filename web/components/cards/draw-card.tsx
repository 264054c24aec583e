import { ImageResponse } from "next/og";
import { type Card, cardText } from "../../lib/cards/card.ts";
import { CARD_SIZE } from "../../lib/cards/card-metadata.ts";
import { ShareCard } from "./share-card.tsx";

/** Cards that are remembered, by all that they say; about 40 kB each. */
const MOST_KEPT = 100;
/** Drawing takes a processor for a moment: cards are drawn one after the other, and so many may wait. */
const MOST_WAITING = 8;

const kept = new Map<string, Uint8Array<ArrayBuffer>>();
let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

async function draw(card: Card, network: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = new ImageResponse(<ShareCard card={card} network={cardText(network)} />, CARD_SIZE);
  return new Uint8Array(await response.arrayBuffer());
}

function keep(key: string, image: Uint8Array<ArrayBuffer>): void {
  kept.set(key, image);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
}

/** A card as PNG, by nothing but this machine; undefined while too many wait for theirs. */
export async function drawCard(card: Card, network: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const key = JSON.stringify([network, card]);
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (waiting >= MOST_WAITING) return undefined;
  waiting += 1;
  try {
    const image = last.then(async () => kept.get(key) ?? (await draw(card, network)));
    last = image.catch(() => undefined);
    keep(key, await image);
    return await image;
  } finally {
    waiting -= 1;
  }
}
