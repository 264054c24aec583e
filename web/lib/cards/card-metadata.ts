import type { Metadata } from "next";
import { headers } from "next/headers";
import type { CardKind } from "./read-card.ts";

/** Pixels, as those who show cards ask for. */
export const CARD_SIZE = { width: 1200, height: 630 } as const;

const HOST = /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:]+\](?::\d{1,5})?$/i;

/** Where this request says that it came to; undefined for what is no name of a host. */
export function originOf(host: string | null, forwardedProtocol: string | null): URL | undefined {
  if (host === null || !HOST.test(host)) return undefined;
  const url = `${forwardedProtocol === "https" ? "https" : "http"}://${host}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** A page's title and words, with the picture that stands for it where its address is shared. */
export async function cardMetadata(
  kind: CardKind,
  id: string,
  { title, description }: { readonly title: string; readonly description: string },
): Promise<Metadata> {
  const asked = await headers();
  const metadataBase = originOf(asked.get("x-forwarded-host") ?? asked.get("host"), asked.get("x-forwarded-proto"));
  const picture = { url: `/cards/${kind}/${encodeURIComponent(id)}`, ...CARD_SIZE, alt: description };
  const shared = { title, description, images: [picture] };
  return {
    title,
    description,
    ...(metadataBase && { metadataBase }),
    openGraph: { siteName: "Lloom explorer", type: "website", locale: "en_US", ...shared },
    twitter: { card: "summary_large_image", ...shared },
  };
}
