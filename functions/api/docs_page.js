/** The page of the OpenAPI document: operations by tag, with parameters, fields, an example as a line of curl, answers. */

const { html, render } = library;
const VERBS = ["get", "post", "put", "delete"];
const here = location.origin + location.pathname.replace(/\/$/, ""); // with or without the slash, it is the same page
const base = new URL(".", here).href.replace(/\/$/, "");

/** Text with `code` in it. */
const prose = (text = "") => text.split(/`([^`]+)`/).map((piece, index) => (index % 2 ? html`<code>${piece}</code>` : piece));

let all;
const found = (one) => (one?.$ref ? one.$ref.slice(2).split("/").reduce((part, name) => part[name], all) : one ?? {});

/** What a value may be, in words. */
function typeOf(schema) {
  const one = found(schema);
  if (one.enum) return one.enum.map((value) => JSON.stringify(value)).join(", ");
  if (one.const !== undefined) return JSON.stringify(one.const);
  const parts = one.anyOf ?? one.oneOf;
  if (parts) return [...new Set(parts.map(typeOf))].join(" or ");
  if (one.type === "array") return `list of ${typeOf(one.items)}`;
  return one.properties ? one.title ?? "object" : [one.type ?? "anything"].flat().join(" or ");
}

/** The schema of an object, be it one of several or the entry of a list. */
function objectIn(schema) {
  const one = found(schema);
  if (one.properties) return one;
  return [...(one.anyOf ?? one.oneOf ?? []), one.items].filter(Boolean).map(objectIn).find(Boolean);
}

const Rows = ({ rows, caption }) => rows.length > 0 && html`<table><caption>${caption}</caption>
  <thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>
  ${rows.map(([name, schema, meaning, needed]) => html`<tr><th scope="row"><code>${name}</code>${needed && " (required)"}</th>
    <td data-label="Type">${typeOf(schema)}</td><td
      data-label="Meaning">${prose(meaning ?? found(schema).description)}</td></tr>`)}</tbody></table>`;

/** The fields of an object, and below them those of the objects in it, each once. */
function Fields({ schema, caption, seen = [] }) {
  const one = objectIn(schema);
  if (!one || seen.includes(one)) return null;
  const fields = Object.entries(one.properties);
  const rows = fields.map(([name, field]) => [name, field, found(field).description, one.required?.includes(name)]);
  return html`<${Rows} rows=${rows} caption=${caption} />${fields.map(([name, field]) =>
    html`<${Fields} schema=${field} caption="Of ${name}" seen=${[...seen, one]} />`)}`;
}

const exampleOf = (content) => content?.example ?? found(content?.schema).examples?.[0];
const Example = ({ value, label }) => value !== undefined
  && html`<pre tabindex="0" aria-label=${label}>${typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>`;

function curl(verb, path, operation) {
  const query = operation.parameters?.map(found)
    .filter((one) => one.in === "query" && one.required).map((one) => `${one.name}=…`).join("&");
  const example = exampleOf(operation.requestBody?.content["application/json"]);
  const header = all.components.securitySchemes.token ? `-H "token: $TOKEN"` : '-H "account: $ACCOUNT" --aws-sigv4 …';
  return `curl${verb === "get" ? "" : ` -X ${verb.toUpperCase()}`} "${base}${path}${query ? `?${query}` : ""}" ${header}${example === undefined
    ? ""
    : ` \\\n  -H 'content-type: application/json' -d '${JSON.stringify(example).replaceAll("'", "'\\''")}'`}`;
}

function Operation({ verb, path, operation, isHook }) {
  const parameters = (operation.parameters ?? []).map(found).map((one) => [one.name, one.schema, one.description, one.required]);
  const body = Object.values(operation.requestBody?.content ?? {})[0];
  const [[status, answer]] = Object.entries(operation.responses);
  const content = Object.values(found(answer).content ?? {})[0];
  return html`<details class="card" id=${operation.operationId}><summary><b>${verb.toUpperCase()}</b> <code>${path}</code>
      <span class="quiet"> ${operation.summary}</span></summary>
    <p>${prose(operation.description)}</p>
    <${Rows} rows=${parameters} caption=${isHook ? "Headers" : "Parameters"} /><${Fields} schema=${body?.schema} caption="Body" />
    ${isHook ? html`<${Example} value=${exampleOf(body)} label="Body" />`
      : html`<${Example} value=${curl(verb, path, operation)} label="Request" />`}
    <h3>${status} ${found(answer).description}</h3><${Example} value=${exampleOf(content)} label="Answer" />
    <p class="quiet">Also: ${Object.entries(operation.responses).slice(1)
      .map(([code, one]) => `${code} ${found(one).description}`).join(", ")}</p></details>`;
}

const operationsOf = (paths) => Object.entries(paths).flatMap(([path, verbs]) =>
  VERBS.filter((verb) => verbs[verb]).map((verb) => ({ verb, path, operation: verbs[verb] })));

function Page({ word = "" }) {
  const matches = ({ verb, path, operation }) => `${verb} ${path} ${operation.summary}`.toLowerCase().includes(word.toLowerCase());
  const hooks = operationsOf(all.webhooks ?? {}).map((one) => ({ ...one, isHook: true }));
  const shown = [...operationsOf(all.paths), ...hooks].filter(matches);
  return html`<main><h1>${all.info.title} ${all.info.version}</h1>${all.info.description
      .split("\n\n").map((text) => html`<p>${prose(text)}</p>`)}
    <p><a href=${`${base}/v2/openapi.json`}>The document for machines (OpenAPI ${all.openapi})</a></p>
    <div class="field"><label for="word">Filter</label>
      <input id="word" type="search" value=${word} onInput=${(event) => draw(event.target.value)} /></div>
    ${all.tags.map(({ name, description }) => [name, description, shown.filter((one) => one.operation.tags.includes(name))])
      .filter(([, , operations]) => operations.length)
      .map(([name, description, operations]) => html`<h2>${name}</h2><p>${prose(description)}</p>
      ${operations.map((one) => html`<${Operation} key=${one.operation.operationId} ...${one} />`)}`)}</main>`;
}

const draw = (word) => render(html`<${Page} word=${word} />`, document.body);

/** Open the operation that the address names. */
function open() {
  const named = document.getElementById(location.hash.slice(1));
  if (!named) return;
  named.open = true;
  named.scrollIntoView();
}

const answer = await fetch(`${base}/v2/openapi.json`);
all = await answer.json();
document.body.replaceChildren();
draw("");
open();
addEventListener("hashchange", open);
addEventListener("toggle", ({ target }) => target.open && target.id && history.replaceState(null, "", `#${target.id}`), true);
