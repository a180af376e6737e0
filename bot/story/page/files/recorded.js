// Plays a recorded tour: each press shows what the page was told after it.
"use strict";

(() => {
  const recording = JSON.parse(document.getElementById("recording").textContent);
  const page = Page({ send, only: "" });
  let at = 0;
  let last = { is: "tour", on: false };

  function play(group) {
    for (const frame of recording[group]) {
      if (frame.is === "tour") last = frame;
      page.take(frame);
    }
    at = group;
    try { sessionStorage.setItem("kith recorded", String(at)); } catch { /* it is a convenience */ }
  }

  function send(asked) {
    if (asked.do === "tour") {
      if (asked.how === "leave") page.take({ is: "tour", on: false, at });
      else if (asked.how === "begin" && at + 1 === recording.length) [0, 1].forEach(play);
      else if (asked.how === "begin" && at) page.take(last);
      else if (at + 1 < recording.length) play(at + 1);
    } else if ([asked.label, asked.words].includes(last.next?.words) && asked.secret === last.who) play(at + 1);
    return false;
  }

  let before = 0;
  try { before = Math.min(Number(sessionStorage.getItem("kith recorded")) || 0, recording.length - 1); } catch { /* from the beginning */ }
  for (let group = 0; group <= before; group += 1) play(group);
})();
