// Keeps the ticket for when there is no network.

const page = location.pathname;

if (navigator.serviceWorker) {
  const worker = await navigator.serviceWorker.register(`${page}/worker.js`, { scope: page });
  await new Promise((done) => {
    if (worker.active) done();
    const installing = worker.installing ?? worker.waiting;
    installing?.addEventListener("statechange", () => installing.state === "activated" && done());
  });
  const files = performance.getEntriesByType("resource").map((entry) => entry.name);
  const ours = files.filter((name) => new URL(name).pathname.startsWith("/static/"));
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => (document.querySelector("#kept").hidden = false);
  worker.active.postMessage([location.origin + page, ...ours], [port2]);
}
