// Draws the guided minutes (the frames that are `tour`), and marks in the chat what is next.
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
  panel.append(title, told, hands);
  begin.addEventListener("click", () => go(() => ask("begin")));

  function go(asking) {
    forth.setAttribute("aria-disabled", "true");
    asking();
  }

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
      told.replaceChildren(make("p", {}, frame.about), make("p", { class: "now" }, `${frame.press} of ${frame.presses}: ${doing(frame.next)}.`));
      forth.textContent = doing(frame.next);
    } else {
      told.replaceChildren(
        make("h3", {}, "What happened"), make("p", {}, frame.happened),
        make("h3", {}, `What is kept about ${frame.of_whom} because of it`),
        make("ul", {}, ...frame.kept.map((one) => make("li", {}, one))));
      forth.textContent = frame.at + 1 < frame.of ? `Next: ${frame.titles[frame.at + 1]}` : "To the end";
    }
  }

  // What is next stands out in the chat too, where it is a button there.
  function mark() {
    for (const one of document.querySelectorAll("main .next")) one.classList.remove("next");
    if (!frame.on || frame.next?.how !== "presses") return;
    const there = [...document.querySelectorAll("main .line:not(.past) .choices button")];
    there.filter((one) => one.textContent === frame.next.words && one.closest(".seat").dataset.seat === frame.who).at(-1)?.classList.add("next");
  }

  return {
    take(given) {
      if (given.is === "world" && begin.hidden && !frame.on) begin.hidden = false;
      if (given.is === "tour") {
        const opened = given.on && !frame.on;
        const held = panel.contains(document.activeElement);
        frame = given;
        draw();
        if (frame.on && !frame.ended && (brought !== frame.who || opened)) bring(brought = frame.who, frame.beside);
        if (frame.on && (opened || held)) forth.focus();
        else if (held) begin.focus();
      }
      if (["tour", "line", "lines", "member"].includes(given.is)) mark();
    },
  };
}
