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

  function prepare(root) {
    for (const box of root.querySelectorAll("[data-chart]:not([data-drawn])")) seen.observe(box);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
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
