// Shows a question only if it applies: next to an input whose value differs from the event's.
for (const box of document.querySelectorAll("[data-shown-with]")) {
  const input = box.closest("form").elements[box.dataset.shownWith];
  const arrange = () => {
    const typed = input.value.trim();
    box.hidden = !typed || typed === box.dataset.unless;
  };
  input.addEventListener("input", arrange);
  arrange();
}
document.getElementById("problems")?.focus();
