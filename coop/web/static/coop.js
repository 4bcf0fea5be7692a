/* The little script of our own: charts when they are seen, printing, focus after a part was swapped in. */
(() => {
  "use strict";
  const charts = document.currentScript.dataset.charts;
  const PALETTE = ["#14553b", "#d08a1d", "#3a6ea5", "#9c4a3c", "#6b8f3c", "#7a5c99", "#4c8f8b", "#8c6d46"];
  let library = null;

  // ECharts is a megabyte, so only a page with a chart fetches it, once.
  function loadCharts() {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = charts;
      script.onload = () => resolve(window.echarts);
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }

  async function draw(box) {
    const option = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const echarts = await loadCharts();
    // Tooltips as HTML would need inline styles, which our content policy forbids; rich text is drawn on the canvas.
    option.tooltip = { ...(option.tooltip ?? {}), renderMode: "richText" };
    option.color ??= PALETTE;
    option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 14, ...(option.textStyle ?? {}) };
    option.aria ??= { enabled: true };
    option.animation ??= !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const chart = echarts.init(box, null, { renderer: "svg" });
    chart.setOption(option);
    box.dataset.drawn = "yes";
    new ResizeObserver(() => chart.resize()).observe(box);
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        seen.unobserve(entry.target);
        draw(entry.target);
      }
    }
  }, { rootMargin: "200px" });

  // A village's list may have hundreds of rows. They are all in the page, so that it prints and works without this
  // script; here they get a search and pages. Hidden rows of a form are sent like the others.
  const LONG = 60, SIZE = 50;
  function turn(rows, before, after) {
    const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
    const finder = copy("coop-finder"), turner = copy("coop-turner");
    const [back, next] = turner.querySelectorAll("button"), place = turner.querySelector("span");
    const words = rows.map((row) => row.textContent.replace(/\s+/g, " ").toLowerCase());
    let page = 0;
    function show() {
      const wanted = finder.querySelector("input").value.trim().toLowerCase();
      const fit = rows.filter((_, n) => words[n].includes(wanted));
      const last = Math.max(1, Math.ceil(fit.length / SIZE));
      page = Math.min(Math.max(page, 0), last - 1);
      const shown = new Set(fit.slice(page * SIZE, (page + 1) * SIZE));
      for (const row of rows) row.classList.toggle("coop-folded", !shown.has(row));
      finder.querySelector("[role=status]").textContent = `${fit.length} / ${rows.length}`;
      place.textContent = `${page + 1} / ${last}`;
      turner.hidden = last < 2;
      back.disabled = page === 0;
      next.disabled = page === last - 1;
    }
    finder.addEventListener("input", () => { page = 0; show(); });
    finder.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    back.addEventListener("click", () => { page -= 1; show(); });
    next.addEventListener("click", () => { page += 1; show(); });
    before.before(finder);
    after.after(turner);
    show();
  }

  function fold(root) {
    for (const table of root.querySelectorAll(".coop-table:not([data-folded])")) {
      const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
      if (rows.length <= LONG) continue;
      table.dataset.folded = "yes";
      const frame = table.closest(".table-responsive") ?? table;
      turn(rows, frame, frame);
    }
    const content = document.getElementById("content");
    const cards = content ? [...content.querySelectorAll(":scope > a.coop-card")] : [];
    if (cards.length > LONG / 3 && !content.dataset.folded) {
      content.dataset.folded = "yes";
      turn(cards, cards[0], cards.at(-1));
    }
  }

  function prepare(root) {
    for (const box of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
      const table = box.parentElement.querySelector(".coop-chart-table");
      if (table) table.open = false;
      seen.observe(box);
    }
    fold(root);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
  // A single key presses the button that names it, as long as nobody is typing.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, [contenteditable]")) return;
    document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  });
  // On paper the figures count, so the tables under the charts open for printing.
  addEventListener("beforeprint", () => {
    for (const table of document.querySelectorAll(".coop-chart-table")) table.open = true;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    prepare(event.target);
    event.target.querySelector("[aria-invalid]")?.focus();
    if (event.target.id === "messages") event.target.scrollIntoView({ block: "center" });
  });
  prepare(document);
})();
