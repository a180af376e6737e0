// Carries frames between the page and the playground, and comes back after the playground was away.
"use strict";

(() => {
  const hash = location.hash.slice(1);
  const only = hash.startsWith("only=") ? hash.slice(5) : "";
  const page = Page({ send, only });
  let socket = null;
  let pause = 250;

  function send(frame) {
    if (!socket || socket.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  function connect() {
    socket = new WebSocket(`ws://${location.host}/live`);
    socket.onopen = () => {
      pause = 250;
      page.connected();
      send(only ? { do: "open", secret: only } : { do: "enter", token: hash });
    };
    socket.onmessage = (event) => page.take(JSON.parse(event.data));
    socket.onclose = () => {
      page.disconnected();
      setTimeout(connect, pause);
      pause = Math.min(2000, pause * 2);
    };
  }

  connect();
  addEventListener("hashchange", () => location.reload());
})();
