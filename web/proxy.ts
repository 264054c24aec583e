import { type NextRequest, NextResponse } from "next/server";

/** Refuses addresses whose percent signs encode no text; no page could be found for them. */
export function proxy({ url }: NextRequest): NextResponse {
  try {
    decodeURIComponent(new URL(url).pathname);
    return NextResponse.next();
  } catch {
    const text =
      "This address cannot be read: a percent sign in it encodes no text. Go back, or to the overview at /.\n";
    return new NextResponse(text, { status: 400, headers: { "content-type": "text/plain; charset=utf-8" } });
  }
}
