import { oneParam, type PartyFilter, parsePartyFilter, type SearchParams } from "../list-query.ts";
import { type Bearing, statesOf } from "./words.ts";

/** Kinds of disputes by their words in the address bar. */
export const KINDS = {
  delivery: "UNDELIVERED",
  model: "WRONG_MODEL",
  counts: "TOKEN_INFLATION",
  answers: "EQUIVOCATION",
  offers: "OFFER_EQUIVOCATION",
} as const;

/** States of disputes by their words in the address bar. */
export const STATES = {
  open: { bearing: "open", label: "Open" },
  fault: { bearing: "against", label: "Executor at fault" },
  cleared: { bearing: "cleared", label: "Executor cleared" },
  neither: { bearing: "none", label: "Withdrawn or void" },
} as const satisfies Readonly<Record<string, { readonly bearing: Bearing; readonly label: string }>>;

type Kind = keyof typeof KINDS;
type State = keyof typeof STATES;

/** Which disputes a list is narrowed to, as written in the address bar. */
export interface DisputeFilter extends PartyFilter {
  readonly kind: Kind | undefined;
  readonly state: State | undefined;
}

const known = <Name extends string>(names: Readonly<Record<Name, unknown>>, text: string | undefined) =>
  text !== undefined && Object.hasOwn(names, text) ? (text as Name) : undefined;

/** Reads a filter of disputes; what is none is left out. */
export const parseDisputeFilter = (params: SearchParams): DisputeFilter => ({
  ...parsePartyFilter(params),
  kind: known(KINDS, oneParam(params, "kind")),
  state: known(STATES, oneParam(params, "state")),
});

/** The index's filter for it. A client's disputes are those that it opened, or that others opened for it. */
export const disputesWhere = ({ executor, client, kind, state }: DisputeFilter): Readonly<Record<string, unknown>> => ({
  executorAddress: executor,
  challenger: client,
  ...(kind === undefined ? {} : { offence: KINDS[kind] }),
  ...(state === undefined ? {} : { state_in: statesOf(STATES[state].bearing) }),
});
