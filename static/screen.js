// Loads the screen of a session anew when its code changes; after a failure (no network), once more in a while.
const AGAIN = 10_000; // milliseconds

async function renew() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) {
      location.reload();
      return;
    }
  } catch {
    // The code on the screen is taken for some more minutes.
  }
  setTimeout(renew, AGAIN);
}

setTimeout(renew, Number(document.querySelector("[data-seconds]").dataset.seconds) * 1000);
