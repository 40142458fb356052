/** What all screens are made of. */

import { settings, who } from "./session.js";
import { local } from "./words.js";
import { component, useEffect, useRef, useState } from "./state.js";
import { html } from "./vendor.js";

let isFirst = true;

/** A screen: its heading takes the focus when the route changes. */
export const Screen = component(({ title, about, actions, trail, children }) => {
  const heading = useRef();
  useEffect(() => {
    document.title = `${title} · ${settings.name}`;
    if (!isFirst) heading.current.focus();
    isFirst = false;
  }, [title]);
  return html`
    ${trail && html`<nav aria-label="Where you are" class="trail">${trail.map(([word, to]) => html`<a href=${to}>${word}</a> / `)}</nav>`}
    <div class="row head"><h1 tabindex="-1" ref=${heading}>${title}</h1><div class="row">${actions}</div></div>
    ${about && html`<p class="quiet">${about}</p>`}
    ${children}`;
});

/** A shape and a word: colour alone says nothing. */
export const State = ({ of: [shape, word] }) => html`<span class="state ${shape}"><i aria-hidden="true"></i><span>${word}</span></span>`;

/** A time as people here say it, with UTC (`…Z`) in the title. */
export const When = ({ at }) => html`<time datetime=${at} title=${at}>${local(at)}</time>`;

export const Problem = ({ error, again }) => html`<div class="problem" role="alert"><p>${error.sentence ?? String(error)}</p>
  ${again && html`<button onClick=${again}>Try again</button>`}</div>`;

/** What *from* brings for the key *of*, for the child: a function of that, of a way to load it again, and to replace it. */
export const Load = component(({ of: key, from, children }) => {
  const [state, set] = useState({});
  const [turn, next] = useState(0);
  useEffect(() => {
    let current = true;
    from().then((data) => current && set({ key, data }), (error) => current && set({ key, error }));
    return () => (current = false);
  }, [key, turn]);
  const again = () => next(turn + 1);
  if (state.key !== key) return html`<p role="status">Loading …</p>`;
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  return children(state.data, again, (data) => set({ key, data }));
});

/** A button that is busy until its work is done, and says what went wrong; what changes things is not for who only reads. */
export const Act = component(({ does, label, kind, reads, disabled, onError }) => {
  const [state, set] = useState({});
  const work = async () => {
    set({ busy: true });
    const error = await Promise.resolve(does()).then(() => null, (raised) => raised);
    set({ error: error && !onError?.(error) && error });
  };
  return html`<button type="button" class=${kind}
      disabled=${disabled || state.busy || (who.read_only && !reads)}
      onClick=${work}>${state.busy ? "One moment …" : label}</button>
    ${state.error && html`<${Problem} error=${state.error} />`}`;
});

/** A button that asks first. */
export const Sure = component(({ label, title, does, children }) => {
  const dialog = useRef();
  const go = async () => {
    dialog.current.close();
    await does();
  };
  return html`<button disabled=${who.read_only} onClick=${() => dialog.current.showModal()}>${label} …</button>
    <dialog ref=${dialog} aria-label=${title}><h2>${title}</h2><p>${children}</p>
      <div class="row"><${Act} label=${label} kind="main" does=${go} />
        <button onClick=${() => dialog.current.close()}>Cancel</button></div></dialog>`;
});

export const Copy = component(({ text, label = "Copy" }) => {
  const [done, set] = useState("");
  const copy = () => navigator.clipboard.writeText(text).then(() => set(" copied"));
  return html`<button type="button" onClick=${copy}>${label}</button><span role="status">${done}</span>`;
});

/** A label with its field, its hint and its error: an input, or a choice where there are *options*. */
export function Field({ name, label, value = "", hint, error, options, all, ...more }) {
  const about = { id: name, name, "aria-describedby": `${name}-about`, "aria-invalid": Boolean(error), ...more };
  return html`<div class="field"><label for=${name}>${label}</label>
    ${options ? html`<select ...${about}>${all && html`<option value="">${all}</option>`}
      ${options.map(([key, word]) => html`<option value=${key} selected=${key === value}>${word}</option>`)}</select>`
      : html`<input autocomplete="off" value=${value} ...${about} />`}
    <p id="${name}-about" class=${error ? "problem" : "quiet"} role=${error && "alert"}>${error ?? hint}</p></div>`;
}

/** A real table, which a narrow screen shows as a list. */
export const Table = ({ caption, columns, children }) => html`<table><caption>${caption}</caption>
  <thead><tr>${columns.map((word) => html`<th scope="col">${word}</th>`)}</tr></thead><tbody>${children}</tbody></table>`;

export const Cell = ({ of: label, kind, children }) => html`<td data-label=${label} class=${kind}>${children}</td>`;

export const Row = ({ head, children }) => html`<tr><th scope="row">${head}</th>${children}</tr>`;
