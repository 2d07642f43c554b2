// Shows a question only where it has a point: beside an input that says something else than the event has now.
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
