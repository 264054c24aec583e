/**
 * A plugin of Stryker: leaves the wording of messages as it is. A test that knows every sentence by heart would fail with
 * each better word and protect nobody; that an error has the right code and next step, and a log line its fields, is
 * behaviour, and stays mutated. So do all other texts: codes, names of domains and types, SQL, keys.
 */

/** As much of Babel's path as is looked at. */
interface Path {
  readonly node: { readonly type: string };
  readonly key: string | number | null;
  readonly listKey?: string;
  readonly parent: {
    readonly type: string;
    readonly callee?: { readonly name?: string; readonly property?: { readonly name?: string } };
    readonly key?: { readonly name?: string };
  };
}

const REASON = "wording of a message";
/** Functions whose last argument is a sentence, or what completes one, and nothing else. */
const WORDED: ReadonlySet<string> = new Set(["outOfStep", "wrong", "refused", "misuse", "refuse", "problem"]);
/** Methods of a log. */
const LOGGED: ReadonlySet<string> = new Set(["debug", "info", "warn", "error"]);

const isText = ({ node }: Path): boolean => node.type === "StringLiteral" || node.type === "TemplateLiteral";

function isMessage({ key, listKey, parent }: Path): boolean {
  if (parent.type === "ObjectProperty") return key === "value" && parent.key?.name === "message";
  if (listKey !== "arguments") return false;
  const name = parent.callee?.name ?? "";
  if (parent.type === "NewExpression") return key === (name === "LloomError" ? 1 : 0) && name.endsWith("Error");
  return WORDED.has(name) || LOGGED.has(parent.callee?.property?.name ?? "");
}

export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "messages",
    value: { shouldIgnore: (path: Path) => (isText(path) && isMessage(path) ? REASON : undefined) },
  },
];
