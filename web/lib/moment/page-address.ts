import { headers } from "next/headers";
import { PAGE_ADDRESS } from "./kept-answers.ts";

/** Path and query of the page that is being drawn, as the proxy told it; undefined outside of one. */
export async function pageAddress(): Promise<string | undefined> {
  return (await headers()).get(PAGE_ADDRESS) ?? undefined;
}
