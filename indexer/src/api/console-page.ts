/** A page to try queries on. It loads nothing from anywhere: the network has to work without the internet. */
export const consolePage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Lloom index: GraphQL</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { display: grid; gap: 1rem; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
  textarea, pre { font: 13px/1.5 ui-monospace, monospace; width: 100%; box-sizing: border-box; }
  textarea { height: 16rem; padding: .75rem; }
  pre { overflow: auto; max-height: 60vh; padding: .75rem; border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
  button { justify-self: start; padding: .5rem 1.25rem; font: inherit; }
</style>
<h1>GraphQL</h1>
<label for="query">Query; Ctrl+Enter runs it. Send it by POST to this address from your own program.</label>
<textarea id="query" spellcheck="false">{
  settlements(orderBy: "timestamp", orderDirection: "desc", limit: 5) {
    items { timestamp requests inboundTokens outboundTokens paid executor { address peerId } client { address } }
  }
  _meta { status }
}</textarea>
<button type="button">Run</button>
<pre aria-live="polite"></pre>
<script>
  const [query, button, answer] = ["textarea", "button", "pre"].map((name) => document.querySelector(name));
  async function run() {
    const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query: query.value }) };
    const response = await fetch("", request);
    answer.textContent = JSON.stringify(await response.json(), null, 2);
  }
  button.addEventListener("click", run);
  query.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(); });
</script>
</html>`;
