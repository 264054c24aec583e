import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { z } from "zod";

const require = createRequire(import.meta.url);
const solc = require("solc") as { compile: (input: string, callbacks: { import: ImportCallback }) => string };
type ImportCallback = (path: string) => { contents: string } | { error: string };

/** A node of the compiler's syntax tree. `src` is "start:length:file", in bytes. */
export interface SyntaxNode {
  readonly nodeType: string;
  readonly src: string;
  readonly [field: string]: unknown;
}

const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  sources: z.record(z.string(), z.object({ ast: z.custom<SyntaxNode>() })),
});

/** Syntax trees of Solidity files, as the compiler understands them, by path relative to `root`. */
export function parse(root: string, paths: readonly string[]): Map<string, SyntaxNode> {
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(paths.map((path) => [path, { content: read(path) }])),
    settings: { outputSelection: { "*": { "": ["ast"] } } },
  };
  const resolve: ImportCallback = (path) => {
    try {
      return { contents: read(path.startsWith("@") ? `node_modules/${path}` : path) };
    } catch (thrown) {
      return { error: (thrown as Error).message };
    }
  };
  const { errors, sources } = outputSchema.parse(JSON.parse(solc.compile(JSON.stringify(input), { import: resolve })));
  const failure = errors.find(({ severity }) => severity === "error");
  if (failure !== undefined) throw new Error(failure.formattedMessage);
  return new Map(paths.map((path) => [path, sources[path]?.ast as SyntaxNode]));
}

/** Children of a node in the order of its fields. */
export function children(node: SyntaxNode): SyntaxNode[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

/** The node and all below it. */
export function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const child of children(node)) yield* walk(child);
}

/** Where a node's text begins and ends, in bytes. */
export function span({ src }: SyntaxNode): { readonly start: number; readonly end: number } {
  const [start = 0, length = 0] = src.split(":").map(Number);
  return { start, end: start + length };
}

/** If the node is a call of the named function, its arguments. */
export function callOf(node: SyntaxNode, name: string): readonly SyntaxNode[] | undefined {
  if (node.nodeType !== "FunctionCall") return undefined;
  const { expression, arguments: values } = node;
  return isNode(expression) && expression["name"] === name ? (values as SyntaxNode[]) : undefined;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
