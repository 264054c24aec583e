import { type NextRequest, NextResponse } from "next/server";
import { steadyMs } from "./lib/clock.ts";
import { contentPolicy, newNonce } from "./lib/guard/content-policy.ts";
import { connectionsOf } from "./lib/guard/page-connections.ts";
import { readHead } from "./lib/moment/head.ts";
import { isPageKept, PAGE_ADDRESS } from "./lib/moment/kept-answers.ts";
import { NOTHING_TO_SHOW, RETRY_SECONDS } from "./lib/moment/nothing-to-show.ts";

const FRESH_MS = 1_000;

let asked: { readonly atMs: number; readonly isSilent: Promise<boolean> } | undefined;

/** Whether the index answers nobody, asked at most once a second. */
function indexIsSilent(): Promise<boolean> {
  if (asked === undefined || steadyMs() - asked.atMs > FRESH_MS) {
    asked = { atMs: steadyMs(), isSilent: readHead().then((head) => head === "silent") };
  }
  return asked.isSilent;
}

/** Whether a whole page is loaded, and no part of one that is open, no file and nothing for programs. */
const isPageLoad = ({ headers, nextUrl }: NextRequest): boolean =>
  !headers.has("rsc") && !/^\/(?:_next|api|cards|csv|feeds)\/|\.\w+$/.test(nextUrl.pathname);

/** Pages that say what they have to say whether the index answers or not. */
const NEED_NO_INDEX: ReadonlySet<string> = new Set(["/verify", "/trust", "/method", "/api", "/playground"]);

const POLICY = "content-security-policy";

/**
 * Refuses addresses whose percent signs encode no text, since no page could be found for them; tells each page its address; and answers
 * itself for a page that can show nothing, since the index is silent and nothing is kept for it. Every page is told what it may load and
 * run: Next reads the nonce of its code from the request's header.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { pathname, searchParams } = new URL(request.url);
  try {
    decodeURIComponent(pathname);
  } catch {
    const text =
      "This address cannot be read: a percent sign in it encodes no text. Go back, or to the overview at /.\n";
    return new NextResponse(text, { status: 400, headers: { "content-type": "text/plain; charset=utf-8" } });
  }
  searchParams.delete("_rsc");
  const page = `${pathname}?${searchParams}`;
  const policy = contentPolicy(newNonce(), connectionsOf(pathname, searchParams));
  const headers = new Headers(request.headers);
  headers.set(PAGE_ADDRESS, page);
  headers.set(POLICY, policy);
  const needsIndex = isPageLoad(request) && !isPageKept(page) && !NEED_NO_INDEX.has(pathname);
  if (needsIndex && (await indexIsSilent())) {
    return new NextResponse(NOTHING_TO_SHOW, {
      status: 503,
      headers: { [POLICY]: policy, "content-type": "text/html; charset=utf-8", "retry-after": String(RETRY_SECONDS) },
    });
  }
  const response = NextResponse.next({ request: { headers } });
  response.headers.set(POLICY, policy);
  return response;
}
