// What the pieces typed so far are worth, and how far that is from the book. Fen are whole numbers.
(() => {
  const yuan = (fen) => {
    const text = String(Math.abs(fen)).padStart(3, "0");
    return (fen < 0 ? "-" : "") + text.slice(0, -2) + "." + text.slice(-2);
  };
  const show = (box) => {
    let all = 0;
    for (const input of box.querySelectorAll("[data-piece]")) {
      const count = /^\d{1,7}$/.test(input.value.trim()) ? Number(input.value) : 0;
      const fen = count * Number(input.dataset.piece);
      box.querySelector(`[data-sum="${input.dataset.piece}"]`).textContent = fen ? yuan(fen) : "";
      all += fen;
    }
    box.querySelector('[data-sum="all"]').textContent = yuan(all);
    box.querySelector('[data-sum="gap"]').textContent = yuan(all - Number(box.dataset.book));
  };
  document.addEventListener("input", (event) => {
    const box = event.target.closest("[data-cash-count]");
    if (box) show(box);
  });
})();
