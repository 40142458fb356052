/** A request or a mail as it would go out, with the event's values highlighted. */

import { Copy } from "./parts.js";
import { html } from "./vendor.js";

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** *text* in pieces, those that *pattern*'s one group matches marked. */
export const marked = (text, pattern) => text.split(pattern).map((piece, index) => (index % 2 ? html`<mark>${piece}</mark>` : piece));

/** A pattern of all values of *data*: as they are, in a URL, and in JSON. */
function valuesOf(data) {
  const forms = Object.values(data).map((value) => String(value).toWellFormed()).filter(Boolean)
    .flatMap((value) => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]);
  return new RegExp(`(${forms.sort((one, other) => other.length - one.length).map(escaped).join("|") || "$^"})`);
}

export function Preview({ of: preview, data, curl }) {
  const values = valuesOf(data);
  if (preview.type === "Email") {
    return html`<pre tabindex="0" aria-label="The mail"
      >To: ${preview.to}${"\n"}Subject: ${marked(preview.subject, values)}${"\n\n"}${marked(preview.text, values)}</pre>`;
  }
  const [, origin, rest] = /^(\w+:\/\/[^/?]*)(.*)/s.exec(preview.url);
  return html`<pre tabindex="0" aria-label="The request"><b>${preview.method}</b> ${origin}${marked(rest, values)}
      <span class="quiet">${preview.headers.map(({ name, value }) => `\n${name}: ${value}`)}</span>
      ${preview.body !== null && html`${"\n\n"}${marked(preview.body, values)}`}</pre>
    ${preview.empty_tokens > 0 && html`<p>${preview.empty_tokens} of its tokens have no value here.</p>`}
    ${curl && html`<${Copy} text=${asCurl(preview)} label="Copy as curl" />`}`;
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The same for a shell; what is masked stays so. */
function asCurl({ method, url, headers, body }) {
  const parts = headers.map(({ name, value }) => `-H ${quoted(`${name}: ${value}`)}`);
  if (body !== null) parts.push(`--data-binary ${quoted(body)}`);
  return [`curl -X ${method} ${quoted(url)}`, ...parts].join(" \\\n  ");
}
