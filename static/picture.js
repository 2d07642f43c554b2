// Shows a chosen file before it is sent, and sets the focal point by a click. Both work without this file.
const steps = (value) => Math.min(10, Math.max(0, Math.round(Number(value) / 10)));

for (const shown of document.querySelectorAll("[data-preview-of]")) {
  const input = document.querySelector(`[name="${shown.dataset.previewOf}"]`);
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (shown.src) URL.revokeObjectURL(shown.src);
    shown.hidden = !file;
    if (file) shown.src = URL.createObjectURL(file);
  });
}

const whole = document.querySelector("[data-focal] img");
const across = document.querySelector("input[type=range][name=focal_x]");
const down = document.querySelector("input[type=range][name=focal_y]");
if (whole && across && down) {
  const point = document.createElement("span");
  point.className = "point";
  point.setAttribute("aria-hidden", "true");
  whole.closest("[data-focal]").append(point);
  const arrange = () => {
    for (const crop of document.querySelectorAll(".crops img")) {
      crop.className = `crop fx${steps(across.value)} fy${steps(down.value)}`;
    }
    point.className = `point fx${steps(across.value)} fy${steps(down.value)}`;
  };
  whole.addEventListener("click", (event) => {
    const box = whole.getBoundingClientRect();
    across.value = steps((100 * (event.clientX - box.left)) / box.width) * 10;
    down.value = steps((100 * (event.clientY - box.top)) / box.height) * 10;
    arrange();
  });
  across.addEventListener("input", arrange);
  down.addEventListener("input", arrange);
  arrange();
}
document.getElementById("problems")?.focus();
