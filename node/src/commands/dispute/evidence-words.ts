import type { CommitmentDomain } from "@lloom/protocol/commitments";
import type { Evidence } from "@lloom/protocol/evidence-collector";
import { EVIDENCE_ITEMS, type EvidenceItem, type WhyMissing } from "@lloom/protocol/evidence-messages";
import { bytesToHex } from "@lloom/protocol/hex";
import { receiptFileToData } from "@lloom/protocol/receipt-file";
import { encodeTraceLeaf } from "@lloom/protocol/trace";
import { terminalText } from "../terminal-text.ts";
import { counted, type Fact, factLines } from "../words.ts";
import type { GatheredEvidence } from "./gather-evidence.ts";

/** Characters of a text that are shown; a file has all of it. */
const MOST_SHOWN = 2_000;
const WHY: Readonly<Record<WhyMissing, string>> = {
  none: "there is none",
  deleted: "not kept any more",
  large: "too large to be sent",
};

/** The evidence of an answer for people. */
export function evidenceLines({ evidence, from, faults }: GatheredEvidence): string[] {
  const { receipt, prompt, text } = evidence;
  const { request, response } = receipt;
  const facts: Fact[] = [
    ["Request", response.requestHash],
    ["Client", request.client],
    ["Executor", request.executor],
    [
      "Signed",
      `${response.inboundTokens} + ${response.outboundTokens} tokens of ${request.model}; both signatures are right`,
    ],
    ...EVIDENCE_ITEMS.map((item): Fact => [TITLES[item], stateOf(evidence, item)]),
    ["From", from.join(", ")],
    ...faults.map((fault): Fact => ["Not from", fault]),
  ];
  return [
    ...factLines(facts),
    ...(prompt === undefined ? [] : prompt.messages.flatMap(({ role, content }) => ["", `${role}:`, shown(content)])),
    ...(text === undefined ? [] : ["", "answer:", shown(new TextDecoder().decode(text.bytes))]),
  ];
}

const TITLES: Readonly<Record<EvidenceItem, string>> = {
  prompt: "Prompt",
  text: "Answer",
  trace: "Trace",
  acknowledgement: "Acknowledged",
};

function stateOf({ prompt, text, trace, acknowledgement, lacks }: Evidence, item: EvidenceItem): string {
  const right = {
    prompt: prompt && `${counted(prompt.messages.length, "message")}, as they were signed`,
    text: text && `${counted(text.bytes.length, "byte")}, as they were signed`,
    trace: trace && `${counted(trace.total, "token")}, as they were signed`,
    acknowledgement: acknowledgement && "by the client's signature",
  }[item];
  return right ?? `lacking: ${WHY[lacks.get(item) ?? "none"]}`;
}

const shown = (text: string): string =>
  terminalText(text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)} ... (all of it: --out FILE)`);

/** The same for programs and files: a receipt with its texts, as `lloom receipt verify` takes it, and beside it the rest. */
export function evidenceData({ evidence, from, faults }: GatheredEvidence, domain: CommitmentDomain) {
  const { receipt, responseHash, prompt, text, trace, acknowledgement, lacks } = evidence;
  return {
    ...{ requestHash: receipt.response.requestHash, responseHash, from, faults, lacks: Object.fromEntries(lacks) },
    receipt: receiptFileToData(
      { ...receipt, domain },
      {
        prompt: prompt && { salt: prompt.promptSalt, messages: prompt.messages },
        answer: text && { salt: text.contentSalt, text: new TextDecoder().decode(text.bytes) },
      },
    ),
    asked: prompt,
    acknowledgement,
    traceLeaves: trace?.leaves.map((leaf) => bytesToHex(encodeTraceLeaf(leaf, leaf.index))),
  };
}
