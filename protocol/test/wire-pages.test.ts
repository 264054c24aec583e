/** The pages of the wire against the code: whatever a message holds, they name. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { EIP712_TYPES } from "../src/commitments.ts";
import { DISPUTE_CONSENT_FIELDS } from "../src/dispute-consent.ts";
import { ERROR_CODES } from "../src/error-codes.ts";
import { EVIDENCE_LIMITS, evidenceAskSchema, evidencePartSchema } from "../src/evidence-messages.ts";
import { clientFrameSchema, executorFrameSchema, offerGossipSchema, WIRE_LIMITS } from "../src/messages.ts";
import { executorKey, KAD_PROTOCOL, modelKey, offersTopic, validatorKey } from "../src/names.ts";
import { profileSchema } from "../src/profile.ts";
import * as rpc from "../src/rpc-messages.ts";
import { typeString } from "../src/struct-encoder.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = "docs/protocol";
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const page = (name: string): string => read(`${FOLDER}/${name}.md`);
const pages = [
  "docs/protocol.md",
  ...globSync(`${FOLDER}/*.md`, { cwd: ROOT }).map((path) => path.replaceAll("\\", "/")),
];

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly string[];
  readonly const?: string;
}

/** Every name and every word that a schema holds. */
function wordsOf({
  properties = {},
  items,
  oneOf = [],
  anyOf = [],
  enum: words = [],
  const: word,
}: JsonSchema): string[] {
  const inner = [...Object.values(properties), ...oneOf, ...anyOf, ...(items === undefined ? [] : [items])];
  const own = [...Object.keys(properties), ...words, ...(word === undefined ? [] : [String(word)])];
  return [...own, ...inner.flatMap(wordsOf)];
}
const words = (schema: z.ZodType): string[] =>
  wordsOf(z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }) as JsonSchema);

/** Words that do not stand on the page as code, alone or at the end of a path. */
const missing = (text: string, wanted: readonly string[]): string[] =>
  [...new Set(wanted)].filter((word) => !new RegExp(`\`(?:[\\w[\\]]+\\.)?${word}\``).test(text));

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, " ");
/** Fields of the signed types stand on the page of signing. */
const signing = page("signing");

describe("the pages of the wire", () => {
  it.each<[string, readonly z.ZodType[]]>([
    ["requests", [clientFrameSchema, executorFrameSchema]],
    ["offers", [offerGossipSchema]],
    ["calls", Object.values(rpc).filter((schema) => schema instanceof z.ZodType)],
    ["../protocol", [evidenceAskSchema, evidencePartSchema]],
    ["signing", [profileSchema]],
  ])("name every field and every word of %s", (name, schemas) => {
    const text = name === "signing" ? signing : `${page(name)}\n${signing}\n${name === "calls" ? page("offers") : ""}`;
    expect(missing(`${text}\n${name === "../protocol" ? page("requests") : ""}`, schemas.flatMap(words))).toEqual([]);
  });

  it("have the signed types as they are hashed", () => {
    const { EIP712Domain: _, ...types } = EIP712_TYPES;
    const wanted = [
      ...Object.entries(types).map(([name, fields]) => typeString(name, fields)),
      typeString("DisputeConsent", DISPUTE_CONSENT_FIELDS),
    ];
    expect(wanted.filter((type) => !signing.includes(`\n${type}\n`))).toEqual([]);
  });

  it("know every error code, and no other", () => {
    const told = [...page("errors").matchAll(/`([A-Z]+_?[A-Z_]*)`/g)].map(([, code = ""]) => code);
    expect([...new Set(told)].sort()).toEqual(Object.keys(ERROR_CODES).sort());
    const others = pages.flatMap((path) =>
      [...read(path).matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, code = ""]) => code),
    );
    expect(others.filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
  });

  it("name protocol ids, keys and topics", () => {
    const network = { chainId: 1n, accounting: "0xAB" };
    const names = [offersTopic(network), executorKey(network), validatorKey(network), modelKey(network, "<model>")];
    const wanted = [KAD_PROTOCOL, ...names.map((name) => name.replace("1/0xab", "<network>"))];
    expect(wanted.filter((name) => !page("offers").includes(`\`${name}\``))).toEqual([]);
  });

  it.each<[string, number]>([
    ["encoding", WIRE_LIMITS.frameBytes],
    ["encoding", EVIDENCE_LIMITS.askBytes],
    ["calls", WIRE_LIMITS.rpcBytes],
    ["offers", WIRE_LIMITS.offerBytes],
    ["requests", WIRE_LIMITS.messages],
    ["signing", WIRE_LIMITS.modelNameBytes],
    ["requests", WIRE_LIMITS.tokenTextBytes],
    ["offers", WIRE_LIMITS.profileBytes],
    ["calls", WIRE_LIMITS.vocabularyBytes],
    ["calls", WIRE_LIMITS.vocabularyChunkBytes],
    ["offers", WIRE_LIMITS.multiaddrs],
    ["calls", WIRE_LIMITS.offers],
  ])("say on the page of %s that a limit is %i", (name, limit) => {
    expect(page(name)).toContain(grouped(limit));
  });

  it("show bytes that the vectors have", () => {
    const { clientFrames, executorFrames } = JSON.parse(read("protocol/vectors/frames.json"));
    const vectors = [...clientFrames, ...executorFrames].map(({ cbor }: { cbor: string }) => cbor.slice(2));
    const encoding = page("encoding");
    const [token = ""] = /^[0-9a-f]{60,}$/m.exec(encoding) ?? [];
    const dissected = /^a3 .*\n(?: {3}[0-9a-f ]+.*\n)+/m.exec(encoding)?.[0].split("\n") ?? [];
    const hex = dissected.map((line) => /^ *([0-9a-f ]+?)(?: {2}|$)/.exec(line)?.[1] ?? "").join("");
    expect(vectors).toContain(token);
    expect(hex.replaceAll(" ", "")).toBe(token);
    const { digests, domains } = JSON.parse(read("protocol/vectors/commitments.json"));
    const { types } = JSON.parse(read("protocol/vectors/signatures.json"));
    const [{ digest }, { domainSeparator }, { signature }] = [digests[0], domains[0], types[0]];
    for (const bytes of [digest, domainSeparator, signature.r, signature.vs]) expect(signing).toContain(bytes);
  });

  it("lead nowhere but to what is there", () => {
    const broken = pages.flatMap((path) =>
      [...read(path).matchAll(/\]\(([^)#]+)?(?:#([^)]+))?\)/g)].flatMap(([, file, anchor]) => {
        const target = file === undefined ? path : join(dirname(path), file);
        if (!existsSync(join(ROOT, target))) return [`${path}: ${file}`];
        if (anchor === undefined || !target.endsWith(".md")) return [];
        const anchors = [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => anchorOf(title));
        return anchors.includes(anchor) ? [] : [`${path}: ${file ?? ""}#${anchor}`];
      }),
    );
    expect(broken).toEqual([]);
  });
});

/** As GitHub makes them. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
