// Copies the value of a field: <button data-copy="id of the field" data-done="Copied" hidden>, and says so in
// [data-copied]. Without this file the button stays hidden, and the field can be selected by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = button.closest(".cal, .public-state")?.querySelector("[data-copied]");
  if (!field || !said) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    said.textContent = "";
    let done = false;
    try {
      await navigator.clipboard.writeText(field.value);
      done = true;
    } catch { // not over https, or forbidden: select it, so that the person can
      field.closest("details")?.setAttribute("open", "");
      field.focus();
      field.select();
      try { done = document.execCommand("copy"); } catch { /* it stays selected */ }
    }
    // Delayed, so that a second copy is announced like the first.
    if (done) setTimeout(() => { said.textContent = button.dataset.done; }, 50);
  });
}
