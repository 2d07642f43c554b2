// The button that prints the page; without this file, the browser's own menu does.
const button = document.querySelector("[data-print]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
if (button?.dataset.print === "now") window.print();
