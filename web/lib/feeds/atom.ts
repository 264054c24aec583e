/** One thing that happened, as feed readers show it. */
export interface FeedEntry {
  /** The same for ever, wherever the explorer is served. */
  readonly id: string;
  readonly title: string;
  /** In a sentence or two. */
  readonly summary: string;
  /** Path of its page here. */
  readonly path: string;
  /** Unix seconds. */
  readonly at: number;
}

export interface Feed {
  readonly id: string;
  readonly title: string;
  /** Path of the feed itself, and of the page that it is about. */
  readonly self: string;
  readonly page: string;
  readonly entries: readonly FeedEntry[];
  /** Of a feed without entries. */
  readonly at: number;
}

/** What XML 1.0 may not hold at all, however it is written. */
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

const xml = (text: string): string =>
  text.replaceAll(NOT_IN_XML, "\u{fffd}").replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

const moment = (seconds: number): string => new Date(seconds * 1000).toISOString();

const entryOf = ({ id, title, summary, path, at }: FeedEntry): string => `  <entry>
    <id>${xml(id)}</id>
    <title>${xml(title)}</title>
    <updated>${moment(at)}</updated>
    <link rel="alternate" type="text/html" href="${xml(path)}"/>
    <summary>${xml(summary)}</summary>
  </entry>
`;

/** An Atom feed (RFC 4287). Its links are paths: they hold wherever it is served. */
export function atomOf({ id, title, self, page, entries, at }: Feed): string {
  const updated = entries.reduce((latest, entry) => Math.max(latest, entry.at), entries.length === 0 ? at : 0);
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${xml(id)}</id>
  <title>${xml(title)}</title>
  <updated>${moment(updated)}</updated>
  <author><name>Lloom explorer</name></author>
  <link rel="self" type="application/atom+xml" href="${xml(self)}"/>
  <link rel="alternate" type="text/html" href="${xml(page)}"/>
${entries.map(entryOf).join("")}</feed>
`;
}
