/**
 * Enums and integer constants of a contract, out of the syntax tree that the compiler left beside its artifact. What a
 * contract inherits is its own, as in its ABI.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** By name: an enum's names in the order of their numbers, or a constant's value. */
export type Facts = Readonly<Record<string, readonly string[] | bigint>>;

/** A node of the syntax tree, with the fields that are read here. */
interface Node {
  readonly id: number;
  readonly nodeType: string;
  readonly name?: string;
  readonly linearizedBaseContracts?: readonly number[];
  readonly nodes?: readonly Node[];
  readonly members?: readonly Node[];
  readonly constant?: boolean;
  readonly visibility?: string;
  readonly value?: Node;
  readonly memberName?: string;
  readonly referencedDeclaration?: number;
  readonly typeDescriptions?: { readonly typeString?: string };
}

interface BuildOutput {
  readonly output: { readonly sources: Readonly<Record<string, { readonly ast: Node }>> };
}

/** One compilation: its nodes by their ids, which hold within it alone. */
type Tree = ReadonlyMap<number, Node>;

/** Reads facts of contracts that are compiled below `root`. */
export class FactReader {
  readonly #root: string;
  readonly #trees = new Map<string, Tree>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Facts of the contract or library whose artifact is this file. Throws for a public integer whose value is not found. */
  read(artifactPath: string): Facts {
    const artifact = JSON.parse(readFileSync(artifactPath, "utf8")) as {
      readonly contractName: string;
      readonly buildInfoId: string;
    };
    const tree = this.#tree(artifact.buildInfoId);
    const contract = [...tree.values()].find(
      ({ nodeType, name }) => nodeType === "ContractDefinition" && name === artifact.contractName,
    );
    const lineage = (contract?.linearizedBaseContracts ?? []).map((id) => tree.get(id));
    const entries = lineage.flatMap((ancestor) => (ancestor?.nodes ?? []).flatMap((node) => factOf(tree, node)));
    // The contract comes before its ancestors, whose private constants may bear the same names. Sorted: moves change nothing.
    const facts = Object.fromEntries(entries.reverse());
    return Object.fromEntries(
      Object.keys(facts)
        .sort(byKind(facts))
        .map((name) => [name, facts[name] ?? 0n]),
    );
  }

  #tree(buildInfoId: string): Tree {
    const known = this.#trees.get(buildInfoId);
    if (known !== undefined) return known;
    const path = join(this.#root, `artifacts/build-info/${buildInfoId}.output.json`);
    const { output } = JSON.parse(readFileSync(path, "utf8")) as BuildOutput;
    const tree = new Map<number, Node>();
    for (const { ast } of Object.values(output.sources)) {
      for (const contract of ast.nodes ?? []) {
        tree.set(contract.id, contract);
        for (const node of contract.nodes ?? []) tree.set(node.id, node);
      }
    }
    this.#trees.set(buildInfoId, tree);
    return tree;
  }
}

/** Enums first. */
const byKind =
  (facts: Facts) =>
  (a: string, b: string): number =>
    Number(typeof facts[a] === "bigint") - Number(typeof facts[b] === "bigint") || (a < b ? -1 : 1);

function factOf(tree: Tree, node: Node): [string, readonly string[] | bigint][] {
  const name = node.name ?? "";
  if (node.nodeType === "EnumDefinition") return [[name, (node.members ?? []).map((member) => member.name ?? "")]];
  if (node.nodeType !== "VariableDeclaration" || node.constant !== true || !isInteger(node)) return [];
  const value = integerOf(tree, node.value);
  if (value !== undefined) return [[name, value]];
  if (node.visibility === "public")
    throw new Error(`The value of ${name} is written in a way that facts.ts cannot read.`);
  return [];
}

const isInteger = ({ typeDescriptions }: Node): boolean => /^u?int\d+$/.test(typeDescriptions?.typeString ?? "");

/** Value of a constant's expression: a number, the name of another constant, or the largest value of a type. */
function integerOf(tree: Tree, expression: Node | undefined): bigint | undefined {
  const type = expression?.typeDescriptions?.typeString ?? "";
  const computed = /^int_const (-?\d+)$/.exec(type)?.[1];
  if (computed !== undefined) return BigInt(computed);
  const bits = /^uint(\d+)$/.exec(type)?.[1];
  if (expression?.memberName === "max" && bits !== undefined) return (1n << BigInt(bits)) - 1n;
  const named = tree.get(expression?.referencedDeclaration ?? -1);
  return named === undefined ? undefined : integerOf(tree, named.value);
}
