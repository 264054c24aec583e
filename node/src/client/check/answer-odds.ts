import { readFile } from "node:fs/promises";
import { type Address, type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { hexToBytes } from "@lloom/protocol/hex";
import type { SignedOffer } from "@lloom/protocol/messages";
import { promisedBy } from "@lloom/protocol/profile";
import { decodeTraceLeaf, type TokenOdds } from "@lloom/protocol/trace";
import { readTokenBytes, type TokenMeaning, type TokenMeanings } from "../../backend/counting/token-bytes.ts";
import type { Chain } from "../../chain/chain.ts";
import { LloomError } from "../../errors.ts";
import { fetchTrace, isOwnDoing, notFetched } from "../../evidence/fetch-trace.ts";
import { signedFor } from "../../evidence/signed-for.ts";
import type { Log } from "../../log.ts";
import type { Host } from "../../p2p/host/host.ts";
import { peerOfOffer } from "../../p2p/host/peer-of-offer.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import type { Answered, ToldOdds, ToldToken } from "../question.ts";
import type { Recounting } from "./recounting.ts";

/** Tells answers token by token: what their executors show of them, held against what they signed. */
export interface AnswerOdds {
  /** Whether an executor promises to show it, and its tokens can be told by their text, as far as is known. */
  covers(candidate: Shown): boolean;
  /**
   * Throws RESPONSE_INVALID where its executor does not show it, EXECUTOR_UNREACHABLE where nobody knows whose doing that is,
   * UNSUPPORTED where its tokens have no text here.
   */
  of(answer: { readonly signed: SignedOffer; readonly end: Answered }, signal: AbortSignal): Promise<ToldToken[]>;
}

interface Shown {
  readonly signed: SignedOffer;
  readonly vocabulary: Hex | undefined;
  readonly showsTrace?: boolean;
}

export interface AnswerOddsParts {
  readonly chain: Chain;
  readonly host: Host;
  readonly store: Pick<ClientLog, "saveTrace">;
  readonly log: Log;
  /** Between two tries to fetch a trace. */
  readonly pauseMs?: number;
}

/** Vocabularies that are open; each is as large as its file. */
const MOST_OPEN = 4;
/** Executors that named tokens which nobody here can tell, by model. */
const MOST_UNTOLD = 1024;

export function openAnswerOdds(
  { chain, host, store, log, pauseMs }: AnswerOddsParts,
  recounting: Pick<Recounting, "file" | "mayCount"> | undefined,
): AnswerOdds {
  const hasher = createCommitmentHasher(chain.domain);
  const isSignedFor = signedFor(chain, recoverAddress);
  const parts = { host, hasher, isSignedFor, store, log, ...(pauseMs !== undefined && { pauseMs }) };
  const open = new BoundedMap<Hex, TokenMeanings>({ most: MOST_OPEN });
  const untold = new BoundedMap<string, true>({ most: MOST_UNTOLD });
  const meaningsOf = async ({ signed, vocabulary }: Omit<Shown, "showsTrace">): Promise<TokenMeanings> => {
    const target = peerOfOffer(signed);
    if (vocabulary === undefined || target === undefined || recounting === undefined) throw noText();
    const known = open.get(vocabulary);
    if (known !== undefined) return known;
    const meanings = readTokenBytes(await readFile(await recounting.file(vocabulary, target)));
    open.set(vocabulary, meanings);
    return meanings;
  };
  return {
    covers: ({ signed, vocabulary, showsTrace }) =>
      showsTrace === true &&
      untold.peek(nameOf(signed)) === undefined &&
      (vocabulary === undefined || recounting?.mayCount(vocabulary) === true),
    async of({ signed, end }, signal) {
      const { requestHash, responseHash, executor, receipt } = end;
      const target = peerOfOffer(signed);
      if (receipt.response.traceRoot === ZERO_HASH) throw notShown(executor);
      if (target === undefined) throw notFetched(executor, "unreached");
      const fetched = await fetchTrace(parts, { requestHash, responseHash, executor, target }, signal);
      if (fetched.leaves === undefined)
        throw isOwnDoing(fetched.why) ? notShown(executor) : notFetched(executor, fetched.why);
      const tokens = fetched.leaves.map((leaf) => decodeTraceLeaf(hexToBytes(leaf)));
      if (!tokens.some(({ token }) => typeof token === "number")) return tokens.map((one) => told(one, byBytes));
      try {
        const meanings = await meaningsOf({ signed, vocabulary: promisedBy(signed).vocabulary });
        return tokens.map((one) => told(one, (token) => (typeof token === "number" ? meanings(token) : undefined)));
      } catch (thrown) {
        untold.set(nameOf(signed), true);
        throw thrown;
      }
    },
  };
}

type MeaningOf = (token: TokenOdds["token"]) => TokenMeaning | undefined;

const byBytes: MeaningOf = (token) => (typeof token === "number" ? undefined : { bytes: token, isText: true });

function told(
  { likeliest, ...written }: TokenOdds & { readonly likeliest: readonly TokenOdds[] },
  meaningOf: MeaningOf,
): ToldToken {
  const meaning = ({ token }: TokenOdds): TokenMeaning => {
    const found = meaningOf(token);
    if (found === undefined) throw noText();
    return found;
  };
  const odds = (one: TokenOdds): ToldOdds => ({ bytes: [...meaning(one).bytes], logprob: one.logprob });
  return { ...odds(written), isText: meaning(written).isText, likeliest: likeliest.map(odds) };
}

const nameOf = ({ offer: { executor, model } }: SignedOffer): string => `${executor} ${model}`;

const notShown = (executor: Address): LloomError =>
  new LloomError("RESPONSE_INVALID", `Executor ${executor} does not show the log probabilities that it signed.`, {
    next: "Ask again: others come first now. What was answered is paid.",
  });

const noText = (): LloomError =>
  new LloomError("UNSUPPORTED", "The executor names tokens by numbers of which no text is known here.", {
    next: "Leave logprobs out, or ask again: others come first now. What was answered is paid.",
    details: { param: "logprobs" },
  });
