// Inserts a placeholder where the cursor was last. Without this script it is copied by hand.
(() => {
  let last = null;
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea, input[name^=subject]")) last = event.target;
  });
  for (const code of document.querySelectorAll("[data-insert]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small line";
    button.textContent = code.textContent;
    code.replaceWith(button);
    button.addEventListener("click", () => {
      const field = last || document.querySelector("textarea");
      field.setRangeText(code.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.focus();
    });
  }
})();
