"use strict";
// The page works without this: it filters and sorts the list, and opens what a link leads to.
(() => {
  const open = () => {
    let place = null;
    try { place = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    for (let one = place; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (place && place.closest("details")) place.scrollIntoView();
    for (const link of document.querySelectorAll("nav a")) {
      const here = link.hash === (location.hash || "#view-today");
      if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    }
  };
  addEventListener("hashchange", open);
  open();

  const table = document.querySelector("[data-sortable]");
  const rows = [...table.tBodies[0].rows];
  const form = document.querySelector("[data-filter]");
  const input = form.querySelector("input");
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    form.querySelector("output").textContent = `${shown} of ${rows.length}`;
  });

  const key = (row, at) => {
    const cell = row.cells[at];
    return cell.dataset.key === undefined ? cell.textContent.trim() : cell.dataset.key;
  };
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const order = rows.slice().sort((a, b) => key(a, at).localeCompare(key(b, at), "en", { numeric: true }));
      if (!up) order.reverse();
      table.tBodies[0].append(...order);
    });
  });

  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
})();
