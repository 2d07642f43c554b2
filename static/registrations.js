// The list of people: select a page at once, a range with Shift, and see how many are selected.
const form = document.querySelector("[data-select]");
if (form) {
  const boxes = [...form.querySelectorAll("input[name=number]")];
  const page = form.querySelector("[data-page]");
  const all = form.querySelector("[data-all]");
  const count = form.querySelector("[data-count]");
  const usual = count?.textContent;
  let last = null;

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    if (count) count.textContent = chosen && !all?.checked ? form.dataset.said.replace("{number}", chosen) : usual;
    if (page) {
      page.checked = boxes.length > 0 && chosen === boxes.length;
      page.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    for (const box of boxes) box.closest("tr").classList.toggle("chosen", box.checked || Boolean(all?.checked));
  };

  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
        for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
      }
      last = box;
      show();
    });
  }
  if (page) {
    page.hidden = false;
    page.addEventListener("change", () => {
      for (const box of boxes) box.checked = page.checked;
      show();
    });
  }
  all?.addEventListener("change", show);
  show(); // the browser may have kept what was selected
}
