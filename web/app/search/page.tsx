import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { OutsideText } from "../../components/figures/outside-text.tsx";
import { NotFoundPanel } from "../../components/states/not-found-panel.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { oneParam, type SearchParams } from "../../lib/list-query.ts";
import { findPath, kindOf, normalizeQuery, type SearchKind } from "../../lib/search.ts";
import { receiptTextOf } from "../../lib/verify/receipt-text.ts";

export const metadata: Metadata = { title: "Search", robots: { index: false } };

/** What was probably meant, and why nothing may have come of it. */
const EXPLANATIONS: Readonly<Record<SearchKind, string>> = {
  address:
    "It is a well-formed address, but no executor, validator or client of this network has it. An account shows up once it registers, deposits or is paid.",
  hash: "It is a well-formed hash, but nothing of this network has it as transaction, request, response or dispute. It may not be indexed yet; this page finds it as soon as it is.",
  peer: "It looks like a peer id, but no executor or validator registered it. Nodes show up once they are staked.",
  block:
    "The index has no block with this number, and no model that was paid for has this name. One that was made a moment ago is there in a few seconds.",
  settlement:
    "No settlement has this id, and no model that was paid for has this name. Settlement ids are long numbers; names of models have to be exact.",
  unknown:
    "Search for an address (0x and 40 digits), a hash or dispute id (0x and 64 digits), a block, a settlement id, a peer id (16Uiu2…), the exact name of a model that was paid for, or a receipt.",
};

/** Leads to what was found by an HTTP redirect; like `/tx` it therefore streams nothing before it knows. */
export default async function SearchPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const typed = (oneParam(await searchParams, "q") ?? "").trim();
  // With code in the browser it does not come here: what it holds is nobody else's.
  if (receiptTextOf(typed) !== undefined) redirect("/verify");
  const query = normalizeQuery(typed);
  if (query === "") {
    return (
      <NotFoundPanel title="What are you looking for?">
        <p>{EXPLANATIONS.unknown}</p>
      </NotFoundPanel>
    );
  }
  const path = await findPath(query, typed);
  if (!path.ok) return <ProblemPanel problem={path.problem} isPage />;
  if (path.value !== undefined) redirect(path.value);
  return (
    <NotFoundPanel title="Nothing found">
      <p className="font-mono text-[0.875rem] break-all text-ink">
        <OutsideText text={query} />
      </p>
      <p>{EXPLANATIONS[kindOf(query)]}</p>
    </NotFoundPanel>
  );
}
