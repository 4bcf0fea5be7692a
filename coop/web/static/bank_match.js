// The sums of what is ticked on both sides, and their difference. Fen are whole numbers; nothing is rounded.
(() => {
  const yuan = (fen) => {
    const text = String(Math.abs(fen)).padStart(3, "0");
    return (fen < 0 ? "-" : "") + text.slice(0, -2) + "." + text.slice(-2);
  };
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-bank-match]");
    if (!form) return;
    const sum = (name) =>
      [...form.querySelectorAll(`input[name=${name}]:checked`)].reduce((all, box) => all + Number(box.dataset.fen), 0);
    const [bank, book] = [sum("line"), sum("posting")];
    for (const [name, fen] of [["line", bank], ["posting", book], ["gap", bank - book]]) {
      const shown = form.querySelector(`[data-sum=${name}]`);
      if (shown) shown.textContent = yuan(fen);
    }
  });
})();
