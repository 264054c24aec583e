import { callOf, children, type SyntaxNode, span, walk } from "./syntax.ts";

/** A small change of a contract that its tests should notice. */
export interface Mutant {
  readonly id: number;
  readonly path: string;
  readonly line: number;
  /** Byte of the file at which it begins. */
  readonly place: number;
  /** What stands there, and what the mutant has instead. */
  readonly from: string;
  readonly to: string;
}

/** Where an operator is exchanged for its neighbour. */
const OPERATORS: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "==": "!=",
  "!=": "==",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "&&": "||",
  "||": "&&",
};
/** Compound assignments likewise. */
const ASSIGNMENTS: Readonly<Record<string, string>> = { "+=": "-=", "-=": "+=", "|=": "&=" };
/** Functions that have a sibling of the same shape. */
const SIBLINGS: Readonly<Record<string, string>> = { min: "max", max: "min" };

/** Name of the function that says whether a mutant is the active one. */
export const IS_ACTIVE = "mutantIsActive";

/**
 * All mutants at once: a file's text in which each mutated place asks which mutant is active, so that one compilation
 * serves all of them.
 */
export class Mutator {
  readonly mutants: Mutant[] = [];
  readonly #source: Buffer;
  readonly #path: string;
  readonly #nextId: () => number;

  constructor(path: string, source: Buffer, nextId: () => number) {
    this.#path = path;
    this.#source = source;
    this.#nextId = nextId;
  }

  /** The file's text with all its mutants. */
  rewrite(tree: SyntaxNode): string {
    const { start, end } = span(tree);
    const text = this.#splice(tree);
    return this.#source.subarray(0, start).toString() + text + this.#source.subarray(end).toString();
  }

  /** The node's text, its children mutated. */
  #splice(node: SyntaxNode): string {
    const { start, end } = span(node);
    let [text, at] = ["", start];
    const inner = children(node)
      .filter((child) => within(span(child), { start: at, end }))
      .sort((a, b) => span(a).start - span(b).start);
    for (const child of inner) {
      const place = span(child);
      if (place.start < at) continue;
      text += this.#source.subarray(at, place.start).toString() + this.#mutate(child);
      at = place.end;
    }
    return text + this.#source.subarray(at, end).toString();
  }

  #mutate(node: SyntaxNode): string {
    if (isFixed(node)) return this.#text(node);
    // The head of a loop takes no statements.
    if (node.nodeType === "ForStatement") return this.#mutateLoop(node);
    return (
      this.#mutateRequire(node) ??
      this.#mutateOperator(node) ??
      this.#mutateNegation(node) ??
      this.#mutateStatement(node) ??
      this.#mutateCall(node) ??
      this.#splice(node)
    );
  }

  #mutateLoop(node: SyntaxNode): string {
    const [whole, body] = [span(node), span(node["body"] as SyntaxNode)];
    const head = this.#source.subarray(whole.start, body.start).toString();
    return head + this.#mutate(node["body"] as SyntaxNode) + this.#source.subarray(body.end, whole.end).toString();
  }

  /** A require that lets everything pass. */
  #mutateRequire(node: SyntaxNode): string | undefined {
    const [condition] = callOf(node, "require") ?? [];
    if (condition === undefined) return undefined;
    const [whole, part] = [span(node), span(condition)];
    const test = this.#ask(node, this.#text(condition), "true");
    const [before, after] = [
      this.#source.subarray(whole.start, part.start).toString(),
      this.#source.subarray(part.end, whole.end).toString(),
    ];
    return `${before}${test} || (${this.#mutate(condition)})${after}`;
  }

  #mutateOperator(node: SyntaxNode): string | undefined {
    const operator = node["operator"];
    if (node.nodeType !== "BinaryOperation" || typeof operator !== "string" || isLiteral(node)) return undefined;
    const other = OPERATORS[operator];
    if (other === undefined) return undefined;
    const [left, right] = [node["leftExpression"] as SyntaxNode, node["rightExpression"] as SyntaxNode];
    const changed = `${this.#text(left)} ${other} ${this.#text(right)}`;
    const test = this.#ask(node, this.#text(node), changed);
    return `(${test} ? (${changed}) : (${this.#mutate(left)} ${operator} ${this.#mutate(right)}))`;
  }

  /** A statement left out, or done the other way round. What follows it is its semicolon, so the choice is an `if`. */
  #mutateStatement(node: SyntaxNode): string | undefined {
    if (node.nodeType === "EmitStatement") return this.#leaveOut(node, this.#splice(node));
    if (node.nodeType !== "ExpressionStatement") return undefined;
    const expression = node["expression"] as SyntaxNode;
    if (callOf(expression, "require") !== undefined || callOf(expression, "revert") !== undefined) return undefined;
    if (setsPointer(expression)) return undefined;
    const other = expression.nodeType === "Assignment" ? ASSIGNMENTS[expression["operator"] as string] : undefined;
    if (other === undefined) return this.#leaveOut(node, this.#splice(node));
    const [left, right] = [expression["leftHandSide"] as SyntaxNode, expression["rightHandSide"] as SyntaxNode];
    const changed = `${this.#text(left)} ${other} ${this.#text(right)}`;
    return `if (${this.#ask(node, this.#text(node), changed)}) ${changed}; else ${this.#splice(node)}`;
  }

  #leaveOut(node: SyntaxNode, kept: string): string {
    return `if (${this.#ask(node, this.#text(node), "nothing")}) {} else ${kept}`;
  }

  #mutateNegation(node: SyntaxNode): string | undefined {
    if (node.nodeType !== "UnaryOperation" || node["operator"] !== "!") return undefined;
    const inner = node["subExpression"] as SyntaxNode;
    const test = this.#ask(node, this.#text(node), this.#text(inner));
    return `(${test} ? (${this.#text(inner)}) : !(${this.#mutate(inner)}))`;
  }

  /** A rounding or a bound turned round. */
  #mutateCall(node: SyntaxNode): string | undefined {
    if (node.nodeType !== "FunctionCall") return undefined;
    const callee = node["expression"] as SyntaxNode;
    const member = callee.nodeType === "MemberAccess" ? (callee["memberName"] as string) : "";
    const other = SIBLINGS[member];
    if (other === undefined || !this.#text(callee).startsWith("Math.")) return undefined;
    const changed = this.#text(node).replace(`Math.${member}`, `Math.${other}`);
    return `(${this.#ask(node, this.#text(node), changed)} ? ${changed} : ${this.#splice(node)})`;
  }

  /** Notes a mutant and returns the question whether it is active. */
  #ask(node: SyntaxNode, from: string, to: string): string {
    const id = this.#nextId();
    const place = span(node).start;
    const line = this.#source.subarray(0, place).toString().split("\n").length;
    this.mutants.push({ id, path: this.#path, line, place, from: flat(from), to: flat(to) });
    return `${IS_ACTIVE}(${id})`;
  }

  #text(node: SyntaxNode): string {
    const { start, end } = span(node);
    return this.#source.subarray(start, end).toString();
  }
}

/** Parts that cannot ask anything: constants, assembly, declarations of types, events and errors. */
function isFixed(node: SyntaxNode): boolean {
  const declared =
    node.nodeType === "VariableDeclaration" && (node["constant"] === true || node["stateVariable"] === true);
  return (
    declared || ["InlineAssembly", "PragmaDirective", "ImportDirective", "UsingForDirective"].includes(node.nodeType)
  );
}

/** Without its storage pointer, what follows would not compile. */
function setsPointer({ nodeType, leftHandSide }: SyntaxNode): boolean {
  if (nodeType !== "Assignment") return false;
  const { typeDescriptions } = leftHandSide as SyntaxNode;
  return /storage pointer/.test((typeDescriptions as { readonly typeString: string }).typeString);
}

/** Made of literals alone, which the compiler computes in another type. */
const isLiteral = (node: SyntaxNode): boolean =>
  [...walk(node)].every(({ nodeType }) => ["BinaryOperation", "Literal", "TupleExpression"].includes(nodeType));

const within = (inner: { start: number; end: number }, outer: { start: number; end: number }): boolean =>
  inner.start >= outer.start && inner.end <= outer.end;

const flat = (text: string): string => text.replace(/\s+/g, " ");
