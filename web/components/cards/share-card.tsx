import type { Card } from "../../lib/cards/card.ts";

/* Drawn by satori, which knows no variables of CSS: the light colours of globals.css. */
const [PAPER, SURFACE, LINE, INK, SOFT] = ["#f4f5f2", "#fcfdfb", "#dde1da", "#14201c", "#44524c"];
const [INDIGO, WELD, MADDER] = ["#2b4c9b", "#b98306", "#a8342a"];
/** Threads of the selvedge along the upper edge. */
const THREADS = [INDIGO, INDIGO, INDIGO, WELD, INDIGO, INDIGO, WELD, INDIGO];
const LONG = 30;

function FactRow({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div
      style={{
        ...{ display: "flex", justifyContent: "space-between", alignItems: "center" },
        ...{ height: 66, borderTop: `2px solid ${LINE}` },
      }}
    >
      <div style={{ fontSize: 28, color: SOFT }}>{name}</div>
      <div style={{ fontSize: value.length > LONG ? 24 : 34, color: INK }}>{value}</div>
    </div>
  );
}

/** The picture of a page. */
export function ShareCard({ card, network }: { readonly card: Card; readonly network: string }) {
  const { kind, title, danger, facts } = card;
  return (
    <div style={{ display: "flex", flexDirection: "column", width: "100%", height: "100%", backgroundColor: PAPER }}>
      <div style={{ display: "flex", height: 14, gap: 4 }}>
        {THREADS.map((color, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never change places.
          <div key={index} style={{ flexGrow: 1, height: 14, backgroundColor: color }} />
        ))}
      </div>
      <div
        style={{
          ...{ display: "flex", flexDirection: "column", flexGrow: 1, margin: 40, padding: "32px 44px" },
          ...{ backgroundColor: SURFACE, border: `2px solid ${LINE}`, borderRadius: 16 },
        }}
      >
        <div style={{ display: "flex", justifyContent: "space-between", fontSize: 28, color: SOFT }}>
          <div>{kind}</div>
          <div>{`Lloom · ${network}`}</div>
        </div>
        <div style={{ display: "flex", justifyContent: "space-between", alignItems: "center", marginTop: 18 }}>
          <div style={{ fontSize: title.length > LONG ? 40 : 68, color: INDIGO, letterSpacing: -1 }}>{title}</div>
          {danger === undefined ? null : (
            <div
              style={{
                fontSize: 30,
                color: MADDER,
                border: `3px solid ${MADDER}`,
                borderRadius: 10,
                padding: "8px 18px",
              }}
            >
              {danger}
            </div>
          )}
        </div>
        <div style={{ display: "flex", flexDirection: "column", marginTop: "auto" }}>
          {facts.map(([name, value]) => (
            <FactRow key={name} name={name} value={value} />
          ))}
        </div>
      </div>
    </div>
  );
}
