import { jsonText } from "../src/json-text.ts";
import { auditVectors } from "./audits.ts";
import { cborVectors } from "./cbor.ts";
import { collectionVectors } from "./collections.ts";
import { commitmentVectors } from "./commitments.ts";
import { contentVectors } from "./contents.ts";
import { costVectors } from "./costs.ts";
import { disputeVectors } from "./disputes.ts";
import { embeddingVectors } from "./embeddings.ts";
import { evidenceVectors } from "./evidence.ts";
import { formVectors } from "./forms.ts";
import { frameVectors } from "./frames.ts";
import { laneVectors } from "./lanes.ts";
import { reputationVectors } from "./reputation.ts";
import { signatureVectors } from "./signatures.ts";
import { traceVectors } from "./traces.ts";

/** Each file and what goes into it. */
export const VECTOR_FILES: Readonly<Record<string, () => object>> = {
  "audits.json": auditVectors,
  "cbor.json": cborVectors,
  "collections.json": collectionVectors,
  "commitments.json": commitmentVectors,
  "contents.json": contentVectors,
  "costs.json": costVectors,
  "disputes.json": disputeVectors,
  "embeddings.json": embeddingVectors,
  "evidence.json": evidenceVectors,
  "forms.json": formVectors,
  "frames.json": frameVectors,
  "lanes.json": laneVectors,
  "reputation.json": reputationVectors,
  "signatures.json": signatureVectors,
  "traces.json": traceVectors,
};

const LINE_WIDTH = 120;
/** A list of plain values, over several lines. */
const SPREAD_LIST = /^( *)(.*)\[\n((?: *(?:"(?:[^"\\]|\\.)*"|-?\d+|\[[^[\]\n]*\]),?\n)+) *\](,?)$/gm;

/** The text of a file: integers of signed types as decimal strings, short lists on one line as the formatter has them. */
export function vectorText(file: string): string {
  const json = jsonText(VECTOR_FILES[file]?.(), 2);
  const joined = (spread: string, indent: string, before: string, items: string, comma: string): string => {
    const line = `${indent}${before}[${items.trim().split(/\n */).join(" ")}]${comma}`;
    return line.length <= LINE_WIDTH ? line : spread;
  };
  // Lists of lists, too, once the inner ones stand on a line each.
  const text = json.replace(SPREAD_LIST, joined).replace(SPREAD_LIST, joined);
  return `${text}\n`;
}
