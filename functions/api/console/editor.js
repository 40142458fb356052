/** `#/n/{number}/{event}`: set what is told, and see beside it what exactly would be sent. */

import { at, call, kindOf, nameOf, placeOf } from "./calls.js";
import { Act, Field, Load, Problem, Screen, State } from "./parts.js";
import { Preview } from "./preview.js";
import { blockNames, blockOf, goal, hintFor, outcomeOf } from "./words.js";
import { component, useEffect, useState } from "./state.js";
import { html } from "./vendor.js";

const STILL_MILLISECONDS = 400;
const FIELDS = ["email", "url", "method", "url_username", "url_password"];

export function Editor({ number, event, kinds }) {
  const kind = kinds.find((one) => one.event === event);
  const up = number === "*" ? "#/account" : at(number);
  return html`<${Screen} title=${kind.title} trail=${[[nameOf(number), up]]}>
    <${Load} of=${number + event} from=${() => call("GET", number === "*" ? event : placeOf(number))}>
      ${({ account, fonenumber }) => html`<${Form} number=${number} kind=${kind} up=${up}
        block=${account ? account[blockNames(kind)[1]] : blockOf(fonenumber, kind)} />`}<//><//>`;
}

function fieldsOf({ type, email, forget, url_username, url_password, ...request }) {
  if (["None", "Email"].includes(type)) return type === "None" ? { type } : { type, email };
  return { type: "Callback", ...request, ...((url_username || url_password) && { url_username, url_password }) };
}

/** PUT keeps user and password where none are given and the server stays the same; POST never does. */
function save(number, kind, form) {
  const fields = fieldsOf(form);
  if (number === "*") return call("POST", kind.event, fields);
  if (form.forget) return call("POST", kind.event, { fonenumber: number, ...fields });
  const [options, name] = blockNames(kind);
  return call("PUT", placeOf(number), { [options]: { [name]: fields } });
}

const Form = component(({ number, kind, block, up }) => {
  const [way] = goal(block);
  const method = kind.methods.includes(way) ? way : kind.methods.at(-1);
  const [form, set] = useState({ type: block.type, method, url: block.url, email: block.email, url_username: "", url_password: "" });
  const [wrong, judge] = useState(null);
  const [tried, show] = useState(null);
  const put = (name) => ({ target }) => set({ ...form, [name]: target.type === "checkbox" ? target.checked : target.value });
  const field = (name, label, more) => html`<${Field} name=${name} label=${label} value=${form[name]} onInput=${put(name)}
    error=${wrong?.field === name ? wrong.message.replace(/^[\w.]+: /, "") : undefined} ...${more} />`;
  const complain = (error) => (judge(error), true);
  const keep = async () => {
    await save(number, kind, form);
    location.hash = up;
  };
  const test = async () => {
    show(null);
    show((await call("POST", `${kindOf(number, kind.event)}/test`, { callback: fieldsOf(form) })).delivery.last_attempt);
  };
  const isRequest = !["None", "Email"].includes(form.type);
  return html`<div class="cards"><form onSubmit=${(event) => event.preventDefault()}>
    <fieldset class="row"><legend>What happens</legend>${kind.types.map((type) => html`<label class="check">
      <input type="radio" name="type" value=${type} checked=${form.type === type || (isRequest && !["None", "Email"].includes(type))}
        onChange=${put("type")} /> ${{ None: "Nothing", Email: "Email" }[type] ?? "Request"}</label>`)}</fieldset>
    ${form.type === "Email" && field("email", "To", { type: "email" })}
    ${isRequest && html`<${Request} ...${{ form, set, put, field, kind, wrong }} keeps=${way && number !== "*"} />`}
    ${wrong && !FIELDS.includes(wrong.field) && html`<${Problem} error=${wrong} />`}
    <div class="row"><${Act} label="Save" kind="main" does=${keep} onError=${complain} />
      ${form.type !== "None" && html`<${Act} label="Test now" does=${test} onError=${complain} />`}</div>
    <div role="status">${tried && html`<p><${State} of=${outcomeOf(tried)} /> in ${tried.milliseconds} ms. ${hintFor(tried)}</p>
      ${tried.excerpt && html`<pre tabindex="0">${tried.excerpt}</pre>`}`}</div></form>
    <${Beside} number=${number} kind=${kind} form=${form} judge=${judge} /></div>`;
});

function Request({ form, set, put, field, kind, wrong, keeps }) {
  const insert = (token) => {
    const input = document.getElementById("url");
    const { selectionStart: start, selectionEnd: end } = input;
    set({ ...form, url: `${form.url.slice(0, start)}((${token}))${form.url.slice(end)}` });
    input.focus();
  };
  const [, mistaken, meant] = wrong?.message.match(/unknown token "(.*?)".*did you mean \(\((\w+)\)\)/) ?? [];
  const mend = () => set({ ...form, url: form.url.replaceAll(`((${mistaken}))`, `((${meant}))`) });
  return html`${field("method", "Method", { options: kind.methods.map((one) => [one, one]) })}
    ${field("url", "URL", { type: "url", hint: kind.https_only ? "https:// alone" : "" })}
    ${meant && html`<button type="button" onClick=${mend}>Use ((${meant}))</button>`}
    <fieldset><legend>Insert a value of the event</legend>${kind.fields.map(({ token, meaning }) => html`<p>
      <button type="button" onClick=${() => insert(token)}><code>((${token}))</code></button> ${meaning}</p>`)}</fieldset>
    <details><summary>User and password (HTTP Basic)</summary>
      ${keeps && html`<p class="quiet">Empty keeps what is set, for the same server.</p>
        <label class="check"><input type="checkbox" onChange=${put("forget")} /> forget what is set</label>`}
      ${field("url_username", "User")}${field("url_password", "Password", { type: "password" })}</details>`;
}

const Beside = component(({ number, kind, form, judge }) => {
  const [shown, show] = useState(null);
  const fields = fieldsOf(form);
  useEffect(() => {
    let current = true;
    const look = () => call("POST", `${kindOf(number, kind.event)}/preview`, { callback: fields }).then(
      ({ preview }) => current && (show(preview), judge(null)), (error) => current && (show(null), judge(error)));
    if (!fields.url && !fields.email) show(null);
    const timer = (fields.url || fields.email) && setTimeout(look, STILL_MILLISECONDS);
    return () => ((current = false), clearTimeout(timer));
  }, [JSON.stringify(fields)]);
  return html`<section aria-live="polite"><h2>What would be sent</h2>
    ${shown ? html`<${Preview} of=${shown} data=${kind.example} />` : html`<p class="quiet">Nothing yet.</p>`}</section>`;
});
