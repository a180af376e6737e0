// Draws the guided minutes (the frames that are `tour`), marks in the chat what is next, and folds what needs no reading.
"use strict";

function Tour({ ask, bring, make }) {
  const panel = document.getElementById("tour");
  const begin = document.getElementById("guided");
  const title = make("h2", { id: "tour-title" });
  const told = make("div", { class: "told", "aria-live": "polite" });
  const forth = make("button", { type: "button", class: "primary", onclick: () => go(() => ask(frame.at < frame.of ? "next" : "leave")) });
  const skip = make("button", { type: "button", onclick: () => go(() => ask("skip")) }, "Skip this step");
  const leave = make("button", { type: "button", onclick: () => go(() => ask("leave")) }, "Leave the tour");
  const hands = make("div", { class: "choices" }, forth, skip, leave);
  let frame = { on: false };
  let brought = "";
  let folded = []; // first and last line of what was played at once
  const opened = new Set(); // member and first line of what was folded, and is open
  panel.append(title, told, hands);
  begin.addEventListener("click", () => go(() => ask("begin")));

  function go(asking) {
    forth.setAttribute("aria-disabled", "true");
    asking();
  }

  const list = (lines) => make("ul", {}, ...lines.map((one) => make("li", {}, one)));
  const doing = (next) => `${next.name} ${next.how} “${next.words}”`;

  function draw() {
    panel.hidden = !frame.on;
    begin.hidden = frame.on;
    document.body.toggleAttribute("data-tour", frame.on);
    if (!frame.on) return;
    forth.removeAttribute("aria-disabled");
    skip.hidden = !frame.lost;
    leave.hidden = frame.ended;
    if (frame.ended) {
      title.textContent = "That was the tour";
      told.replaceChildren(make("p", {}, frame.about));
      forth.textContent = "Close the tour";
      return;
    }
    title.textContent = `${frame.at + 1} of ${frame.of}: ${frame.title}`;
    if (frame.lost) {
      told.replaceChildren(make("p", {}, "Something else was chosen here before, so this step went another way."));
      forth.textContent = "Begin this step again";
    } else if (frame.next) {
      told.replaceChildren(...frame.about.map((one) => make("p", {}, one)));
      forth.textContent = doing(frame.next);
    } else {
      told.replaceChildren(
        make("h3", {}, "What happened"), make("p", {}, frame.happened),
        make("h3", {}, `Kept about ${frame.of_whom}`), list(frame.named),
        ...(frame.kept.length > frame.named.length ? [make("details", {}, make("summary", {}, "All that is new"), list(frame.kept))] : []));
      forth.textContent = frame.then ? `Next: ${frame.then}` : "To the end";
    }
  }

  // What is next stands out in the chat too, where it is a button there.
  function mark() {
    for (const one of document.querySelectorAll("main .next")) one.classList.remove("next");
    if (!frame.on || frame.next?.how !== "presses") return;
    const there = [...document.querySelectorAll("main .line:not(.past) .choices button")];
    there.filter((one) => one.textContent === frame.next.words && one.closest(".seat").dataset.seat === frame.who).at(-1)?.classList.add("next");
  }

  // What was played at once is a button in the chat that opens it. The day of a line that stands is left standing.
  function fold() {
    for (const one of document.querySelectorAll("main .fold")) one.remove();
    const isFolded = (one) => folded.some(([from, to]) => from <= Number(one.dataset.n) && Number(one.dataset.n) <= to);
    for (const log of document.querySelectorAll("main .log")) {
      let run = [];
      for (const one of [...log.children, null]) {
        if (one && (one.matches(".day") ? run.length : isFolded(one))) {
          run.push(one);
        } else {
          while (run.at(-1)?.matches(".day")) run.pop();
          if (run.length && one?.matches(".kith")) one.classList.remove("again"); // it says again who speaks, and when
          if (run.length) run[0].before(opener(run, `${log.id} ${run[0].dataset.n}`));
          run = [];
        }
      }
    }
  }

  function opener(run, key) {
    const show = (open) => {
      opened[open ? "add" : "delete"](key);
      button.setAttribute("aria-expanded", String(open));
      for (const one of run) one.hidden = !open;
    };
    const button = make("button", { type: "button", class: "fold", onclick: () => show(!opened.has(key)) }, "Lines in between");
    show(opened.has(key));
    return button;
  }

  function drawn() {
    mark();
    fold();
  }

  return {
    drawn,
    take(given) {
      if (given.is === "world" && begin.hidden && !frame.on) begin.hidden = false;
      if (given.is === "tour") {
        const opens = given.on && !frame.on;
        if (given.folded) folded = given.folded;
        const held = panel.contains(document.activeElement);
        frame = given;
        draw();
        const pair = `${frame.who} ${frame.beside}`;
        if (frame.on && !frame.ended && (brought !== pair || opens)) bring(frame.who, frame.beside);
        if (frame.on && !frame.ended) brought = pair;
        if (frame.on && (opens || held)) forth.focus();
        else if (held) begin.focus();
      }
      if (["tour", "line", "lines", "member"].includes(given.is)) drawn();
    },
  };
}
