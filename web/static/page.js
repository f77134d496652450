// The chat page's own behaviour: a citation opens its source beside the chat, with the quoted words in view; votes on
// answers are sent.
"use strict";
(() => {
  let panel, body, opener;

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  function build() {
    const close = element("button", { type: "button", className: "close", textContent: "Close", onclick: shut });
    const whole = element("a", { className: "whole", target: "_blank", rel: "noopener", textContent: "Open in a new tab" });
    body = element("div", { className: "body", tabIndex: 0 });
    panel = element("aside", { id: "source", hidden: true }, element("div", { className: "bar" },
      element("h2", { textContent: "Source" }), whole, close), body);
    panel.setAttribute("aria-label", "Source");
    document.body.append(panel);
  }

  async function open(link) {
    if (!panel) build();
    opener = link;
    panel.querySelector(".whole").href = link.href;
    let shown, failed = false;
    try {
      const response = await fetch(link.href);
      if (!response.ok) throw new Error((await response.json()).detail);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      shown = document.adoptNode(page.querySelector("article"));
    } catch (error) {
      failed = true;
      shown = element("p", { textContent: `The source cannot be shown: ${error.message}` });
    }
    if (opener !== link) return; // another one was opened in the meantime
    body.replaceChildren(shown);
    panel.hidden = false;
    document.body.classList.add("source-open");
    const mark = failed ? null : shown.querySelector("#quote");
    (mark || body).focus({ preventScroll: true });
    if (mark) reveal(mark, shown.querySelector("header").offsetHeight);
  }

  // Brings the mark into view, and the table around it with its header row: below the document's own header (pixels).
  function reveal(mark, covered) {
    mark.scrollIntoView({ block: "center" });
    const table = mark.closest(".table");
    if (!table) return;
    table.style.scrollMarginTop = `${covered + 8}px`;
    table.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function shut() {
    panel.hidden = true;
    document.body.classList.remove("source-open");
    const same = [...document.querySelectorAll("a.cite")].find((link) => link.href === opener.href);
    (opener.isConnected ? opener : same)?.focus(); // the chat may have been drawn again
    opener = null;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.cite");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel && !panel.hidden) shut();
  });

  // A vote replaces the former one on the same answer. What came of it is said in the line beside the buttons.
  async function vote(button, comment) {
    const votes = button.closest(".votes"), buttons = votes.querySelectorAll("button[name]");
    const fault = await send({ id: button.name, vote: button.value, comment });
    votes.querySelector("[role=status]").textContent = fault ? `Not sent: ${fault}` : comment ? "Thank you for your comment." : "Thank you.";
    if (fault) return;
    for (const one of buttons) one.setAttribute("aria-pressed", one === button);
    if (comment) button.focus(); // its form goes
    votes.querySelector("form")?.remove();
    if (button.value === "down" && !comment) votes.append(commentForm(button));
    votes.lastChild.scrollIntoView({ block: "nearest" });
  }

  // Why a vote could not be sent; empty when it was.
  async function send(vote) {
    try {
      const response = await fetch("api/feedback", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(vote) });
      return response.ok ? "" : (await response.json()).detail;
    } catch {
      return "Citewell cannot be reached";
    }
  }

  function commentForm(button) {
    const line = element("input", { type: "text", maxLength: 2000, autocomplete: "off" });
    const form = element("form", {}, element("label", {}, "What is missing or wrong? (optional)", line),
      element("button", { textContent: "Send" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (line.value.trim()) vote(button, line.value.trim());
    });
    return form;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".votes button[name]");
    if (button) vote(button);
  });

  // A new question goes to the top of the view, and its answer grows below it.
  let asked = 0;
  new MutationObserver(() => {
    const questions = document.querySelectorAll("#chat .user-row");
    if (questions.length > asked) questions[questions.length - 1].scrollIntoView({ block: "start" });
    asked = questions.length;
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Gradio draws an answer anew at every step, which as a live region would be read from its beginning each time. So the
  // region is mute, and a status of our own says an answer once it stands; before, only that a language model is at work.
  const WORKING = "Quotes are shown. A language model is putting the answer into words.";
  const status = element("p", { className: "spoken" });
  status.setAttribute("role", "status");
  document.body.append(status);

  function spoken(answer) {
    if (!answer || answer.matches(".blocked")) return ""; // an alert speaks for itself
    if (answer.matches(".unfinished")) return answer.querySelector(".composing") ? WORKING : "";
    const copy = answer.cloneNode(true);
    for (const link of copy.querySelectorAll("a")) link.remove();
    return [...copy.querySelectorAll(".statement, .label, .verdict, .note")].map((line) => line.textContent.trim()).join(" ");
  }

  new MutationObserver(() => {
    document.querySelector('#chat [role="log"]')?.setAttribute("aria-live", "off");
    const words = spoken([...document.querySelectorAll("#chat .answer")].at(-1));
    if (status.textContent !== words) status.textContent = words;
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Gradio names each message by its raw content, so that a screen reader would read markup aloud: the text is enough.
  new MutationObserver(() => {
    for (const message of document.querySelectorAll('#chat [data-testid="bot"][aria-label], #chat [data-testid="user"][aria-label]'))
      message.removeAttribute("aria-label");
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] });
})();
