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
    readonly callee?: {
      readonly name?: string;
      /** A private one has its name in its id. */
      readonly property?: { readonly name?: string; readonly id?: { readonly name: string } };
    };
    readonly key?: { readonly name?: string };
  };
}

const REASON = "wording of a message";
/** Where functions and errors take the sentence that people read, or what completes it. */
const WORDED: Readonly<Record<string, number>> = {
  ...{ LloomError: 1, Error: 0, RangeError: 0, TypeError: 0 },
  ...{ problem: 1, refuse: 1, readFor: 0, refused: 0, outOfStep: 0, wrong: 0, misuse: 0, invalid: 0, broken: 0 },
};
/** Fields with such a sentence. */
const SENTENCES: ReadonlySet<string> = new Set(["message", "problem"]);
/** Methods of a log. */
const LOGGED: ReadonlySet<string> = new Set(["debug", "info", "warn", "error"]);

const isText = ({ node }: Path): boolean => node.type === "StringLiteral" || node.type === "TemplateLiteral";

function isMessage({ key, listKey, parent }: Path): boolean {
  if (parent.type === "ObjectProperty") return key === "value" && SENTENCES.has(parent.key?.name ?? "");
  if (listKey !== "arguments") return false;
  const { name = "", property } = parent.callee ?? {};
  return (
    (Object.hasOwn(WORDED, name) && WORDED[name] === key) || LOGGED.has(property?.name ?? property?.id?.name ?? "")
  );
}

export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "messages",
    value: { shouldIgnore: (path: Path) => (isText(path) && isMessage(path) ? REASON : undefined) },
  },
];
