// <citewell-chat>: the intranet widget. On a page whose origin is allowed to ask:
//   <script src="https://citewell.example/widget.js" defer></script><citewell-chat heading="Ask the handbook"></citewell-chat>
// It needs no other file, sends no cookie, writes no HTML from text, and runs under a strict Content-Security-Policy.
"use strict";
(() => {
  const HOME = document.currentScript.src; // the API and the source view stand beside the script

  const STYLE = `
    /* A page's rules for the element itself beat these unless they are important; inside, no rule of the page's holds. */
    :host { all: initial !important; display: block !important; position: fixed !important; right: 16px !important;
      bottom: 16px !important; z-index: 2147483000 !important; color-scheme: light dark !important; }
    .launch, .panel { font: 16px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
      --accent: #1d4ed8; --on-accent: #fff; --paper: #fff; --ink: #1e293b; --muted: #475569; --line: #cbd5e1; --tint: #e8efff;
      --alert: #b91c1c; --alert-tint: #fef2f2; }
    @media (prefers-color-scheme: dark) { .launch, .panel { --accent: #93b4ff; --on-accent: #0b1220; --paper: #0f172a;
      --ink: #e8eef8; --muted: #b4c0d3; --line: #3b4a63; --tint: #1e2d4d;
      --alert: #fca5a5; --alert-tint: #451a1a; } }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    button, textarea { font: inherit; color: inherit; }
    button { cursor: pointer; border: 1px solid var(--line); border-radius: .6em; background: transparent; padding: .4em .9em; }
    .primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
    :is(button, textarea, input, a, summary, .log):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    .launch { padding: .8em 1.3em; border-radius: 2em; box-shadow: 0 4px 16px #0f172a40; }
    .panel { display: flex; flex-direction: column; width: min(26em, calc(100vw - 2em)); height: min(40em, calc(100vh - 2em));
      background: var(--paper); color: var(--ink); border: 1px solid var(--line); border-radius: 1em; overflow: hidden;
      box-shadow: 0 12px 40px #0f172a40; animation: rise .15s ease-out; }
    @keyframes rise { from { opacity: 0; transform: translateY(.5em); } }
    @media (prefers-reduced-motion: reduce) { .panel { animation: none; } }
    header { display: flex; align-items: center; gap: 1em; padding: .75em 1em; border-bottom: 1px solid var(--line); }
    h2 { margin: 0 auto 0 0; font-size: 1.0625em; font-weight: 650; }
    .log { flex: 1; overflow-y: auto; padding: 1em; overflow-wrap: anywhere; }
    .log p { margin: 0 0 .6em; white-space: pre-line; }
    .question { width: fit-content; max-width: 85%; margin: 0 0 .8em auto !important; padding: .5em .9em; border-radius: 1em 1em .25em 1em;
      background: var(--tint); }
    .answer { margin-bottom: 1.2em; }
    .verdict { font-weight: 650; }
    .blocked { padding: .75em 1em; border: 2px solid var(--alert); border-radius: .6em; background: var(--alert-tint); }
    .blocked p { margin: 0; font-weight: 650; }
    .blocked p + p { margin-top: .5em; }
    .blocked p + p:last-child { font-weight: 400; }
    .muted { color: var(--muted); font-size: .9em; }
    .label { margin: 1em 0 .35em !important; color: var(--muted); font-size: .875em; font-weight: 600; }
    .label ~ .statement { padding-left: .75em; border-left: 3px solid var(--line); }
    details { margin: .4em 0; border: 1px solid var(--line); border-radius: .6em; padding: .45em .75em; font-size: .9375em; }
    summary { cursor: pointer; font-weight: 600; }
    blockquote { margin: .5em 0; padding-left: .75em; border-left: 3px solid var(--line); white-space: pre-line; }
    a { color: var(--accent); }
    .votes { display: flex; flex-wrap: wrap; align-items: center; gap: .5em; font-size: .875em; }
    .votes button { padding: .25em .8em; }
    .votes button[aria-pressed="true"] { border-color: var(--accent); background: var(--tint); }
    .votes p { margin: 0; }
    form { display: flex; align-items: flex-end; gap: .6em; }
    .votes form { flex-basis: 100%; scroll-margin-bottom: .6em; }
    .panel > form { padding: .75em 1em; border-top: 1px solid var(--line); }
    label { flex: 1; color: var(--muted); }
    .panel > form label { font-size: .8125em; font-weight: 600; }
    textarea, input { display: block; width: 100%; margin-top: .25em; padding: .3em .7em; font: inherit; font-size: 16px; font-weight: 400;
      color: var(--ink); background: transparent; border: 1px solid var(--line); border-radius: .6em; }
    textarea { height: 4.2em; resize: none; padding: .5em .7em; }
    textarea::placeholder { color: var(--muted); opacity: 1; }
    .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }`;

  const OUT_OF_REACH = "Citewell cannot be reached from this page. It may be down, or this site may not be on its list of allowed origins.";
  const NOT_KEPT = "(question not kept)";
  const CUT_OFF = "The answer was cut off. Please ask again.";
  const OWN_WORDS = "In the documents’ own words";
  const COMPOSING = "A language model is putting this into words…";
  const COMPOSED = "Worded by a language model; each sentence is checked against its sources.";
  const WORKING = "Quotes are shown. A language model is putting the answer into words.";

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const facts = ({ published, locator, also_in }) =>
    [published ? longDate(published) : "undated", locator, alsoIn(also_in)].filter(Boolean).join(" · ");

  const alsoIn = (names) => names.length ? `also in ${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}` : "";

  const longDate = (iso) => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })
    .format(new Date(iso));

  const sourceLink = ({ document_id, start, end }) => element("a", { textContent: "Open the document", target: "_blank", rel: "noopener",
    href: new URL(`source/${encodeURIComponent(document_id)}?start=${start}&end=${end}#quote`, HOME).href });

  const muted = (textContent) => element("p", { className: "muted", textContent });

  const quotation = (summary, source, text) => element("details", {}, element("summary", { textContent: summary }),
    element("blockquote", { textContent: text.replaceAll("\t", " · ") }),
    element("p", { className: "muted" }, facts(source), element("br"), sourceLink(source)));

  /** What is said in place of statements; it stands out when the question was not looked up. A telephone number stays on one line. */
  function verdict({ message, blocked }) {
    if (!blocked) return element("p", { className: "verdict", textContent: message });
    const lines = message.replace(/(\d) (?=\d)/g, "$1\u00a0").split("\n").filter(Boolean);
    const shown = element("div", { className: "blocked" }, ...lines.map((textContent) => element("p", { textContent })));
    shown.setAttribute("role", "alert");
    return shown;
  }

  /** A statement with what was asked for in bold; its spans count characters as Python does, not as JavaScript does. */
  function saying({ text, citations, asked }) {
    const characters = Array.from(text);
    const cut = (start, end) => characters.slice(start, end).join("");
    const ends = [0, ...asked.map(([, end]) => end)];
    const parts = asked.flatMap(([start, end], n) => [cut(ends[n], start), element("strong", { textContent: cut(start, end) })]);
    return element("p", { className: "statement" }, ...parts, `${cut(ends.at(-1))} ${citations.map((n) => `[${n}]`).join("")}`);
  }

  /** Who worded an answer, and what became of what is not shown. */
  const worded = ({ composed, note }) => [composed && COMPOSED, note].filter(Boolean).join(" ");

  /** What an answer states, in order: sentences in a language model's words, a label, and what is in the documents' own. */
  function stated({ statements }) {
    const composed = statements.filter(({ verified }) => verified === "supported");
    const quotes = statements.filter(({ verified }) => verified === "quote");
    return [...composed, ...(composed.length && quotes.length ? [OWN_WORDS] : []), ...quotes];
  }

  /** An answer as it is so far: what is drawn depends on nothing else. `cited` keeps the citations that are drawn, for the
   * next time: what a reader has opened stays open. */
  function draw(answer, cited) {
    const parts = stated(answer).map((part) => part === OWN_WORDS ? element("p", { className: "label", textContent: part }) : saying(part));
    for (const citation of answer.citations.values()) {
      const key = JSON.stringify(citation);
      if (!cited.has(key)) cited.set(key, quotation(`[${citation.n}] ${citation.title}`, citation, citation.quote));
      parts.push(cited.get(key));
    }
    if (answer.message) parts.push(verdict(answer));
    if (answer.nearest.length) parts.push(muted("Nearest passages (not an answer)"));
    parts.push(...answer.nearest.map((passage) => quotation(passage.title, passage, passage.text)));
    const wording = answer.composing ? COMPOSING : worded(answer);
    if (wording) parts.push(muted(wording));
    return parts.length ? parts : [muted("Looking in the documents…")];
  }

  /** A finished answer in words, for a screen reader. */
  function spoken(answer) {
    const { size } = answer.citations;
    const said = stated(answer).map((part) => part.text || `${part}:`).join(" ");
    const whole = answer.message || `Answer with ${size} source${size === 1 ? "" : "s"}: ${said}`;
    return `${whole} ${worded(answer)}`.trim();
  }

  /** Takes a whole answer in place of what was told before. */
  function take(answer, { status, statements, citations, passages, message, note, answers }) {
    Object.assign(answer, { statements, message, note, composed: answers === "llm", blocked: status === "blocked",
      citations: new Map(citations.map((citation) => [citation.n, citation])), nearest: status === "not_found" ? passages.slice(0, 2) : [] });
  }

  const EVENTS = {
    sources: () => {},
    statement(answer, { statement, citations }) {
      answer.statements.push(statement);
      for (const citation of citations) answer.citations.set(citation.n, citation);
    },
    answer(answer, whole) {
      take(answer, whole);
      answer.composing = true;
    },
    done(answer, whole) {
      take(answer, whole);
      Object.assign(answer, { done: true, composing: false, id: whole.id });
    },
    error(answer, { detail }) {
      Object.assign(answer, { done: true, message: detail });
    },
  };

  /** The server-sent events of a response body, as [name, data]. */
  async function* serverSentEvents(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const blocks = (text + part.value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s, 2)));
        yield [fields.event, JSON.parse(fields.data)];
      }
    }
  }

  async function post(path, accept, body, signal) {
    const response = await fetch(new URL(path, HOME), {
      method: "POST", mode: "cors", credentials: "omit", referrerPolicy: "no-referrer", signal,
      headers: { "content-type": "application/json", accept }, body: JSON.stringify(body),
    }).catch((error) => { throw error.name === "AbortError" ? error : new Error(OUT_OF_REACH); });
    if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail || OUT_OF_REACH);
    return response;
  }

  async function* ask(question, turns, signal) {
    yield* serverSentEvents((await post("api/ask", "text/event-stream", { question, turns }, signal)).body);
  }

  /** Buttons for a vote on an answer; what comes of one is shown beside them and told to `say`. */
  function votes(id, say) {
    const said = element("p", { className: "muted" });
    const buttons = [["up", "Helpful"], ["down", "Not helpful"]].map(([value, textContent]) =>
      element("button", { type: "button", value, textContent, onclick: ({ currentTarget }) => vote(currentTarget) }));
    const group = element("div", { className: "votes" }, ...buttons, said);
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Was this answer helpful?");

    async function vote(button, comment) {
      const fault = await post("api/feedback", "application/json", { id, vote: button.value, comment }).then(() => "", (error) => error.message);
      said.textContent = fault ? `Not sent: ${fault}` : comment ? "Thank you for your comment." : "Thank you.";
      say(said.textContent);
      if (fault) return;
      for (const one of buttons) one.setAttribute("aria-pressed", one === button);
      if (comment) button.focus(); // its form goes
      group.querySelector("form")?.remove();
      if (button.value === "down" && !comment) group.append(commentForm((text) => vote(button, text)));
      group.lastChild.scrollIntoView({ block: "nearest" });
    }

    return group;
  }

  function commentForm(send) {
    const line = element("input", { type: "text", maxLength: 2000, autocomplete: "off" });
    return element("form", { onsubmit: (event) => { event.preventDefault(); if (line.value.trim()) send(line.value.trim()); } },
      element("label", {}, "What is missing or wrong? (optional)", line), element("button", { textContent: "Send" }));
  }

  class CitewellChat extends HTMLElement {
    #turns = [];
    #running = null;
    #parts = {};

    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.#build(root);
    }

    disconnectedCallback() {
      this.#running?.abort();
    }

    #build(root) {
      const heading = this.getAttribute("heading") || "Ask Citewell";
      const launch = element("button", { type: "button", className: "launch primary", textContent: heading, onclick: () => this.#open() });
      launch.setAttribute("aria-haspopup", "dialog");
      const close = element("button", { type: "button", textContent: "Close", onclick: () => this.#close() });
      const log = element("div", { className: "log", tabIndex: 0 });
      log.setAttribute("role", "region");
      log.setAttribute("aria-label", "Conversation");
      const box = element("textarea", { placeholder: this.getAttribute("placeholder") || "Ask in plain words", onkeydown: (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
      } });
      const send = element("button", { className: "primary", textContent: "Ask" });
      const stop = element("button", { type: "button", textContent: "Stop", hidden: true, onclick: () => this.#running?.abort() });
      const form = element("form", { noValidate: true, onsubmit: (event) => { event.preventDefault(); this.#submit(); } },
        element("label", {}, "Your question", box), send, stop);
      const status = element("p", { className: "spoken" });
      status.setAttribute("role", "status");
      const panel = element("div", { className: "panel", hidden: true }, element("header", {}, element("h2", { textContent: heading }), close),
        log, form, status);
      panel.setAttribute("role", "dialog");
      panel.setAttribute("aria-label", heading);
      panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); this.#close(); } });
      root.append(launch, panel);
      this.#parts = { launch, panel, log, box, send, stop, status };
    }

    #open() {
      this.#show(true);
      this.#parts.box.focus();
    }

    #close() {
      this.#show(false);
      this.#parts.launch.focus();
    }

    #show(open) {
      this.#parts.panel.hidden = !open;
      this.#parts.launch.hidden = open;
    }

    async #submit() {
      const { log, box, send, stop, status } = this.#parts;
      const question = box.value.trim();
      if (!question || this.#running) return;
      const answer = { statements: [], citations: new Map(), nearest: [], message: "", note: "", done: false, blocked: false, composing: false, composed: false };
      const shown = element("div", { className: "answer" }), cited = new Map();
      const asked = element("p", { className: "question", textContent: question });
      const update = () => {
        const focused = this.shadowRoot.activeElement;
        shown.replaceChildren(...draw(answer, cited));
        if (focused !== this.shadowRoot.activeElement) focused.focus({ preventScroll: true });
      };
      // The question goes to the top of the view, and its answer grows below it.
      const follow = () => { log.scrollTop += asked.getBoundingClientRect().top - log.getBoundingClientRect().top - 12; };
      log.append(asked, shown);
      this.#running = new AbortController();
      [box.value, status.textContent, send.hidden, stop.hidden] = ["", "", true, false];
      update();
      follow();
      try {
        for await (const [kind, data] of ask(question, this.#turns, this.#running.signal)) {
          const reading = answer.composing; // and maybe scrolling
          EVENTS[kind]?.(answer, data);
          update();
          if (reading) continue;
          follow();
          if (answer.composing) status.textContent = WORKING;
        }
        if (!answer.done) answer.message = CUT_OFF;
        if (!answer.blocked) this.#turns.push(question);
      } catch (error) {
        answer.message = error.name === "AbortError" ? "Stopped." : error.message;
      }
      answer.composing = false;
      if (answer.blocked) asked.textContent = NOT_KEPT; // it may hold case data
      else update(); // an alert drawn again would be read twice
      if (answer.id && !answer.blocked) shown.append(votes(answer.id, (text) => { status.textContent = text; }));
      this.#running = null;
      if (this.shadowRoot.activeElement === stop) box.focus();
      [send.hidden, stop.hidden] = [false, true];
      status.textContent = answer.blocked ? "" : spoken(answer);
    }
  }

  if (!customElements.get("citewell-chat")) customElements.define("citewell-chat", CitewellChat);
})();
