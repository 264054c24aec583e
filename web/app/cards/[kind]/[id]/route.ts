import type { NextRequest } from "next/server";
import { drawCard } from "../../../../components/cards/draw-card.tsx";
import { readCard } from "../../../../lib/cards/read-card.ts";
import { settings } from "../../../../lib/env.ts";

interface RouteParams {
  readonly params: Promise<{ readonly kind: string; readonly id: string }>;
}

const CACHE_SECONDS = 300;
const later = (words: string) => new Response(words, { status: 503, headers: { "retry-after": "5" } });

/** The picture of a page, for whoever shows its address: PNG, 1200 by 630 pixels. */
export async function GET(_request: NextRequest, { params }: RouteParams): Promise<Response> {
  const { kind, id } = await params;
  const card = await readCard(kind, id);
  if (!card.ok) return later(`${card.problem.code}: ${card.problem.message} ${card.problem.next}\n`);
  if (card.value === undefined)
    return new Response("There is no page that this would be the card of.\n", { status: 404 });
  const image = await drawCard(card.value, settings().networkName);
  if (image === undefined) return later("Too many cards are being drawn. Ask again in five seconds.\n");
  return new Response(image, {
    headers: { "content-type": "image/png", "cache-control": `public, max-age=${CACHE_SECONDS}` },
  });
}
