import { randomBytes } from "node:crypto";
import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { Chain } from "../../chain/chain.ts";
import type { AnswerAudit, AnswerToAudit } from "../../client/check/answer-audit.ts";
import { LloomError } from "../../errors.ts";
import {
  type FetchedTrace,
  type FetchTraceParts,
  fetchTrace,
  isOwnDoing,
  notFetched,
} from "../../evidence/fetch-trace.ts";
import { signedFor } from "../../evidence/signed-for.ts";
import type { Log } from "../../log.ts";
import type { Host } from "../../p2p/host/host.ts";
import { peerOfOffer } from "../../p2p/host/peer-of-offer.ts";
import type { CanaryToJudge } from "../../validator/audit/judge.ts";
import { judge } from "../../validator/audit/judge.ts";
import { type OpenJudge, openJudge } from "../../validator/jury/open-judge.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import type { CommandContext } from "../command.ts";
import { weightsFile } from "./weights-file.ts";

interface AuditParts {
  readonly chain: Chain;
  readonly host: Host;
  readonly store: FetchTraceParts["store"];
}

/**
 * What holds answers against the weights that the settings name; `undefined` without any. Throws CONFIG_INVALID where an audit is
 * asked for and nothing is there to audit with.
 */
export async function openAnswerAudit(context: CommandContext, parts: AuditParts): Promise<AnswerAudit | undefined> {
  const { settings, stack, signal, log } = context;
  const { weights, threads, verify } = settings;
  if (weights.length === 0) {
    if (verify !== "audit") return undefined;
    throw new LloomError("CONFIG_INVALID", "--verify is audit, and there are no weights to hold answers against.", {
      next: "Give --weights tiny or the paths of GGUF files, or ask for less.",
    });
  }
  const options = { weights: weights.map(weightsFile), threads, offered: () => undefined, signal, log };
  return new WeightsAudit({ ...parts, weights: stack.use(await openJudge(options)), log });
}

interface WeightsAuditParts extends AuditParts {
  readonly weights: Pick<OpenJudge, "withWeights" | "covers">;
  readonly log: Log;
}

const SECRET_BYTES = 32;

/** Fetches the trace of an answer, and measures it as a validator does. */
export class WeightsAudit implements AnswerAudit {
  readonly #parts: WeightsAuditParts;

  constructor(parts: WeightsAuditParts) {
    this.#parts = parts;
  }

  covers({ offer, profile }: SignedOffer): boolean {
    return profile !== undefined && this.#parts.weights.covers(offer.weightsHash, profile);
  }

  async problemOf(audited: AnswerToAudit, signal: AbortSignal): Promise<string | undefined> {
    const { signed, end } = audited;
    const trace = await this.#leavesOf(audited, signal);
    if (trace.leaves === undefined) {
      if (!isOwnDoing(trace.why)) throw notFetched(end.executor, trace.why);
      return "Its executor does not show the trace that it signed.";
    }
    const answer = this.#judged(audited, trace.leaves);
    // What draws the places that are looked at: nobody can have known it when the answer was signed.
    const secret = bytesToHex(randomBytes(SECRET_BYTES));
    const { weights, log } = this.#parts;
    const { problem, factor } = await weights.withWeights(
      signed.offer.weightsHash,
      (known, counting) => judge(answer, { weights: known, counting, secret }),
      signal,
    );
    log.debug({ requestHash: end.requestHash, factor, problem }, "an answer was audited");
    return problem ?? (factor === undefined ? "Nothing of it could be measured." : undefined);
  }

  async #leavesOf({ signed, end }: AnswerToAudit, signal: AbortSignal): Promise<FetchedTrace> {
    const { host, chain, store, log } = this.#parts;
    const target = peerOfOffer(signed);
    if (end.receipt.response.traceRoot === ZERO_HASH) return { leaves: undefined, why: "refused" };
    if (target === undefined) return { leaves: undefined, why: "unreached" };
    const hasher = createCommitmentHasher(chain.domain);
    const parts = { host, hasher, isSignedFor: signedFor(chain, recoverAddress), store, log };
    const { requestHash, responseHash, executor } = end;
    return fetchTrace(parts, { requestHash, responseHash, executor, target }, signal);
  }

  #judged({ question, signed, text, end }: AnswerToAudit, leaves: readonly Hex[]): CanaryToJudge {
    const { receipt, requestHash, responseHash } = end;
    const { request, response } = receipt;
    const { profile } = signed;
    return {
      responseHash,
      question: { canary: { messages: question.messages, sampling: question.sampling } },
      answer: {
        ...{ type: "answered", responseHash, signed: { receipt, requestHash } },
        answer: {
          ...{ text, traceRoot: response.traceRoot, outboundTokens: response.outboundTokens, leaves },
          asOfSeconds: Number(request.deadline),
          ...(profile !== undefined && { profile }),
        },
      },
    };
  }
}
